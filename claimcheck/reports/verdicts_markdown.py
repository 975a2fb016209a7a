"""Verdicts as Markdown: a row a claim, with the evidence and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.span import Places
from claimcheck.models.verdict import Evidence, Finding, Verdict
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import escaped

_SHOWN = 2


def render(check: Check) -> str:
    """The check as CommonMark with one table (GitHub's extension)."""
    parts = [f"# Checked: {verdicts_text.counted(check.verdicts)}"]
    if check.verdicts:
        parts.append(table(check.verdicts, check.documents))
    if check.failures:
        rows = [f"- {escaped(item.text)}: {item.cause}: {escaped(item.message)}" for item in check.failures]
        parts += ["## No verdict", "\n".join(rows)]
    documents = "1 document" if check.searched == 1 else f"{check.searched:,} documents"
    parts.append(f"Checked against {documents}  \n{escaped(common.made_by(check))}")
    parts.append(f"*{verdicts_text.MEANING}*")
    return "\n\n".join(parts) + "\n"


def table(verdicts: Sequence[Verdict], documents: Sequence[Document]) -> str:
    """The verdicts as a table."""
    places = {
        document.id: Places(document.text) if document.text is not None else None for document in documents
    }
    sources = {document.id: document.source for document in documents}

    def quoted(item: Evidence) -> str:
        where = " + ".join(common.where(span, places.get(item.document_id)) for span in item.spans)
        return f"{item.stance}: “{escaped(item.text)}” ({escaped(sources.get(item.document_id, item.document_id))}, {where})"

    rows = ["| # | Verdict | Confidence | Claim | Why | Evidence |", "|--:|---|--:|---|---|---|"]
    for number, verdict in enumerate(verdicts, 1):
        evidence = "<br>".join(quoted(item) for item in verdict.finding.evidence[:_SHOWN])
        rows.append(
            f"| {number} | {_label(verdict)} | {_confidence(verdict.finding)} | {escaped(verdict.text)} "
            f"| {escaped(verdict.finding.rationale)} | {evidence} |"
        )
    return "\n".join(rows)


def _label(verdict: Verdict) -> str:
    name = verdicts_text.NAMES[verdict.label].lower()
    if verdict.content is None:
        return f"**{name}**"
    return f"said: **{name}**; so: {verdicts_text.NAMES[verdict.content.label].lower()}"


def _confidence(finding: Finding) -> str:
    return f"{finding.confidence:.2f}" if finding.confidence is not None else ""
