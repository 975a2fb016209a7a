"""Writes each checked claim as a row, with the passage that decided it.

Claims without a verdict have a row, too, so that no claim is lost in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.verdict import Finding, Verdict
from claimcheck.reports.locations import EvidenceLocator
from claimcheck.reports.table import format_csv_line

_COLUMNS = (
    "number",
    "claim",
    "text",
    "speaker",
    "verdict",
    "confidence",
    "rationale",
    "content_verdict",
    "content_confidence",
    "content_rationale",
    "evidence",
    "stance",
    "source",
    "published",
    "url",
    "problem",
    "engine",
    "model",
)


def iter_csv_lines(check: Check) -> Iterator[str]:
    """Yield the verdicts and failures of a check as CSV, without formulas.

    `content_verdict` is whether the statement of a speaker is true. `evidence` is the
    first passage that the verdict rests on.
    """
    yield format_csv_line(_COLUMNS)
    locator = EvidenceLocator(check.documents, counts_sources=check.search is not None)
    documents = {document.id: document for document in check.documents}
    rows = [_list_verdict_cells(item, locator, documents) for item in check.verdicts]
    for failure in check.failures:
        problem = f"{failure.cause}: {failure.message}"
        rows.append(
            {"claim": failure.subject, "text": failure.text, "problem": problem}
        )
    signature = check.signature
    for number, row in enumerate(rows, 1):
        row |= {
            "number": number,
            "engine": signature.engine,
            "model": signature.model,
        }
        yield format_csv_line(row.get(name) for name in _COLUMNS)


def _list_verdict_cells(
    verdict: Verdict, locator: EvidenceLocator, documents: dict[str, Document]
) -> dict[str, Any]:
    finding, content = verdict.finding, verdict.content
    cells = {
        "claim": verdict.subject,
        "text": verdict.text,
        "speaker": verdict.speaker,
        "verdict": str(finding.label),
        "confidence": finding.confidence,
        "rationale": locator.explain(finding),
    }
    if content is not None:
        cells |= {
            "content_verdict": str(content.label),
            "content_confidence": content.confidence,
            "content_rationale": locator.explain(content),
        }
    return cells | _list_evidence_cells(finding, locator, documents)


def _list_evidence_cells(
    finding: Finding, locator: EvidenceLocator, documents: dict[str, Document]
) -> dict[str, Any]:
    if not finding.evidence:
        return {}
    passage = finding.evidence[0]
    document = documents.get(passage.document_id)
    return {
        "evidence": passage.text,
        "stance": str(passage.stance),
        "source": locator.describe(passage),
        "published": document and document.published,
        "url": document and document.url,
    }
