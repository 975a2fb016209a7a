"""A run in a notebook cell: the summary and a table of claims."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from claimcheck.models.review import apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.reports import common, locations, provenance, warnings
from claimcheck.reports.html.assets import format_badge, replace_control_characters

_MAX_CLAIMS = 30  # a table that still fits a cell; chosen by hand


def render_notebook_html(run: Run) -> str:
    """Render a run as an HTML fragment, without script or style."""
    run = apply_decisions(run)
    parts = _render_summary(run)
    # Before the claims, because they say how far the claims can be trusted.
    for note in (*warnings.list_warnings(run), *warnings.list_remarks(run)):
        parts.append(f"<p><strong>{_escape(note)}</strong></p>")
    parts.append(_render_claims(run))
    if len(run.claims) > _MAX_CLAIMS:
        parts.append(
            f"<p>and {len(run.claims) - _MAX_CLAIMS} more: "
            "<code>run.claims_frame()</code> has all of them</p>"
        )
    parts.append(
        f"<p><small>{_escape(provenance.describe_provenance(run))}</small></p>"
    )
    return f"<div>{''.join(parts)}</div>"


def _render_summary(run: Run) -> list[str]:
    if run.summary is None:
        return []
    number_of = common.number_claims(run)
    sentences = [
        f"{item.text} {common.format_citations(item.claim_ids, number_of)}"
        for item in run.summary.sentences
    ]
    headline = _escape(run.summary.headline)
    return [f"<h4>{headline}</h4><p>{_escape(' '.join(sentences))}</p>"]


def _render_claims(run: Run) -> str:
    line_index = locations.build_line_index(run.document)
    badges = {verdict.subject: format_badge(verdict.label) for verdict in run.verdicts}
    header = ["#", "Worth", "Who says it", "Claim", "Where"]
    if badges:
        header.append("Verdict")
    judgments = judge_claims(run)
    rows = []
    for number, claim in enumerate(run.claims[:_MAX_CLAIMS], 1):
        judgment = judgments.get(claim.id)
        row = [
            str(number),
            f"{claim.check_worthiness:.2f}",
            common.get_speaker(claim),
            f"{claim.text} ({judgment.describe()})" if judgment else claim.text,
            locations.format_claim_location(claim, line_index),
        ]
        if badges:
            row.append(badges.get(claim.id, ""))
        rows.append(_render_row("td", row))
    return (
        f"<table><thead>{_render_row('th', header)}</thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _render_row(tag: str, cells: Sequence[str]) -> str:
    # Notebooks align tables to the right, as for numbers.
    start = f'<{tag} style="text-align: left">'
    return f"<tr>{''.join(f'{start}{_escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _escape(text: str) -> str:
    # A notebook inserts this into a page of its own.
    return escape(replace_control_characters(text))
