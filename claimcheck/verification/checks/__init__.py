"""Deterministic comparisons of a claim's sentence with evidence.

One file per kind of difference. `find_contradictions` names two values of one thing
that are set against each other in a sentence; `find_unsupported` names what the
evidence lacks, which rules out support.
"""

from claimcheck.english.speech import Speech
from claimcheck.models.verdict import Difference
from claimcheck.verification.checks import (
    antonyms,
    dates,
    names,
    negation,
    numbers,
    speakers,
)
from claimcheck.verification.checks.pair import SentencePair

__all__ = ["SentencePair", "find_contradictions", "find_unsupported"]


def find_contradictions(pair: SentencePair, speech: Speech | None) -> list[Difference]:
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
    return [] if _differs_otherwise(pair, differences[0].claim) else differences


def _differs_otherwise(pair: SentencePair, detail: str) -> bool:
    """Return whether the evidence lacks another number, time, or name."""
    missing = [
        *numbers.find_unsupported(pair.claim, pair.evidence),
        *dates.find_unsupported(pair.claim, pair.evidence, pair.published),
        *names.find_unsupported(
            pair.claim, pair.with_previous, pair.match.evidence.all_forms
        ),
    ]
    return any(
        difference.claim not in detail and detail not in difference.claim
        for difference in missing
    )


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
