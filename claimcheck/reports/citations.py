"""Renders the citations of a draft as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from claimcheck.counting import format_count
from claimcheck.models.citation import CheckedCitation, CitationCheck, CitationOutcome
from claimcheck.models.verdict import Verdict
from claimcheck.reports import locations, provenance
from claimcheck.reports.text import make_safe_text, render_for_terminal

_NAMES = {
    CitationOutcome.SUPPORTED: "supported",
    CitationOutcome.CONTRADICTED: "the source says otherwise",
    CitationOutcome.NOT_FOUND: "not found in the source",
    CitationOutcome.UNREACHABLE: "the source can't be read",
    CitationOutcome.FAILED: "not checked",
    CitationOutcome.UNDEFINED: "the text does not say which source",
}
_COUNTED = {
    CitationOutcome.SUPPORTED: "supported",
    CitationOutcome.CONTRADICTED: "contradicted by the source cited",
    CitationOutcome.NOT_FOUND: "not found in the source cited",
    CitationOutcome.UNREACHABLE: "with an unreadable source",
    CitationOutcome.FAILED: "not checked",
    CitationOutcome.UNDEFINED: "with an undefined reference",
}
# A comparison of words can't tell what a source says in other words.
_NOT_IN_WORDS = {CitationOutcome.NOT_FOUND: "not found in the same words"}
_STYLES = {
    CitationOutcome.SUPPORTED: "green",
    CitationOutcome.CONTRADICTED: "bold red",
    CitationOutcome.NOT_FOUND: "yellow",
    CitationOutcome.UNREACHABLE: "magenta",
    CitationOutcome.FAILED: "magenta",
    CitationOutcome.UNDEFINED: "magenta",
}
# Chosen by hand, so that a statement and its sources fit on a screen.
_MAX_EVIDENCE_CHARACTERS = 300
_MAX_EVIDENCE = 2


def render_citations(
    checked: CitationCheck, *, width: int = 100, color: bool = False
) -> str:
    """Render the citations of a draft as text of at most `width` columns."""
    locator = locations.EvidenceLocator(checked.documents)
    names = _choose_names(_NAMES, checked)
    page: list[RenderableType] = []
    for number, statement in enumerate(checked.statements, 1):
        outcome = statement.outcome
        heading = make_safe_text(f"{number}. ")
        heading.append(names[outcome].upper(), _STYLES[outcome])
        heading.append_text(make_safe_text(f"  {statement.text}", "bold"))
        page.append(heading)
        for citation in statement.citations:
            page += _build_citation(citation, names[citation.outcome], locator)
        if statement.together is not None:
            page.append(_indent("supported by its sources together", "green"))
            page += _quote(statement.together, locator)
        page.append(Text(""))
    page += _list_names("without a source", "sentence", checked.uncited)
    page += _list_names("that no sentence cites", "reference", checked.unused)
    page.append(make_safe_text(describe_citations(checked), "bold"))
    work = provenance.describe_work(
        checked.signature, checked.usage, len(checked.statements)
    )
    page.append(make_safe_text(work, "dim"))
    return render_for_terminal(Group(*page), width=width, color=color)


def _choose_names(
    names: Mapping[CitationOutcome, str], checked: CitationCheck
) -> dict[CitationOutcome, str]:
    """Return the names of outcomes that the check can vouch for."""
    return {**names, **(_NOT_IN_WORDS if checked.signature.compares_words else {})}


def _build_citation(
    citation: CheckedCitation, name: str, locator: locations.EvidenceLocator
) -> Iterator[Padding]:
    outcome = citation.outcome
    if outcome is CitationOutcome.UNDEFINED:
        yield _indent(f"cites {citation.source}, which the text does not define")
        return
    line = make_safe_text(f"[{citation.source}] ", "cyan")
    line.append(name, _STYLES[outcome])
    verdict = citation.verdict
    detail = citation.problem or (verdict.finding.rationale if verdict else "")
    line.append_text(make_safe_text(f": {detail}"))
    yield Padding(line, (0, 0, 0, 3))
    if verdict:
        yield from _quote(verdict, locator)


def _quote(verdict: Verdict, locator: locations.EvidenceLocator) -> Iterator[Padding]:
    """Yield the passages that the rationale is about."""
    for evidence in verdict.finding.evidence[:_MAX_EVIDENCE]:
        text = evidence.text[:_MAX_EVIDENCE_CHARACTERS]
        location = locator.describe(evidence).rpartition(", ")[2]
        yield Padding(make_safe_text(f"{text}  [{location}]"), (0, 0, 0, 6))


def _indent(text: str, style: str = "") -> Padding:
    return Padding(make_safe_text(text, style), (0, 0, 0, 3))


def _list_names(
    relation: str, noun: str, texts: Sequence[str]
) -> Iterator[RenderableType]:
    if not texts:
        return
    yield make_safe_text(f"{format_count(len(texts), noun)} {relation}:", "bold")
    for text in texts:
        yield _indent(text)
    yield Text("")


def describe_citations(checked: CitationCheck) -> str:
    """Describe the outcomes, with precision and recall, in one line."""
    counts = Counter(statement.outcome for statement in checked.statements)
    parts = [
        f"{counts[outcome]} {name}"
        for outcome, name in _choose_names(_COUNTED, checked).items()
        if counts[outcome]
    ]
    for name, value in (
        ("citation precision", checked.precision),
        ("recall", checked.recall),
    ):
        if value is not None:
            parts.append(f"{name} {value:.2f}")
    return ", ".join(parts)
