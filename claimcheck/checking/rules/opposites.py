"""Opposites: a word of the claim where the evidence has the word that says the contrary, in the same company."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from claimcheck.checking.rules.negation import negations
from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, ungraded, words_in
from claimcheck.core.verdict import Difference
from claimcheck.grounding.lexicon import LIGHT, WEIGHTY
from claimcheck.text.meaning import opposites

# directions that WordNet does not pair, or not in every form
_MORE = (
    "rise grow increase gain climb soar surge jump expand raise improve double rally rebound up | "
    "fall shrink decrease decline drop plunge slump lower contract cut worsen halve reduce diminish down",
    "higher more | lower less fewer",
    "lengthen extend prolong | shorten",
    "accelerate quicken | slow",
    "widen | narrow",
    "win victory | lose loss defeat",
    "profit | loss",
    "before | after",
    "for | against",
    "support back approve accept allow permit favor welcome | oppose reject ban forbid prohibit refuse block",
    "accept | decline",
    "add introduce | drop remove scrap abolish",
    "uphold affirm | overturn reverse quash",
    "acquit | convict",
    "appoint hire | dismiss fire sack",
    "arrest detain jail | release free",
    "join enter | leave quit",
    "above over | below under",
    "buy import | sell export",
    "begin start open | end finish close",
    "first | last",
    "north northern | south southern",
    "east eastern | west western",
    "most | least",
)
_NO_PAIRS = frozenset(
    map(form_of, "ever never go come on off in out here there like follow lead parent child employee".split())
)  # opposites in the dictionary only
_PARTICLES = frozenset(("up", "down"))  # of a verb, "set up", but before a number
_BEFORE_NUMBER = frozenset("by from to sharply slightly nearly almost about around some".split())
_VOTING = frozenset(
    map(form_of, "vote argue speak campaign lobby testify demonstrate".split())
)  # "for" something
_COMPANY = 3  # words to either side
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
        company = _company(our_forms, place)
        for against in sorted(opposed_to(form) & there):
            other = their_forms.index(against)
            shared = company & _company(their_forms, other)
            if (
                shared - names
                and len(shared) > _kept(form, company, pair)
                and other not in negations(theirs)
                and _is_denied(ours, place) == _is_denied(theirs, other)
            ):
                return [Difference("opposite", ours[place], theirs[other])]
    return []


def _kept(form: str, company: set[str], pair: Pair) -> int:
    """How much of its company in the claim a word has where it stands in a sentence near."""
    return max(
        (
            len(company & _company(forms, number))
            for place in pair.alignment.places_near
            for forms in (_directed(pair.source.words(place)),)
            for number, other in enumerate(forms)
            if other == form
        ),
        default=0,
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
    """The forms of words, of comparatives those of what they compare; nothing for small words that show no direction."""
    before, after = ["", *words[:-1]], [*words[1:], ""]
    return [
        ungraded(word) if _shows_direction(word, left, right) else ""
        for left, word, right in zip(before, words, after, strict=True)
    ]


def _shows_direction(word: str, before: str, after: str) -> bool:
    if word == "for":
        return form_of(before or word) in _VOTING
    return word not in _PARTICLES or after[:1].isdigit() or after in _BEFORE_NUMBER


def _company(forms: Sequence[str], place: int) -> set[str]:
    """The telling words beside a word."""
    around = (*forms[max(0, place - _COMPANY) : place], *forms[place + 1 : place + 1 + _COMPANY])
    return {form for form in around if form and form not in LIGHT and WEIGHTY.get(form) != "person"}


def _is_denied(words: Sequence[str], place: int) -> bool:
    """Whether a negation stands in a word's clause, as far as that shows."""
    return any(
        abs(place - at) <= _CLAUSE and _CONJUNCTIONS.isdisjoint(words[min(place, at) : max(place, at)])
        for at in negations(words)
    )
