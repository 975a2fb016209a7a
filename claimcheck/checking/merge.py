"""One finding from those of several documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from claimcheck.core.verdict import Evidence, Finding, Label, each_stance_first

_DECIDING = (Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE)
_SHOWN = 6  # passages
_SAID = {
    Label.SUPPORTED: "One supports it",
    Label.REFUTED: "One refutes it",
    Label.CONFLICTING_EVIDENCE: "One contradicts itself",
}


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
        rationale=f"The documents disagree. {_each_side(deciding)}",
        evidence=_evidence(deciding),
        differences=tuple(
            dict.fromkeys(difference for finding in deciding for difference in finding.differences)
        ),
    )


def _each_side(deciding: Sequence[Finding]) -> str:
    """What the first document of each side says; which it is, its evidence tells."""
    first = {finding.label: finding for finding in reversed(deciding)}
    return " ".join(f"{said}: {first[label].rationale}" for label, said in _SAID.items() if label in first)


def _evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    every = [item for finding in findings for item in finding.evidence]
    return tuple(dict.fromkeys(each_stance_first(every)))[:_SHOWN]
