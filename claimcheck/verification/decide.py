"""The one place that decides a label, in the order you would explain it.

1. Is there a passage about the claim at all?
2. Can rewordings be judged in its language? If not, only the claim's very words count.
3. Does a sentence set another number, date, or word against the claim's? Refuted.
4. Does the scorer find the claim entailed, and does no check object? Supported.
5. Otherwise there is not enough evidence, and the closest passage is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from claimcheck.models.verdict import (
    DecidedBy,
    Difference,
    Evidence,
    Finding,
    Label,
    Stance,
)
from claimcheck.verification import explain
from claimcheck.verification.checks import find_unsupported
from claimcheck.verification.compare import (
    Comparison,
    Hypothesis,
    compare_sentences,
    score_comparisons,
)
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.explain import build_evidence
from claimcheck.verification.lexical import VERBATIM_PROBABILITY
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.verbatim import find_repeating_sentence
from claimcheck.verification.windows import match_sentence

NO_EVIDENCE_FINDING = Finding(
    Label.NOT_ENOUGH_EVIDENCE,
    None,  # nothing was compared, so nothing was measured
    "Nothing in the documents is about the claim.",
    (),
    (),
    DecidedBy.ALIGNMENT,
)
_ONLY_DISPUTED = (
    "The closest passage is given as a myth, a rumor, or a correction, not as a fact."
)
# Of refutations of open pairs with three labels, more than this share were right. Used
# unless the scorer's calibration states the share on sealed data.
_REFUTED_CONFIDENCE = 0.9
_MAX_EVIDENCE_PASSAGES = 3


def decide(
    hypothesis: Hypothesis, evidence: EvidenceDocument, scorer: EntailmentScorer
) -> Finding:
    """Decide one statement against one document."""
    finding = _decide_by_assertions(hypothesis, evidence, scorer)
    if finding.label is Label.NOT_ENOUGH_EVIDENCE:
        disputed = find_closest(hypothesis.sentences, evidence, evidence.disputed)
        if disputed:
            passages = build_evidence(evidence, disputed, Stance.RELATED)
            return replace(finding, rationale=_ONLY_DISPUTED, evidence=passages)
    return finding


def find_closest(
    sentences: Sequence[str], evidence: EvidenceDocument, among: Collection[int]
) -> list[int]:
    """Return which of these sentences are closest to those of a claim."""
    if not among:
        return []
    matches = [match_sentence(sentence, evidence) for sentence in sentences]
    closest = [match.best for match in matches if match.covering]
    return [index for index in dict.fromkeys(closest) if index in among]


def _decide_by_assertions(
    hypothesis: Hypothesis, evidence: EvidenceDocument, scorer: EntailmentScorer
) -> Finding:
    comparisons = compare_sentences(hypothesis, evidence)
    if not comparisons:
        return NO_EVIDENCE_FINDING
    if evidence.language.code not in scorer.calibration.languages:
        return _decide_by_repetition(comparisons, scorer)
    if contradictions := list_contradictions(comparisons):
        return _refute(comparisons, contradictions, scorer)
    probability = score_comparisons(comparisons, scorer)
    if probability < scorer.calibration.supported_from:
        return _abstain_for_lack(comparisons, probability, scorer)
    if objections := list_objections(comparisons, strict=True):
        reason = f"The words match, but {explain.describe_differences(objections)}"
        return _abstain(comparisons, reason, probability, objections)
    return _support(comparisons, probability, scorer)


def find_veto(
    hypothesis: Hypothesis,
    evidence: EvidenceDocument,
    scorer: EntailmentScorer,
    cited: Sequence[int],
) -> Finding | None:
    """Return the finding that replaces a model's "supported", or None.

    What contradicts the claim counts anywhere. What one document lacks, another may
    have: only one with cited sentences must have all of it.
    """
    comparisons = compare_sentences(hypothesis, evidence, cited)
    if contradictions := list_contradictions(comparisons):
        return _refute(comparisons, contradictions, scorer)
    objections = list_objections(comparisons, strict=hypothesis.strict)
    if not cited or not objections:
        return None
    return _abstain(comparisons, explain.capitalize(objections), 0.0, objections)


def list_contradictions(
    comparisons: Sequence[Comparison],
) -> list[tuple[int, Difference]]:
    """List what the document sets against the claim, with its sentences."""
    return [found for item in comparisons for found in item.contradictions]


def list_objections(
    comparisons: Sequence[Comparison], *, strict: bool
) -> list[Difference]:
    """List what rules out support, whatever a scorer or a model says."""
    objections: list[Difference] = []
    for item in comparisons:
        objections += item.objections
        best = item.pairs[0].index
        if strict and best in item.attributions:
            objections.append(item.attributions[best])
    return list(dict.fromkeys(objections))


def _decide_by_repetition(
    comparisons: Sequence[Comparison], scorer: EntailmentScorer
) -> Finding:
    """Decide by the claim's own words where rewordings cannot be judged."""
    indexes = [find_repeating_sentence(item.match, item.speech) for item in comparisons]
    found = [index for index in indexes if index is not None]
    contradictions = list_contradictions(comparisons)
    evidence = comparisons[0].match.evidence
    if len(found) < len(indexes) and contradictions:
        return _refute(comparisons, contradictions, scorer)
    if len(found) < len(indexes):
        return _abstain(comparisons, explain.describe_language(evidence.language), 0.5)
    return Finding(
        Label.SUPPORTED,
        VERBATIM_PROBABILITY,
        "One sentence repeats the words of the claim.",
        build_evidence(evidence, found[:_MAX_EVIDENCE_PASSAGES], Stance.SUPPORTS),
        (),
        DecidedBy.ALIGNMENT,
    )


def _refute(
    comparisons: Sequence[Comparison],
    contradictions: Sequence[tuple[int, Difference]],
    scorer: EntailmentScorer,
) -> Finding:
    """Return `refuted`, or `conflicting_evidence` with support elsewhere."""
    evidence = comparisons[0].match.evidence
    differences = tuple(dict.fromkeys(item for _, item in contradictions))
    refuting = list(dict.fromkeys(index for index, _ in contradictions))
    quoted = [
        item.attributions[index]
        for item in comparisons
        for index, _ in item.contradictions
        if index in item.attributions
    ]
    if len(quoted) == len(contradictions):
        differences += tuple(dict.fromkeys(quoted))  # nothing but statements
    supporting = _list_supporting_sentences(comparisons, refuting, scorer)
    sides = ((refuting, Stance.REFUTES), (supporting, Stance.SUPPORTS))
    reliability = None
    if evidence.language.code in scorer.calibration.languages:
        reliability = scorer.calibration.refuted_reliability
    return Finding(
        Label.CONFLICTING_EVIDENCE if supporting else Label.REFUTED,
        round(reliability or _REFUTED_CONFIDENCE, 3),
        explain.capitalize(differences) + explain.describe_reliability(reliability),
        tuple(
            passage
            for indexes, stance in sides
            for passage in build_evidence(
                evidence, indexes[:_MAX_EVIDENCE_PASSAGES], stance
            )
        ),
        differences,
        DecidedBy.RULES,
    )


def _list_supporting_sentences(
    comparisons: Sequence[Comparison],
    refuting: Collection[int],
    scorer: EntailmentScorer,
) -> list[int]:
    """List the sentences that support a claim which others contradict."""
    supporting: list[int] = []
    for item in comparisons:
        candidates = [pair for pair in item.pairs if pair.index not in refuting]
        scores = scorer.score([(pair.evidence, pair.claim) for pair in candidates])
        agreeing = [
            pair.index
            for pair, result in zip(candidates, scores, strict=True)
            if result.entailed >= scorer.calibration.supported_from
            and pair.index not in item.attributions
            and not find_unsupported(pair, pair.evidence, item.speech)
        ]
        if not agreeing:
            return []
        supporting += agreeing
    return list(dict.fromkeys(supporting))


def _support(
    comparisons: Sequence[Comparison], probability: float, scorer: EntailmentScorer
) -> Finding:
    reliability = scorer.calibration.supported_reliability
    return Finding(
        Label.SUPPORTED,
        round(probability, 3),
        explain.describe_support(comparisons, scorer)
        + explain.describe_reliability(reliability),
        _build_closest(comparisons, Stance.SUPPORTS),
        (),
        DecidedBy.ALIGNMENT,
    )


def _abstain_for_lack(
    comparisons: Sequence[Comparison], probability: float, scorer: EntailmentScorer
) -> Finding:
    """Abstain because a passage lacks some of the claim, or differs."""
    found = [item for comparison in comparisons for item in comparison.differences]
    score = explain.describe_score(probability, scorer)
    if not found:
        reason = explain.describe_lack(comparisons) + score
        return _abstain(comparisons, reason, probability)
    differences = list(dict.fromkeys(difference for _, difference in found))
    reason = explain.describe_possible_contradiction(differences) + score
    indexes = [pair.index for pair, _ in found]
    return _abstain(comparisons, reason, probability, differences, indexes)


def _abstain(
    comparisons: Sequence[Comparison],
    reason: str,
    probability: float,
    objections: Sequence[Difference] = (),
    indexes: Sequence[int] = (),
) -> Finding:
    """Return `not_enough_evidence`, with the closest sentences."""
    return Finding(
        Label.NOT_ENOUGH_EVIDENCE,
        round(max(0.5, 1 - probability), 3),
        reason,
        _build_closest(comparisons, Stance.RELATED, indexes),
        tuple(objections),
        DecidedBy.RULES if objections else DecidedBy.ALIGNMENT,
    )


def _build_closest(
    comparisons: Sequence[Comparison], stance: Stance, first: Sequence[int] = ()
) -> tuple[Evidence, ...]:
    indexes = list(first)
    for item in comparisons if not first else ():
        best = item.match.best
        others = [index for index in item.match.contributing if index != best]
        indexes += item.stating[:1] or [best, *others]
    distinct = list(dict.fromkeys(indexes))[:_MAX_EVIDENCE_PASSAGES]
    return build_evidence(comparisons[0].match.evidence, distinct, stance)
