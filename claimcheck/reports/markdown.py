"""The Markdown report. Text from a document or a model is escaped: it can be neither markup nor HTML."""

from __future__ import annotations

from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.reports import common, verdicts_markdown, verdicts_text
from claimcheck.reports.common import escaped


def render(run: Run) -> str:
    """The run as CommonMark with one table (GitHub's extension)."""
    number_of, places = common.numbers(run), common.places_of(run)
    parts = []
    if run.summary:
        summary = run.summary
        parts.append(f"# {escaped(summary.headline)}")
        parts.append(
            " ".join(f"{escaped(item.text)}{_cite(item.claim_ids, number_of)}" for item in summary.sentences)
        )
        parts += _section(
            "Key points",
            [f"{escaped(item.text)}{_cite(item.claim_ids, number_of)}" for item in summary.key_points],
        )
        parts += _section(
            "Positions",
            [
                f"**{escaped(item.party)}**: {escaped(item.position)}{_cite(item.claim_ids, number_of)}"
                for item in summary.positions
            ],
        )
        parts += _section("Open questions", [escaped(question) for question in summary.open_questions])
    if run.claims:
        rows = ["| # | Worth | Who says it | Claim | Quote | Where |", "|--:|--:|---|---|---|---|"]
        rows += [
            f"| {number_of[claim.id]} | {claim.check_worthiness:.2f} | {escaped(claim.speaker or 'the document')} "
            f"| {escaped(claim.text)} | {escaped(claim.quote)} | {common.place(claim, places)} |"
            for claim in run.claims
        ]
        parts += [f"## Claims ({len(run.claims)})", "\n".join(rows)]
    elif not run.failures:
        parts.append("No checkable claims were found.")
    if run.verdicts:
        parts.append(f"## Held against the document: {verdicts_text.counted(run.verdicts)}")
        doubtful = [verdict for verdict in run.verdicts if verdict.label is not Label.SUPPORTED]
        parts += [verdicts_markdown.table(doubtful, [run.document])] if doubtful else []
    parts += _section("Notes", [escaped(line) for line in common.warnings(run)])
    parts.append(f"{escaped(common.about_document(run))}  \n{escaped(common.made_by(run))}")
    if run.claims:
        parts.append("*Grounded means found in the document; it does not mean true.*")
    return "\n\n".join(parts) + "\n"


def _section(title: str, items: list[str]) -> list[str]:
    return [f"## {title}", "\n".join(f"- {item}" for item in items)] if items else []


def _cite(ids: tuple[str, ...], number_of: dict[str, int]) -> str:
    mark = common.marks(ids, number_of)
    return f" {escaped(mark)}" if mark else ""
