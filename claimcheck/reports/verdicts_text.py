"""Verdicts as text: the label and the claim first, then why, then the evidence and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.span import Places
from claimcheck.models.verdict import Evidence, Finding, Label, Stance, Verdict, each_stance_first
from claimcheck.reports import common
from claimcheck.reports.common import plain, rendered

NAMES = {
    Label.SUPPORTED: "SUPPORTED",
    Label.REFUTED: "REFUTED",
    Label.NOT_ENOUGH_EVIDENCE: "NOT ENOUGH EVIDENCE",
    Label.CONFLICTING_EVIDENCE: "CONFLICTING EVIDENCE",
}
_COLOURS = {
    Label.SUPPORTED: "green",
    Label.REFUTED: "bold red",
    Label.NOT_ENOUGH_EVIDENCE: "yellow",
    Label.CONFLICTING_EVIDENCE: "magenta",
}
_SHOWN = 2  # passages a finding
_LONGEST_QUOTE = 300  # characters


def render(check: Check, *, width: int = 100, colour: bool = False) -> str:
    """The check as text of at most `width` columns; with terminal colours only when asked."""
    parts: list[object] = [block(check.verdicts, check.documents)]
    if check.failures:
        parts += [Text(""), plain(f"No verdict ({len(check.failures)})", "bold red")]
        parts += [
            plain(f"- {failure.text}: {failure.cause}: {failure.message}") for failure in check.failures
        ]
    parts += [Text(""), plain(counted(check.verdicts), "bold")]
    searched = "1 document" if check.searched == 1 else f"{check.searched:,} documents"
    parts.append(plain(f"Checked against {searched}", "dim"))
    parts.append(plain(common.made_by(check), "dim"))
    parts.append(plain(MEANING, "dim"))
    return rendered(Group(*parts), width=width, colour=colour)  # type: ignore[arg-type]


MEANING = (
    "Supported means that the evidence given says so; whether the evidence is right is another question."
)


def block(verdicts: Sequence[Verdict], documents: Sequence[Document]) -> Group:
    """The verdicts one below the other, numbered."""
    places = {
        document.id: Places(document.text) if document.text is not None else None for document in documents
    }
    sources = {document.id: document.source for document in documents}
    parts: list[object] = []
    for number, verdict in enumerate(verdicts, 1):
        if parts:
            parts.append(Text(""))
        parts += _verdict(number, verdict, sources, places)
    return Group(*parts)  # type: ignore[arg-type]


def counted(verdicts: Sequence[Verdict]) -> str:
    """How many verdicts there are of each label: "3 supported, 1 refuted"."""
    counts = Counter(verdict.label for verdict in verdicts)
    return (
        ", ".join(f"{counts[label]} {NAMES[label].lower()}" for label in Label if counts[label])
        or "no verdict"
    )


def _verdict(
    number: int, verdict: Verdict, sources: Mapping[str, str], places: Mapping[str, Places | None]
) -> list[object]:
    head = plain(f"{number}. ")
    head.append(NAMES[verdict.label], _COLOURS[verdict.label])
    head.append(f"{_confidence(verdict.finding)}{_votes(verdict)}  ", "dim")
    head.append_text(plain(verdict.text, "bold"))
    parts: list[object] = [head]
    if verdict.content and verdict.speaker:
        parts.append(_indented(plain(f"Did {verdict.speaker} say it? {verdict.finding.rationale}")))
    else:
        parts.append(_indented(plain(verdict.finding.rationale)))
    parts += [_quote(item, sources, places) for item in each_stance_first(verdict.finding.evidence)[:_SHOWN]]
    if verdict.content:
        line = plain("Is it so? ")
        line.append(NAMES[verdict.content.label].lower(), _COLOURS[verdict.content.label])
        line.append(f"{_confidence(verdict.content)}. {verdict.content.rationale}")
        parts.append(_indented(line))
        if verdict.content.label is not Label.NOT_ENOUGH_EVIDENCE:
            parts += [
                _quote(item, sources, places) for item in each_stance_first(verdict.content.evidence)[:_SHOWN]
            ]
    return parts


def _quote(item: Evidence, sources: Mapping[str, str], places: Mapping[str, Places | None]) -> Padding:
    where = " + ".join(common.where(span, places.get(item.document_id)) for span in item.spans)
    sign = {Stance.SUPPORTS: "+", Stance.REFUTES: "-", Stance.RELATED: "~"}[item.stance]
    text = item.text if len(item.text) <= _LONGEST_QUOTE else f"{item.text[:_LONGEST_QUOTE]}…"
    quote = plain(f"{sign} {text}")
    quote.append(f"  [{sources.get(item.document_id, item.document_id)}, {where}]", "cyan")
    return Padding(quote, (0, 0, 0, 6))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 3))


def _confidence(finding: Finding) -> str:
    return f" {finding.confidence:.2f}" if finding.confidence is not None else ""


def _votes(verdict: Verdict) -> str:
    return f" ({verdict.votes.agreed} of {verdict.votes.asked} votes)" if verdict.votes else ""
