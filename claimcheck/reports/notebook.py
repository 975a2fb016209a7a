"""A run as a notebook shows it: the summary and a table of claims, small enough to stand in a cell."""

from __future__ import annotations

from html import escape

from claimcheck.models.run import Run
from claimcheck.reports import common
from claimcheck.reports.html.assets import replace_control_characters
from claimcheck.reports.html.cards import LABEL_NAMES

_MAX_CLAIMS = 30  # claims


def render_notebook_html(run: Run) -> str:
    """Render a run as an HTML fragment, without script or style, all text escaped."""
    number_of, places = common.number_claims(run), common.build_line_index(run)
    verdicts = {verdict.subject: LABEL_NAMES[verdict.label] for verdict in run.verdicts}
    parts = []
    if run.summary:
        sentences = " ".join(
            f"{_escape_text(item.text)} {_escape_text(common.format_citations(item.claim_ids, number_of))}"
            for item in run.summary.sentences
        )
        parts.append(f"<h4>{_escape_text(run.summary.headline)}</h4><p>{sentences}</p>")
    parts += [
        f"<p><strong>{_escape_text(line)}</strong></p>"
        for line in common.list_warnings(run)
    ]
    heads = [
        "#",
        "Worth",
        "Who says it",
        "Claim",
        "Where",
        *(["Verdict"] if verdicts else []),
    ]
    rows = [
        [
            str(number_of[claim.id]),
            f"{claim.check_worthiness:.2f}",
            claim.speaker or "the document",
            claim.text,
            common.format_claim_location(claim, places),
            *([verdicts.get(claim.id, "")] if verdicts else []),
        ]
        for claim in run.claims[:_MAX_CLAIMS]
    ]
    body = "".join(
        f"<tr>{''.join(f'<td>{_escape_text(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if len(run.claims) > _MAX_CLAIMS:
        parts.append(
            f"<p>and {len(run.claims) - _MAX_CLAIMS} more: <code>run.claims_frame()</code> has all of them</p>"
        )
    parts.append(
        f"<p><small>{_escape_text(common.describe_provenance(run))}</small></p>"
    )
    return f"<div>{''.join(parts)}</div>"


def _escape_text(text: str) -> str:
    return escape(replace_control_characters(text))
