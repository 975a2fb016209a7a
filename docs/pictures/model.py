"""The data model, drawn from the classes themselves: `make pictures` writes model.svg, and a test says when it is stale."""

import dataclasses
import typing
from html import escape

from claimcheck.models import claim, document, run, span, verdict

WIDTH, LINE, HEAD, GAP_X, GAP_Y, MARGIN = 232, 17, 26, 74, 26, 16
COLUMNS = [
    [document.Document, run.LedgerEntry, run.Failure],
    [run.Run, run.Check, run.Signature, run.Usage],
    [run.Summary, run.LinkedText, claim.Claim, run.Position],
    [verdict.Verdict, verdict.Finding, run.CheckFailure, verdict.Votes],
    [verdict.Evidence, span.Excerpt, verdict.Difference, claim.When, claim.Quantity],
]
STYLE = """
svg { font: 12px system-ui, sans-serif; } rect { fill: #f6f7f9; stroke: #5a606b; } .name { font-weight: 600; font-size: 13px; }
text { fill: #1b1d21; } .type { fill: #5a606b; } path { fill: none; stroke: #0b57d0; stroke-width: 1.3; opacity: .65; }
@media (prefers-color-scheme: dark) { rect { fill: #1d2026; stroke: #a4abb6; } text { fill: #e9eaec; } .type { fill: #a4abb6; } path { stroke: #8ab4f8; } }
"""


def drawn() -> str:
    """The picture as SVG: a box for every class, a line from every field that holds one."""
    boxes = _boxes()
    shapes = [_box(kind, *place) for kind, place in boxes.items()]
    lines = [
        _line(boxes[kind], number, boxes[target])
        for kind in boxes
        for number, field in enumerate(dataclasses.fields(kind))
        for target in boxes
        if target in _held(kind, field.name)
    ]
    width = 2 * MARGIN + len(COLUMNS) * WIDTH + (len(COLUMNS) - 1) * GAP_X
    height = MARGIN + max(y + _height(kind) for kind, (_, y) in boxes.items())
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>The classes of a result, their fields, and which hold which</title>",
            f"<style>{STYLE}</style>",
            *lines,
            *shapes,
            "</svg>\n",
        ]
    )


def _boxes() -> dict[type, tuple[int, int]]:
    places = {}
    for column, kinds in enumerate(COLUMNS):
        y = MARGIN
        for kind in kinds:
            places[kind] = (MARGIN + column * (WIDTH + GAP_X), y)
            y += _height(kind) + GAP_Y
    return places


def _height(kind: type) -> int:
    return HEAD + LINE * len(dataclasses.fields(kind)) + 8


def _held(kind: type, name: str) -> set[object]:
    """The classes that a field's type mentions."""

    def parts(value: object) -> set[object]:
        return {value}.union(*(parts(item) for item in typing.get_args(value)))

    return parts(typing.get_type_hints(kind)[name])


def _box(kind: type, x: int, y: int) -> str:
    rows = [
        f'<text x="{x + 10}" y="{y + HEAD + LINE * number + 12}">{field.name} '
        f'<tspan class="type">{escape(_type(str(field.type)))}</tspan></text>'
        for number, field in enumerate(dataclasses.fields(kind))
    ]
    box = f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{_height(kind)}" rx="5"/>'
    return "\n".join(
        [
            box,
            f'<text class="name" x="{x + 10}" y="{y + 18}">{kind.__name__}</text>',
            *rows,
        ]
    )


def _type(written: str) -> str:
    """A type as people read it: many, perhaps none, one."""
    return (
        written.replace("tuple[", "")
        .replace(", ...]", " ∗")
        .replace(" | None", "?")
        .replace("dict[str, ", "{")
        .replace("]", "}")
    )


def _line(start: tuple[int, int], number: int, end: tuple[int, int]) -> str:
    y1, y2 = start[1] + HEAD + LINE * number + 8, end[1] + 13
    forward = end[0] > start[0]
    x1 = start[0] + (WIDTH if forward else 0)
    x2 = end[0] if forward else end[0] + (WIDTH if end[0] < start[0] else 0)
    bend = 34 if forward else -34
    return f'<path d="M{x1} {y1} C{x1 + bend} {y1} {x2 - (bend if end[0] != start[0] else -bend)} {y2} {x2} {y2}"/>'
