"""The text report: what a person wants to read first, first."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from claimcheck.models.claim import Match
from claimcheck.models.run import LinkedText, Run
from claimcheck.models.verdict import Label
from claimcheck.reports import common, verdicts_text
from claimcheck.reports.common import plain, rendered


def render(run: Run, *, width: int = 100, colour: bool = False) -> str:
    """The run as text of at most `width` columns; with terminal colours only when asked."""
    return rendered(_page(run), width=width, colour=colour)


def _page(run: Run) -> Group:
    number_of = common.numbers(run)
    parts: list[object] = []
    if run.summary:
        parts.append(plain(run.summary.headline, "bold"))
        parts.append(Text(""))
        parts.append(_paragraph(run.summary.sentences, number_of))
        parts += _bullets("Key points", [_cited(point, number_of) for point in run.summary.key_points])
        parts += _bullets(
            "Positions",
            [
                _cited(LinkedText(f"{item.party}: {item.position}", item.claim_ids), number_of)
                for item in run.summary.positions
            ],
        )
        parts += _bullets("Open questions", [plain(question) for question in run.summary.open_questions])
    if run.claims:
        parts += [Text(""), plain(f"Claims ({len(run.claims)})", "bold"), _table(run, number_of)]
    elif not run.failures:
        parts += [Text(""), plain("No checkable claims were found.")]
    if run.verdicts:
        title = f"Held against the document: {verdicts_text.counted(run.verdicts)}"
        doubtful = [verdict for verdict in run.verdicts if verdict.label is not Label.SUPPORTED]
        parts += [Text(""), plain(title, "bold"), verdicts_text.block(doubtful, [run.document])]
    parts.append(Text(""))
    parts += [
        plain(line, "yellow" if not line.startswith("Set aside") else "dim") for line in common.warnings(run)
    ]
    parts += [plain(common.about_document(run), "dim"), plain(common.made_by(run), "dim")]
    if run.claims:
        parts.append(plain("Grounded means found in the document; it does not mean true.", "dim"))
    return Group(*parts)  # type: ignore[arg-type]


def _table(run: Run, number_of: dict[str, int]) -> Table:
    places = common.places_of(run)
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
            plain(claim.speaker or "the document"),
            plain(claim.text),
            plain(common.place(claim, places), "bold red" if claim.match is Match.NONE else ""),
        )
    return table


def _paragraph(sentences: tuple[LinkedText, ...], number_of: dict[str, int]) -> Text:
    return Text(" ").join(_cited(sentence, number_of) for sentence in sentences)


def _cited(item: LinkedText, number_of: dict[str, int]) -> Text:
    cited = plain(item.text)
    if mark := common.marks(item.claim_ids, number_of):
        cited.append(f" {mark}", "cyan")
    return cited


def _bullets(title: str, items: list[Text]) -> list[object]:
    if not items:
        return []
    grid = Table.grid(padding=(0, 1, 0, 0))  # a grid, so that long items hang behind their dash
    for item in items:
        grid.add_row("-", item)
    return [Text(""), plain(title, "bold"), grid]
