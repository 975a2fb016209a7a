"""Verdicts as text: the label and the claim first, then why, then the evidence and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.span import LineIndex
from claimcheck.models.verdict import (
    Evidence,
    Finding,
    Label,
    Stance,
    Verdict,
    put_each_stance_first,
)
from claimcheck.reports import common
from claimcheck.reports.common import make_safe_text, render_for_terminal

UPPERCASE_LABEL_NAMES = {
    Label.SUPPORTED: "SUPPORTED",
    Label.REFUTED: "REFUTED",
    Label.NOT_ENOUGH_EVIDENCE: "NOT ENOUGH EVIDENCE",
    Label.CONFLICTING_EVIDENCE: "CONFLICTING EVIDENCE",
}
_LABEL_STYLES = {
    Label.SUPPORTED: "green",
    Label.REFUTED: "bold red",
    Label.NOT_ENOUGH_EVIDENCE: "yellow",
    Label.CONFLICTING_EVIDENCE: "magenta",
}
_MAX_EVIDENCE_PER_FINDING = 2  # passages a finding
_MAX_QUOTE_LENGTH = 300  # characters


def render_check(check: Check, *, width: int = 100, color: bool = False) -> str:
    """Render a check as text of at most `width` columns; colors only on request."""
    parts: list[object] = [build_verdict_list(check.verdicts, check.documents)]
    if check.failures:
        parts += [
            Text(""),
            make_safe_text(f"No verdict ({len(check.failures)})", "bold red"),
        ]
        parts += [
            make_safe_text(f"- {failure.text}: {failure.cause}: {failure.message}")
            for failure in check.failures
        ]
    parts += [Text(""), make_safe_text(format_label_counts(check.verdicts), "bold")]
    searched = "1 document" if check.searched == 1 else f"{check.searched:,} documents"
    parts.append(make_safe_text(f"Checked against {searched}", "dim"))
    parts.append(make_safe_text(common.describe_provenance(check), "dim"))
    parts.append(make_safe_text(SUPPORTED_CAVEAT, "dim"))
    return render_for_terminal(Group(*parts), width=width, color=color)  # type: ignore[arg-type]


SUPPORTED_CAVEAT = "Supported means that the evidence given says so; whether the evidence is right is another question."


def build_verdict_list(
    verdicts: Sequence[Verdict], documents: Sequence[Document]
) -> Group:
    """Build a numbered list of the verdicts."""
    places = {
        document.id: LineIndex(document.text) if document.text is not None else None
        for document in documents
    }
    sources = {document.id: document.source for document in documents}
    parts: list[object] = []
    for number, verdict in enumerate(verdicts, 1):
        if parts:
            parts.append(Text(""))
        parts += _build_verdict(number, verdict, sources, places)
    return Group(*parts)  # type: ignore[arg-type]


def format_label_counts(verdicts: Sequence[Verdict]) -> str:
    """Format the number of verdicts per label: "3 supported, 1 refuted"."""
    counts = Counter(verdict.label for verdict in verdicts)
    return (
        ", ".join(
            f"{counts[label]} {UPPERCASE_LABEL_NAMES[label].lower()}"
            for label in Label
            if counts[label]
        )
        or "no verdict"
    )


def _build_verdict(
    number: int,
    verdict: Verdict,
    sources: Mapping[str, str],
    places: Mapping[str, LineIndex | None],
) -> list[object]:
    head = make_safe_text(f"{number}. ")
    head.append(UPPERCASE_LABEL_NAMES[verdict.label], _LABEL_STYLES[verdict.label])
    head.append(
        f"{_format_confidence(verdict.finding)}{_format_votes(verdict)}  ", "dim"
    )
    head.append_text(make_safe_text(verdict.text, "bold"))
    parts: list[object] = [head]
    if verdict.content and verdict.speaker:
        parts.append(
            _indent(
                make_safe_text(
                    f"Did {verdict.speaker} say it? {verdict.finding.rationale}"
                )
            )
        )
    else:
        parts.append(_indent(make_safe_text(verdict.finding.rationale)))
    parts += [
        _build_quote(item, sources, places)
        for item in put_each_stance_first(verdict.finding.evidence)[
            :_MAX_EVIDENCE_PER_FINDING
        ]
    ]
    if verdict.content:
        line = make_safe_text("Is it so? ")
        line.append(
            UPPERCASE_LABEL_NAMES[verdict.content.label].lower(),
            _LABEL_STYLES[verdict.content.label],
        )
        line.append(
            f"{_format_confidence(verdict.content)}. {verdict.content.rationale}"
        )
        parts.append(_indent(line))
        if verdict.content.label is not Label.NOT_ENOUGH_EVIDENCE:
            parts += [
                _build_quote(item, sources, places)
                for item in put_each_stance_first(verdict.content.evidence)[
                    :_MAX_EVIDENCE_PER_FINDING
                ]
            ]
    return parts


def _build_quote(
    item: Evidence, sources: Mapping[str, str], places: Mapping[str, LineIndex | None]
) -> Padding:
    where = " + ".join(
        common.format_span_location(span, places.get(item.document_id))
        for span in item.spans
    )
    sign = {Stance.SUPPORTS: "+", Stance.REFUTES: "-", Stance.RELATED: "~"}[item.stance]
    text = (
        item.text
        if len(item.text) <= _MAX_QUOTE_LENGTH
        else f"{item.text[:_MAX_QUOTE_LENGTH]}…"
    )
    quote = make_safe_text(f"{sign} {text}")
    quote.append(
        f"  [{sources.get(item.document_id, item.document_id)}, {where}]", "cyan"
    )
    return Padding(quote, (0, 0, 0, 6))


def _indent(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 3))


def _format_confidence(finding: Finding) -> str:
    return f" {finding.confidence:.2f}" if finding.confidence is not None else ""


def _format_votes(verdict: Verdict) -> str:
    return (
        f" ({verdict.votes.agreed} of {verdict.votes.asked} votes)"
        if verdict.votes
        else ""
    )
