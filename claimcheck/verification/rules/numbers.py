"""Numbers, with their units and as worded: "about 50,000", "more than", "at least"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import LIGHT
from claimcheck.english.terms import form_of, ungraded, words_in
from claimcheck.english.wordnet import may_mean
from claimcheck.models.verdict import Difference
from claimcheck.verification.amounts import Amount, agree, alike, amounts_in, rival_unit, same_unit
from claimcheck.verification.rules.pair import Pair

_LEADS_NO_NUMBER = LIGHT | frozenset(MONTHS)  # "1 February 1958" and "February 1, 1958" are one day
_ORDINAL = re.compile(r"\d+th")
_SCORE = re.compile(
    r"(?<![\w.,:/–-])(\d{1,3})\s?(?:-|–|to)\s?(\d{1,3})"
    r"(?=\s*(?:[,;)!?]|\.?$|\.\s|(?:on|in|to|for|against|at|by|after|over|win|loss|victory|defeat|vote)\b))"
)
_LIMIT = re.compile(r"\b([A-Za-z]+) (under|over|above|below) (\d+)\b")
_CENTURY = form_of("century")
_REACH = 3  # words from an ordinal to what it counts
_SHARED = 4  # numbers in one sentence: which belongs to which can't be told any more


def contradictions(pair: Pair) -> list[Difference]:
    """Numbers of the claim to which the evidence sentence gives another value of the same unit."""
    ours = amounts_in(pair.claim)
    found = _ranked(pair) + _scored(pair)
    if not ours:
        return found
    found += _limited(pair) + (_exchanged(pair) if len(ours) > 1 else [])
    near = amounts_in(pair.around)
    here = amounts_in(pair.evidence)
    for amount in ours:
        rivals = [
            other
            for other in here
            if rival_unit(amount.unit, other.unit) and other.quantity.value == amount.quantity.value
        ] or [other for other in here if same_unit(amount.unit, other.unit) and other.step == amount.step]
        # a number without a unit may be anything's: it is no match where another has the claim's very unit
        match = (
            _same if any(amount.unit == other.unit and "/" in str(other.unit) for other in rivals) else alike
        )
        told = here if pair.carries_all_but(amount.quantity.text) else near
        if any(match(amount, other) and agree(amount, other) for other in told):
            continue
        if 0 < len(rivals) < _SHARED and not any(_answers(rival, ours) for rival in rivals):
            found.append(Difference("number", amount.quantity.text, rivals[0].quantity.text))
    return found


def _limited(pair: Pair) -> list[Difference]:
    """A limit of the claim, "children under 16", where the evidence sentence has another one of the same."""
    theirs = [match.groups() for match in _LIMIT.finditer(pair.evidence)]
    for match in _LIMIT.finditer(pair.claim):
        who, side, number = match.groups()
        others = [
            (name, limit)
            for name, way, limit in theirs
            if way == side and form_of(name.lower()) == form_of(who.lower())
        ]
        if others and all(limit != number for _, limit in others):
            name, limit = others[0]
            return [Difference("number", match[0], f"{name} {side} {limit}")]
    return []


def _exchanged(pair: Pair) -> list[Difference]:
    """Two numbers of both sentences, of which the word before one has the other in the evidence sentence."""
    ours, theirs = _led(words_in(pair.claim)), _led(pair.source.words(pair.place))
    claimed, given = {number for _, number in ours}, {number for _, number in theirs}
    both = claimed & given
    for word, number in ours:
        others = {other for before, other in theirs if word and before and form_of(before) == form_of(word)}
        if number in both and len(others) == 1 and number not in others and others <= both:
            return [Difference("number", f"{word} {number}", f"{word} {others.pop()}")]
    return []


def _ranked(pair: Pair) -> list[Difference]:
    """Ordinals of the claim, where the evidence sentence has another one of the same, "the third largest", and none near has
    the claim's."""
    ours = _ranks(words_in(pair.claim))
    theirs = _ranks(pair.source.words(pair.place)) if ours else []
    for rank, form, written in ours:
        others = [
            (other, words)
            for other, what, words in theirs
            if other != rank and may_mean(form, frozenset((what,)))
        ]
        near = (ranked for place in pair.alignment.places_near for ranked in _ranks(pair.source.words(place)))
        if others and not any(
            other == rank and may_mean(form, frozenset((what,))) for other, what, _ in near
        ):
            return [Difference("number", written, others[0][1])]
    return []


def _scored(pair: Pair) -> list[Difference]:
    """A result of the claim, "9 to 4", where the evidence sentence has one other."""
    ours, theirs = list(_SCORE.finditer(pair.claim)), list(_SCORE.finditer(pair.evidence))
    if len(ours) != 1 or len(theirs) != 1:
        return []
    near = [sorted(score) for score in _SCORE.findall(pair.around)]
    if sorted(ours[0].groups()) in near:
        return []
    return [Difference("number", ours[0][0], theirs[0][0])]


def _ranks(words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Each ordinal, the form of the next telling word, and the words from the one to the other."""
    found = []
    for place, word in enumerate(words):
        rank = form_of(word)
        if _ORDINAL.fullmatch(rank) and (place == 0 or words[place - 1] not in MONTHS):
            following = words[place + 1 : place + 1 + _REACH]
            what = next((other for other in following if other not in LIGHT and other != "most"), "")
            if what.isalpha() and form_of(what) != _CENTURY:  # a text tells of several
                found.append(
                    (rank, ungraded(what), " ".join([word, *following[: following.index(what) + 1]]))
                )
    return found


def _led(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each number, after the telling word that stands right before it; after nothing where none does."""
    return [
        (before if before.isalpha() and before not in _LEADS_NO_NUMBER else "", number)
        for before, number in pairwise(["", *words])
        if number[0].isdigit()
    ]


def missing(pair: Pair) -> list[Difference]:
    """Numbers of the claim that no sentence near has, and that are written nowhere in the document."""
    ours = amounts_in(pair.claim)
    near = amounts_in(pair.around) if ours else ()
    return [
        Difference("number", amount.quantity.text, None)
        for amount in ours
        if not any(agree(amount, other) for other in near) and not _written(amount, pair.source.reading.text)
    ]


def _same(amount: Amount, other: Amount) -> bool:
    return same_unit(amount.unit, other.unit)


def _answers(rival: Amount, ours: Sequence[Amount]) -> bool:
    """Whether the evidence's number answers another number of the claim."""
    return any(other.unit == rival.unit and agree(other, rival) for other in ours)


def _written(amount: Amount, text: str) -> bool:
    """Whether the number stands in the text in a form that is no quantity: "2nd", "B-52", "Apollo 11"."""
    digits, plain = f"{amount.quantity.value:g}", text.replace(",", "")
    return digits in plain and bool(re.search(rf"(?<![\d.,]){re.escape(digits)}(?![\d]|[.,]\d)", plain))
