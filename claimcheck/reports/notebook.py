"""A run as a notebook shows it: the summary and a table of claims, small enough to stand in a cell."""

from __future__ import annotations

from html import escape

from claimcheck.models.run import Run
from claimcheck.reports import common
from claimcheck.reports.html.assets import readable
from claimcheck.reports.html.cards import NAMES

_SHOWN = 30  # claims


def fragment(run: Run) -> str:
    """HTML without script or style of its own; text is text."""
    number_of, places = common.numbers(run), common.places_of(run)
    verdicts = {verdict.subject: NAMES[verdict.label] for verdict in run.verdicts}
    parts = []
    if run.summary:
        sentences = " ".join(
            f"{_text(item.text)} {_text(common.marks(item.claim_ids, number_of))}"
            for item in run.summary.sentences
        )
        parts.append(f"<h4>{_text(run.summary.headline)}</h4><p>{sentences}</p>")
    parts += [f"<p><strong>{_text(line)}</strong></p>" for line in common.warnings(run)]
    heads = ["#", "Worth", "Who says it", "Claim", "Where", *(["Verdict"] if verdicts else [])]
    rows = [
        [
            str(number_of[claim.id]),
            f"{claim.check_worthiness:.2f}",
            claim.speaker or "the document",
            claim.text,
            common.place(claim, places),
            *([verdicts.get(claim.id, "")] if verdicts else []),
        ]
        for claim in run.claims[:_SHOWN]
    ]
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if len(run.claims) > _SHOWN:
        parts.append(
            f"<p>and {len(run.claims) - _SHOWN} more: <code>run.claims_frame()</code> has all of them</p>"
        )
    parts.append(f"<p><small>{_text(common.made_by(run))}</small></p>")
    return f"<div>{''.join(parts)}</div>"


def _text(text: str) -> str:
    return escape(readable(text))
