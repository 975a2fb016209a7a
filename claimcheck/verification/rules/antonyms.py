"""Opposites: a word of the claim where the evidence has the word that says the contrary, in the same company."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from claimcheck.english.lexicon import LIGHT, WEIGHTY
from claimcheck.english.terms import form_of, ungraded, words_in
from claimcheck.english.wordnet import opposites
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.negation import negations
from claimcheck.verification.rules.pair import Pair

# directions that WordNet does not pair, or not in every form
_MORE = (
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
_NO_PAIRS = frozenset(
    form_of(word)
    for word in "ever never go come on off in out here there like follow lead parent child employee defeat".split()
)
# true of both sides: who wins is another than who loses
_CONVERSE = frozenset(map(form_of, "win lose buy sell import export lend borrow teach learn".split()))
_BETWEEN_TIMES = frozenset(("before", "after"))
_PARTICLES = frozenset(("up", "down"))  # of a verb, "set up", but before a number
_BEFORE_NUMBER = frozenset("by from to sharply slightly nearly almost about around some".split())
_WORDING = frozenset(("more", "less", "fewer"))  # "than 40" leaves a number open
_SMALL = _PARTICLES | _WORDING | {"for"}
# "for" something
_VOTING = frozenset(map(form_of, "vote argue speak campaign lobby testify demonstrate".split()))
_COMPANY = 4  # words to either side
_CLAUSE = 8  # words: so far a negation reaches where no conjunction is in between
_CONJUNCTIONS = frozenset("and or but while whereas although though because".split())


def contradictions(pair: Pair) -> list[Difference]:
    """The first word of the claim that the evidence sentence turns around; none where a sentence near has the word itself
    in as much of its company."""
    ours, theirs = words_in(pair.claim), pair.source.words(pair.place)
    our_forms, their_forms = _directed(ours), _directed(theirs)
    there = set(their_forms).difference(our_forms)
    names = {term.form for term in pair.alignment.terms if term.is_name}
    for place, form in enumerate(our_forms):
        for against in sorted(opposed_to(form) & there) if form not in their_forms else ():
            other = their_forms.index(against)
            if (
                _of_one_thing((our_forms, place), (their_forms, other), names)
                and other not in negations(theirs)
                and not _degrees_apart(ours[place], theirs[other])
                and _is_denied(ours, place) == _is_denied(theirs, other)
                and not _kept(form, (our_forms, place), (their_forms, other), pair)
            ):
                return [Difference("opposite", ours[place], theirs[other])]
    return []


_Word = tuple[Sequence[str], int]  # the forms of a sentence, and which of them


def _of_one_thing(word: _Word, opposite: _Word, names: set[str]) -> bool:
    """Whether two opposites have company in common: more than the name of who does both; of converse ones that too."""
    form = word[0][word[1]]
    if form in _CONVERSE and _doer(names, word) != _doer(names, opposite):
        return False
    if form in _BETWEEN_TIMES and _next(*word) != _next(*opposite):
        return False
    return bool(_company(*word) & _company(*opposite) - names or _following(*word) & _following(*opposite))


def _degrees_apart(word: str, opposite: str) -> bool:
    """Whether one says more and the other most: "smaller" than something, "the largest" of others."""
    return {"er", "st"} == {other[-2:] for other in (word, opposite) if ungraded(other) != form_of(other)}


def _next(forms: Sequence[str], place: int) -> str | None:
    """The first telling word after a word."""
    return next((form for form in forms[place + 1 :] if form and form not in LIGHT), None)


def _doer(names: set[str], word: _Word) -> str | None:
    """The name that stands last before a word; the first where the word goes on from a verb before, "beat it to win"."""
    forms, place = word
    before = [form for form in forms[:place] if form in names]
    goes_on = place > 0 and forms[place - 1] in ("to", "and")
    return (before[0] if goes_on else before[-1]) if before else None


def _kept(form: str, word: _Word, opposite: _Word, pair: Pair) -> bool:
    """Whether a form stands in a sentence near, in as much of the word's company as its opposite does."""
    company = _company(*word)
    shared = len(company & _company(*opposite))
    return any(
        other == form and len(company & _company(forms, place)) >= shared
        for near in pair.alignment.places_near
        for forms in (_directed(pair.source.words(near)),)
        for place, other in enumerate(forms)
    )


@cache
def opposed_to(form: str) -> frozenset[str]:
    """The forms that say the opposite of a form."""
    if form in _NO_PAIRS:
        return frozenset()
    sides = [other for pair in _more() for side, other in (pair, pair[::-1]) if form in side]
    return opposites(form).union(*sides) - _NO_PAIRS


@cache
def _more() -> list[tuple[frozenset[str], frozenset[str]]]:
    found = []
    for line in _MORE:
        left, right = (frozenset(map(ungraded, side.split())) for side in line.split("|"))
        found.append((left, right))
    return found


def _directed(words: Sequence[str]) -> list[str]:
    """The forms of words, of comparatives those of what they compare; nothing for small words that show no direction, nor for
    a verb with one: "grew up"."""
    if _SMALL.isdisjoint(words):
        return list(map(ungraded, words))
    shown = [_shows_direction(words, place) for place in range(len(words))]
    following = [*zip(words[1:], shown[1:], strict=True), ("", True)]
    return [
        ungraded(word) if shows and (after_shows or after not in _PARTICLES) else ""
        for word, shows, (after, after_shows) in zip(words, shown, following, strict=True)
    ]


def _shows_direction(words: Sequence[str], place: int) -> bool:
    if words[place] == "for":
        return place > 0 and form_of(words[place - 1]) in _VOTING
    after, then = (*words[place + 1 : place + 3], "", "")[:2]
    if words[place] in _WORDING and after == "than":
        return not then[:1].isdigit()
    return words[place] not in _PARTICLES or after[:1].isdigit() or after in _BEFORE_NUMBER


def _company(forms: Sequence[str], place: int) -> set[str]:
    """The telling words beside a word."""
    return _telling(forms[max(0, place - _COMPANY) : place]) | _following(forms, place)


def _following(forms: Sequence[str], place: int) -> set[str]:
    return _telling(forms[place + 1 : place + 1 + _COMPANY])


def _telling(forms: Sequence[str]) -> set[str]:
    return {form for form in forms if form and form not in LIGHT and WEIGHTY.get(form) != "person"}


def _is_denied(words: Sequence[str], place: int) -> bool:
    """Whether a negation stands in a word's clause, as far as that shows."""
    return any(
        abs(place - at) <= _CLAUSE and _CONJUNCTIONS.isdisjoint(words[min(place, at) : max(place, at)])
        for at in negations(words)
    )
