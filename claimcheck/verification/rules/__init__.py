"""Rules that find what a sentence of evidence says differently from a claim.

One file per kind of difference. A rule's `find_contradictions` names what the
evidence denies; its `find_missing_details` names what the evidence lacks.
"""

from claimcheck.models.verdict import Difference
from claimcheck.verification.rules import (
    antonyms,
    dates,
    names,
    negation,
    numbers,
    speakers,
)
from claimcheck.verification.rules.pair import SentencePair

__all__ = ["SentencePair", "find_contradictions", "find_missing_details"]

_CONTRADICTION_RULES = (numbers, dates, negation, antonyms, speakers)
_MISSING_DETAIL_RULES = (numbers, names, speakers)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """List what the evidence contradicts; a question asserts nothing."""
    if pair.evidence.endswith("?"):
        return []
    return [
        difference
        for rule in _CONTRADICTION_RULES
        for difference in rule.find_contradictions(pair)
    ]


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """List the numbers, names, and speakers that the evidence lacks."""
    return [
        difference
        for rule in _MISSING_DETAIL_RULES
        for difference in rule.find_missing_details(pair)
    ]
