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

# A sentence that covers this share of the claim, apart from what differs, is about the
# same thing. Chosen on open data for at least nine right refutations in ten.
_SAME_THING_COVERAGE = 0.8


def find_contradictions(pair: SentencePair, speech: Speech | None) -> list[Difference]:
    """Return the one difference between two sentences about the same thing.

    With several, they are likely to be about different things. A question asserts
    nothing, and a condition neither.
    """
    if pair.evidence.endswith("?") or pair.is_conditional:
        return []
    differences = [
        *numbers.find_contradictions(pair),
        *dates.find_contradictions(pair),
        *negation.find_contradictions(pair),
        *antonyms.find_contradictions(pair),
        *speakers.find_contradictions(pair, speech),
    ]
    if len(differences) != 1:
        return []
    details = [difference.claim for difference in differences]
    if pair.compute_coverage_without(*details) < _SAME_THING_COVERAGE:
        return []
    return [] if _differs_otherwise(pair, details[0]) else differences


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
