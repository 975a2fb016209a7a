"""One finding from those of several documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from claimcheck.core.verdict import Evidence, Finding, Label

_DECIDING = (Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE)
_SHOWN = 6  # passages


def merged(findings: Sequence[Finding]) -> Finding:
    """The finding that all the documents come to; where one supports and another refutes, the evidence conflicts.

    `findings` is in the order of the documents, the likeliest first, and has at least one.
    """
    deciding = [finding for finding in findings if finding.label in _DECIDING]
    if not deciding:
        return max(findings, key=lambda finding: (bool(finding.evidence), -(finding.confidence or 0)))
    labels = {finding.label for finding in deciding}
    best = max(deciding, key=lambda finding: finding.confidence or 0)
    if len(labels) == 1:
        return replace(best, evidence=_evidence([best, *deciding]))
    return replace(
        best,
        label=Label.CONFLICTING_EVIDENCE,
        confidence=min(finding.confidence or 0 for finding in deciding),
        rationale="The documents disagree. "
        + " ".join(
            f"{finding.evidence[0].document_id} {_VERB[finding.label]}: {finding.rationale}"
            for finding in deciding[:2]
            if finding.evidence
        ),
        evidence=_evidence(deciding),
        differences=tuple(
            dict.fromkeys(difference for finding in deciding for difference in finding.differences)
        ),
    )


_VERB = {
    Label.SUPPORTED: "supports it",
    Label.REFUTED: "refutes it",
    Label.CONFLICTING_EVIDENCE: "contradicts itself",
}


def _evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(item for finding in findings for item in finding.evidence))[:_SHOWN]
