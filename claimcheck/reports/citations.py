"""The citations of a draft, as text and as rows of JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from claimcheck.counting import format_count
from claimcheck.models import codec
from claimcheck.models.citation import CheckedCitation, CitationCheck, Citing
from claimcheck.reports import locations, provenance
from claimcheck.reports.text import make_safe_text, render_for_terminal

_NAMES = {
    Citing.SUPPORTED: "supported",
    Citing.CONTRADICTED: "the source says otherwise",
    Citing.NOT_FOUND: "the source does not say it",
    Citing.UNREACHABLE: "the source can't be read",
    Citing.FAILED: "not checked",
}
_COUNTED = {
    Citing.SUPPORTED: "supported",
    Citing.CONTRADICTED: "contradicted by their source",
    Citing.NOT_FOUND: "not found in their source",
    Citing.UNREACHABLE: "with an unreadable source",
    Citing.FAILED: "not checked",
}
_STYLES = {
    Citing.SUPPORTED: "green",
    Citing.CONTRADICTED: "bold red",
    Citing.NOT_FOUND: "yellow",
    Citing.UNREACHABLE: "magenta",
    Citing.FAILED: "magenta",
}
_MAX_EVIDENCE_CHARACTERS = 300


def render_citations(
    checked: CitationCheck, *, width: int = 100, color: bool = False
) -> str:
    """Render the citations of a draft as text of at most `width` columns."""
    locator = locations.EvidenceLocator(checked.documents)
    page: list[RenderableType] = []
    for number, statement in enumerate(checked.statements, 1):
        outcome = statement.outcome
        heading = make_safe_text(f"{number}. ")
        heading.append(_NAMES[outcome].upper(), _STYLES[outcome])
        heading.append_text(make_safe_text(f"  {statement.text}", "bold"))
        page.append(heading)
        for citation in statement.citations:
            page += _build_citation(citation, locator)
        page.append(Text(""))
    page.append(make_safe_text(describe_citations(checked), "bold"))
    if checked.uncited:
        count = format_count(len(checked.uncited), "sentence")
        page.append(make_safe_text(f"{count} without a source", "dim"))
    work = provenance.describe_work(
        checked.signature, checked.usage, len(checked.statements)
    )
    page.append(make_safe_text(work, "dim"))
    return render_for_terminal(Group(*page), width=width, color=color)


def _build_citation(
    citation: CheckedCitation, locator: locations.EvidenceLocator
) -> Iterator[Padding]:
    outcome = citation.outcome
    line = make_safe_text(f"[{citation.source}] ", "cyan")
    line.append(_NAMES[outcome], _STYLES[outcome])
    verdict = citation.verdict
    detail = citation.problem or (verdict.finding.rationale if verdict else "")
    line.append_text(make_safe_text(f": {detail}"))
    yield Padding(line, (0, 0, 0, 3))
    for evidence in verdict.finding.evidence[:1] if verdict else ():
        text = evidence.text[:_MAX_EVIDENCE_CHARACTERS]
        place = locator.describe(evidence).rpartition(", ")[2]
        yield Padding(make_safe_text(f"{text}  [{place}]"), (0, 0, 0, 6))


def describe_citations(checked: CitationCheck) -> str:
    """Describe the outcomes, with precision and recall, in one line."""
    counts = Counter(statement.outcome for statement in checked.statements)
    parts = [
        f"{counts[outcome]} {name}"
        for outcome, name in _COUNTED.items()
        if counts[outcome]
    ]
    for name, value in (
        ("citation precision", checked.precision),
        ("recall", checked.recall),
    ):
        if value is not None:
            parts.append(f"{name} {value:.2f}")
    return ", ".join(parts)


def list_rows(checked: CitationCheck) -> Iterator[dict[str, Any]]:
    """Yield a row for each sentence with a source, and one with the totals."""
    for statement in checked.statements:
        citations = [
            codec.to_fields(citation) | {"outcome": str(citation.outcome)}
            for citation in statement.citations
        ]
        yield {
            "text": statement.text,
            "outcome": str(statement.outcome),
            "citations": citations,
        }
    yield {
        "statements": len(checked.statements),
        "uncited": list(checked.uncited),
        "precision": checked.precision,
        "recall": checked.recall,
        "usage": codec.to_fields(checked.usage),
        "signature": codec.to_fields(checked.signature),
    }
