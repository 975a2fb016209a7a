"""Verdicts as Markdown: a row a claim, with the evidence and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.span import LineIndex
from claimcheck.models.verdict import Evidence, Finding, Verdict
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import escape_markdown

_MAX_EVIDENCE_PER_FINDING = 2


def render_check(check: Check) -> str:
    """Render a check as CommonMark with one table (a GitHub extension)."""
    parts = [f"# Checked: {verdicts_text.format_label_counts(check.verdicts)}"]
    if check.verdicts:
        parts.append(render_verdict_table(check.verdicts, check.documents))
    if check.failures:
        rows = [
            f"- {escape_markdown(item.text)}: {item.cause}: {escape_markdown(item.message)}"
            for item in check.failures
        ]
        parts += ["## No verdict", "\n".join(rows)]
    documents = "1 document" if check.searched == 1 else f"{check.searched:,} documents"
    parts.append(
        f"Checked against {documents}  \n{escape_markdown(common.describe_provenance(check))}"
    )
    parts.append(f"*{verdicts_text.SUPPORTED_CAVEAT}*")
    return "\n\n".join(parts) + "\n"


def render_verdict_table(
    verdicts: Sequence[Verdict], documents: Sequence[Document]
) -> str:
    """Render the verdicts as a Markdown table."""
    places = {
        document.id: LineIndex(document.text) if document.text is not None else None
        for document in documents
    }
    sources = {document.id: document.source for document in documents}

    def quoted(item: Evidence) -> str:
        where = " + ".join(
            common.format_span_location(span, places.get(item.document_id))
            for span in item.spans
        )
        return f"{item.stance}: “{escape_markdown(item.text)}” ({escape_markdown(sources.get(item.document_id, item.document_id))}, {where})"

    rows = [
        "| # | Verdict | Confidence | Claim | Why | Evidence |",
        "|--:|---|--:|---|---|---|",
    ]
    for number, verdict in enumerate(verdicts, 1):
        evidence = "<br>".join(
            quoted(item)
            for item in verdict.finding.evidence[:_MAX_EVIDENCE_PER_FINDING]
        )
        rows.append(
            f"| {number} | {_format_label(verdict)} | {_format_confidence(verdict.finding)} | {escape_markdown(verdict.text)} "
            f"| {escape_markdown(verdict.finding.rationale)} | {evidence} |"
        )
    return "\n".join(rows)


def _format_label(verdict: Verdict) -> str:
    name = verdicts_text.UPPERCASE_LABEL_NAMES[verdict.label].lower()
    if verdict.content is None:
        return f"**{name}**"
    return f"said: **{name}**; so: {verdicts_text.UPPERCASE_LABEL_NAMES[verdict.content.label].lower()}"


def _format_confidence(finding: Finding) -> str:
    return f"{finding.confidence:.2f}" if finding.confidence is not None else ""
