"""Opposites: a word of the claim where the evidence has the word that says the contrary, in the same company."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.english.wordnet import get_antonyms
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.negation import find_negations
from claimcheck.verification.rules.pair import SentencePair

# directions that WordNet does not pair, or not in every form
_EXTRA_ANTONYMS = (
    "rise grow increase gain climb soar surge jump expand raise improve double rally rebound up | "
    "fall shrink decrease decline drop plunge slump lower contract cut worsen halve reduce diminish down",
    "higher | lower",
    "more | less fewer",
    "lengthen extend prolong | shorten",
    "accelerate quicken | slow",
    "widen | narrow",
    "win | lose",
    "profit | loss",
    "before | after",
    "for | against",
    "support back approve accept allow permit favor welcome | oppose reject ban forbid prohibit refuse block",
    "accept | decline",
    "add introduce | drop remove scrap abolish",
    "uphold affirm | overturn reverse quash",
    "acquit | convict",
    "above over | below under",
    "buy import | sell export",
    "begin start open | end finish close",
    "first | last",
    "north northern | south southern",
    "east eastern | west western",
    "most | least",
)
# opposites in the dictionary only
_NOT_ANTONYMS = frozenset(
    normalize_word(word)
    for word in "ever never go come on off in out here there like follow lead parent child employee defeat".split()
)
# true of both sides: who wins is another than who loses
_CONVERSE_VERBS = frozenset(
    map(
        normalize_word,
        "win lose buy sell import export lend borrow teach learn".split(),
    )
)
_TIME_PREPOSITIONS = frozenset(("before", "after"))
_PARTICLES = frozenset(("up", "down"))  # of a verb, "set up", but before a number
_BEFORE_NUMBER = frozenset(
    "by from to sharply slightly nearly almost about around some".split()
)
_COMPARATIVES = frozenset(("more", "less", "fewer"))  # "than 40" leaves a number open
_AMBIGUOUS_WORDS = _PARTICLES | _COMPARATIVES | {"for"}
# "for" something
_VERBS_WITH_FOR = frozenset(
    map(normalize_word, "vote argue speak campaign lobby testify demonstrate".split())
)
_CONTEXT_WORDS = 4  # words to either side
_NEGATION_REACH_WORDS = (
    8  # words: so far a negation reaches where no conjunction is in between
)
_CONJUNCTIONS = frozenset("and or but while whereas although though because".split())


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the first claim word whose antonym the evidence uses in its place.
    in as much of its company."""
    ours, theirs = extract_words(pair.claim), pair.source.get_words(pair.place)
    our_forms, their_forms = _normalize_directions(ours), _normalize_directions(theirs)
    there = set(their_forms).difference(our_forms)
    names = {term.form for term in pair.alignment.terms if term.is_name}
    for place, form in enumerate(our_forms):
        for against in (
            sorted(find_opposing_forms(form) & there) if form not in their_forms else ()
        ):
            other = their_forms.index(against)
            if (
                _has_shared_context((our_forms, place), (their_forms, other), names)
                and other not in find_negations(theirs)
                and not _is_degree_mismatch(ours[place], theirs[other])
                and _is_negated(ours, place) == _is_negated(theirs, other)
                and not _is_confirmed_nearby(
                    form, (our_forms, place), (their_forms, other), pair
                )
            ):
                return [Difference("opposite", ours[place], theirs[other])]
    return []


_Occurrence = tuple[Sequence[str], int]  # the forms of a sentence, and which of them


def _has_shared_context(
    word: _Occurrence, opposite: _Occurrence, names: set[str]
) -> bool:
    """Return whether two antonyms have context words or an agent in common."""
    form = word[0][word[1]]
    if form in _CONVERSE_VERBS and _find_agent(names, word) != _find_agent(
        names, opposite
    ):
        return False
    if form in _TIME_PREPOSITIONS and _find_next_content_word(
        *word
    ) != _find_next_content_word(*opposite):
        return False
    return bool(
        _collect_context(*word) & _collect_context(*opposite) - names
        or _collect_following(*word) & _collect_following(*opposite)
    )


def _is_degree_mismatch(word: str, opposite: str) -> bool:
    """Return whether one word is a comparative and the other a superlative."""
    return {"er", "st"} == {
        other[-2:]
        for other in (word, opposite)
        if strip_degree(other) != normalize_word(other)
    }


def _find_next_content_word(forms: Sequence[str], place: int) -> str | None:
    """Return the first content word after a word."""
    return next(
        (form for form in forms[place + 1 :] if form and form not in FUNCTION_WORDS),
        None,
    )


def _find_agent(names: set[str], word: _Occurrence) -> str | None:
    """Return the name before a word that is most likely its agent."""
    forms, place = word
    before = [form for form in forms[:place] if form in names]
    goes_on = place > 0 and forms[place - 1] in ("to", "and")
    return (before[0] if goes_on else before[-1]) if before else None


def _is_confirmed_nearby(
    form: str, word: _Occurrence, opposite: _Occurrence, pair: SentencePair
) -> bool:
    """Return whether a nearby sentence has the claim's word in as close a context."""
    company = _collect_context(*word)
    shared = len(company & _collect_context(*opposite))
    return any(
        other == form and len(company & _collect_context(forms, place)) >= shared
        for near in pair.alignment.places_near
        for forms in (_normalize_directions(pair.source.get_words(near)),)
        for place, other in enumerate(forms)
    )


@cache
def find_opposing_forms(form: str) -> frozenset[str]:
    """Return the forms that mean the opposite of a form."""
    if form in _NOT_ANTONYMS:
        return frozenset()
    sides = [
        other
        for pair in _parse_extra_antonyms()
        for side, other in (pair, pair[::-1])
        if form in side
    ]
    return get_antonyms(form).union(*sides) - _NOT_ANTONYMS


@cache
def _parse_extra_antonyms() -> list[tuple[frozenset[str], frozenset[str]]]:
    found = []
    for line in _EXTRA_ANTONYMS:
        left, right = (
            frozenset(map(strip_degree, side.split())) for side in line.split("|")
        )
        found.append((left, right))
    return found


def _normalize_directions(words: Sequence[str]) -> list[str]:
    """Normalize words; blank small words and particle verbs without direction.
    a verb with one: "grew up"."""
    if _AMBIGUOUS_WORDS.isdisjoint(words):
        return list(map(strip_degree, words))
    shown = [_shows_direction(words, place) for place in range(len(words))]
    following = [*zip(words[1:], shown[1:], strict=True), ("", True)]
    return [
        strip_degree(word) if shows and (after_shows or after not in _PARTICLES) else ""
        for word, shows, (after, after_shows) in zip(
            words, shown, following, strict=True
        )
    ]


def _shows_direction(words: Sequence[str], place: int) -> bool:
    if words[place] == "for":
        return place > 0 and normalize_word(words[place - 1]) in _VERBS_WITH_FOR
    after, then = (*words[place + 1 : place + 3], "", "")[:2]
    if words[place] in _COMPARATIVES and after == "than":
        return not then[:1].isdigit()
    return (
        words[place] not in _PARTICLES or after[:1].isdigit() or after in _BEFORE_NUMBER
    )


def _collect_context(forms: Sequence[str], place: int) -> set[str]:
    """Return the content words on both sides of a word."""
    return _select_content_words(
        forms[max(0, place - _CONTEXT_WORDS) : place]
    ) | _collect_following(forms, place)


def _collect_following(forms: Sequence[str], place: int) -> set[str]:
    return _select_content_words(forms[place + 1 : place + 1 + _CONTEXT_WORDS])


def _select_content_words(forms: Sequence[str]) -> set[str]:
    return {
        form
        for form in forms
        if form
        and form not in FUNCTION_WORDS
        and CRITICAL_WORD_KINDS.get(form) != "person"
    }


def _is_negated(words: Sequence[str], place: int) -> bool:
    """Return whether a negation in the word's clause applies to it."""
    return any(
        abs(place - at) <= _NEGATION_REACH_WORDS
        and _CONJUNCTIONS.isdisjoint(words[min(place, at) : max(place, at)])
        for at in find_negations(words)
    )
