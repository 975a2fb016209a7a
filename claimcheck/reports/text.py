"""The text report: what a person wants to read first, first."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from claimcheck.models.claim import Match
from claimcheck.models.run import LinkedText, Run
from claimcheck.models.verdict import Label
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import make_safe_text, render_for_terminal


def render_run(run: Run, *, width: int = 100, color: bool = False) -> str:
    """Render a run as text of at most `width` columns; colors only on request."""
    return render_for_terminal(_build_report(run), width=width, color=color)


def _build_report(run: Run) -> Group:
    number_of = common.number_claims(run)
    parts: list[object] = []
    if run.summary:
        parts.append(make_safe_text(run.summary.headline, "bold"))
        parts.append(Text(""))
        parts.append(_build_paragraph(run.summary.sentences, number_of))
        parts += _build_bullets(
            "Key points",
            [_append_citations(point, number_of) for point in run.summary.key_points],
        )
        parts += _build_bullets(
            "Positions",
            [
                _append_citations(
                    LinkedText(f"{item.party}: {item.position}", item.claim_ids),
                    number_of,
                )
                for item in run.summary.positions
            ],
        )
        parts += _build_bullets(
            "Open questions",
            [make_safe_text(question) for question in run.summary.open_questions],
        )
    if run.claims:
        parts += [
            Text(""),
            make_safe_text(f"Claims ({len(run.claims)})", "bold"),
            _build_claim_table(run, number_of),
        ]
    elif not run.failures:
        parts += [Text(""), make_safe_text("No checkable claims were found.")]
    if run.verdicts:
        title = f"Held against the document: {verdicts_text.format_label_counts(run.verdicts)}"
        doubtful = [
            verdict for verdict in run.verdicts if verdict.label is not Label.SUPPORTED
        ]
        parts += [
            Text(""),
            make_safe_text(title, "bold"),
            verdicts_text.build_verdict_list(doubtful, [run.document]),
        ]
    parts.append(Text(""))
    parts += [
        make_safe_text(line, "yellow" if not line.startswith("Set aside") else "dim")
        for line in common.list_warnings(run)
    ]
    parts += [
        make_safe_text(common.describe_document(run), "dim"),
        make_safe_text(common.describe_provenance(run), "dim"),
    ]
    if run.claims:
        parts.append(
            make_safe_text(
                "Grounded means found in the document; it does not mean true.", "dim"
            )
        )
    return Group(*parts)  # type: ignore[arg-type]


def _build_claim_table(run: Run, number_of: dict[str, int]) -> Table:
    places = common.build_line_index(run)
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("worth", justify="right", no_wrap=True)
    table.add_column("who says it", max_width=18)
    table.add_column("claim", ratio=1)
    table.add_column("where", max_width=16)
    for claim in run.claims:
        table.add_row(
            str(number_of[claim.id]),
            f"{claim.check_worthiness:.2f}",
            make_safe_text(claim.speaker or "the document"),
            make_safe_text(claim.text),
            make_safe_text(
                common.format_claim_location(claim, places),
                "bold red" if claim.match is Match.NONE else "",
            ),
        )
    return table


def _build_paragraph(
    sentences: tuple[LinkedText, ...], number_of: dict[str, int]
) -> Text:
    return Text(" ").join(
        _append_citations(sentence, number_of) for sentence in sentences
    )


def _append_citations(item: LinkedText, number_of: dict[str, int]) -> Text:
    cited = make_safe_text(item.text)
    if mark := common.format_citations(item.claim_ids, number_of):
        cited.append(f" {mark}", "cyan")
    return cited


def _build_bullets(title: str, items: list[Text]) -> list[object]:
    if not items:
        return []
    grid = Table.grid(
        padding=(0, 1, 0, 0)
    )  # a grid, so that long items hang behind their dash
    for item in items:
        grid.add_row("-", item)
    return [Text(""), make_safe_text(title, "bold"), grid]
