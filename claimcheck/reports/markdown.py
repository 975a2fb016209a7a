"""The Markdown report. Text from a document or a model is escaped: it can be neither markup nor HTML."""

from __future__ import annotations

from claimcheck.models.run import Run
from claimcheck.models.verdict import Label
from claimcheck.reports import common, verdicts_markdown, verdicts_text
from claimcheck.reports.common import escape_markdown


def render_run(run: Run) -> str:
    """Render a run as CommonMark with one table (a GitHub extension)."""
    number_of, places = common.number_claims(run), common.build_line_index(run)
    parts = []
    if run.summary:
        summary = run.summary
        parts.append(f"# {escape_markdown(summary.headline)}")
        parts.append(
            " ".join(
                f"{escape_markdown(item.text)}{_cite(item.claim_ids, number_of)}"
                for item in summary.sentences
            )
        )
        parts += _build_section(
            "Key points",
            [
                f"{escape_markdown(item.text)}{_cite(item.claim_ids, number_of)}"
                for item in summary.key_points
            ],
        )
        parts += _build_section(
            "Positions",
            [
                f"**{escape_markdown(item.party)}**: {escape_markdown(item.position)}{_cite(item.claim_ids, number_of)}"
                for item in summary.positions
            ],
        )
        parts += _build_section(
            "Open questions",
            [escape_markdown(question) for question in summary.open_questions],
        )
    if run.claims:
        rows = [
            "| # | Worth | Who says it | Claim | Quote | Where |",
            "|--:|--:|---|---|---|---|",
        ]
        rows += [
            f"| {number_of[claim.id]} | {claim.check_worthiness:.2f} | {escape_markdown(claim.speaker or 'the document')} "
            f"| {escape_markdown(claim.text)} | {escape_markdown(claim.quote)} | {common.format_claim_location(claim, places)} |"
            for claim in run.claims
        ]
        parts += [f"## Claims ({len(run.claims)})", "\n".join(rows)]
    elif not run.failures:
        parts.append("No checkable claims were found.")
    if run.verdicts:
        parts.append(
            f"## Held against the document: {verdicts_text.format_label_counts(run.verdicts)}"
        )
        doubtful = [
            verdict for verdict in run.verdicts if verdict.label is not Label.SUPPORTED
        ]
        parts += (
            [verdicts_markdown.render_verdict_table(doubtful, [run.document])]
            if doubtful
            else []
        )
    parts += _build_section(
        "Notes", [escape_markdown(line) for line in common.list_warnings(run)]
    )
    parts.append(
        f"{escape_markdown(common.describe_document(run))}  \n{escape_markdown(common.describe_provenance(run))}"
    )
    if run.claims:
        parts.append("*Grounded means found in the document; it does not mean true.*")
    return "\n\n".join(parts) + "\n"


def _build_section(title: str, items: list[str]) -> list[str]:
    return [f"## {title}", "\n".join(f"- {item}" for item in items)] if items else []


def _cite(ids: tuple[str, ...], number_of: dict[str, int]) -> str:
    mark = common.format_citations(ids, number_of)
    return f" {escape_markdown(mark)}" if mark else ""
