"""Deterministic comparisons of a claim's sentence with evidence.

One file per kind of difference. `find_differences` names two values of what may be one
thing; `is_asserted` tells whether the evidence is meant as a fact; `find_unsupported`
names what the evidence lacks, which rules out support.
"""

import re

from claimcheck.english.speech import Speech
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.verification.checks import (
    antonyms,
    dates,
    names,
    negation,
    numbers,
    speakers,
)
from claimcheck.verification.checks.pair import SentencePair

__all__ = [
    "SentencePair",
    "find_differences",
    "find_unsupported",
    "is_asserted",
]

_WORD = re.compile(r"[\w'’-]+")
# Hedges (Hyland 2005, "Metadiscourse", appendix), and words that make another thing of
# a thing, such as "draft" and "former".
_HEDGES = frozenset(read_words("hedges"))
_HEDGE_REACH = 6  # words before and after a value; chosen by hand


def find_differences(pair: SentencePair, speech: Speech | None) -> list[Difference]:
    """Return the one difference between two sentences about the same thing.

    With several, or if the claim has another word that the evidence lacks, they are
    likely to be about different things. A question asserts nothing, and a condition
    neither. What two speakers say differs without contradicting anybody.
    """
    if pair.evidence.endswith("?") or pair.is_of_another_case:
        return []
    if said := speakers.find_contradictions(pair, speech):
        return said if pair.is_about_same(said[0].claim) else []
    if speakers.find_unsupported(pair, speech):
        return []
    differences = [
        *numbers.find_contradictions(pair),
        *dates.find_contradictions(pair),
        *negation.find_contradictions(pair),
        *antonyms.find_contradictions(pair),
    ]
    if len(differences) != 1 or not pair.is_about_same(differences[0].claim):
        return []
    return differences


def is_asserted(pair: SentencePair, difference: Difference) -> bool:
    """Return whether the evidence asserts its value, as the claim does.

    "Is expected to rise" contradicts no fall, and what the vice president earns
    nothing that the president earns.
    """
    if difference.kind == "speaker" or difference.evidence is None:
        return True  # both sides say who says the same words
    # Only the value may be in another case: "May" is a month, and "may" a hedge.
    words = _WORD.findall(pair.evidence)
    value = [word.lower() for word in _WORD.findall(difference.evidence)]
    hedges = _HEDGES.difference(_WORD.findall(pair.claim))
    lowercase = [word.lower() for word in words]
    for start in range(len(words)):
        end = start + len(value)
        around = words[max(0, start - _HEDGE_REACH) : end + _HEDGE_REACH]
        if lowercase[start:end] == value and hedges.isdisjoint(around):
            return True
    return False


def find_unsupported(
    pair: SentencePair, premise: str, speech: Speech | None
) -> list[Difference]:
    """Return what rules out that the premise supports the claim.

    `premise` has the sentences on which the claim rests, the pair's among them.
    """
    claim = pair.claim
    return [
        *numbers.find_unsupported(claim, premise),
        *dates.find_unsupported(claim, premise, pair.published),
        *names.find_unsupported(claim, premise, pair.match.evidence.all_forms),
        *negation.find_unsupported(claim, pair.evidence, premise),
        *antonyms.find_unsupported(claim, pair.evidence),
        *speakers.find_unsupported(pair, speech),
    ]
