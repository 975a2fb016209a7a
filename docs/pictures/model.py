"""Draw the data model from the classes: `make pictures` writes model.svg.

A test fails if the picture is stale.
"""

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
svg { font: 12px system-ui, sans-serif; }
rect { fill: #f6f7f9; stroke: #5a606b; }
text { fill: #1b1d21; }
.name { font-weight: 600; font-size: 13px; }
.type { fill: #5a606b; }
path { fill: none; stroke: #0b57d0; stroke-width: 1.3; opacity: .65; }
@media (prefers-color-scheme: dark) {
  rect { fill: #1d2026; stroke: #a4abb6; }
  text { fill: #e9eaec; }
  .type { fill: #a4abb6; }
  path { stroke: #8ab4f8; }
}
"""


def draw() -> str:
    """Return an SVG with a box per class, and a line from each field to its class."""
    boxes = _place_boxes()
    shapes = [_draw_box(kind, *place) for kind, place in boxes.items()]
    lines = [
        _draw_line(boxes[kind], number, boxes[target])
        for kind in boxes
        for number, field in enumerate(dataclasses.fields(kind))
        for target in boxes
        if target in _list_classes(kind, field.name)
    ]
    width = 2 * MARGIN + len(COLUMNS) * WIDTH + (len(COLUMNS) - 1) * GAP_X
    height = MARGIN + max(y + _height(kind) for kind, (_, y) in boxes.items())
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'viewBox="0 0 {width} {height}">',
            "<title>The classes of a result, with their fields and types</title>",
            f"<style>{STYLE}</style>",
            *lines,
            *shapes,
            "</svg>\n",
        ]
    )


def _place_boxes() -> dict[type, tuple[int, int]]:
    places = {}
    for column, kinds in enumerate(COLUMNS):
        y = MARGIN
        for kind in kinds:
            places[kind] = (MARGIN + column * (WIDTH + GAP_X), y)
            y += _height(kind) + GAP_Y
    return places


def _height(kind: type) -> int:
    return HEAD + LINE * len(dataclasses.fields(kind)) + 8


def _list_classes(kind: type, name: str) -> set[object]:
    """Return the classes that the type of a field mentions."""

    def parts(value: object) -> set[object]:
        return {value}.union(*(parts(item) for item in typing.get_args(value)))

    return parts(typing.get_type_hints(kind)[name])


def _draw_box(kind: type, x: int, y: int) -> str:
    rows = [
        f'<text x="{x + 10}" y="{y + HEAD + LINE * number + 12}">{field.name} '
        f'<tspan class="type">{escape(_shorten_type(str(field.type)))}</tspan></text>'
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


def _shorten_type(name: str) -> str:
    """Shorten a type: "X ∗" is any number of X, "X?" is optional."""
    return (
        name.replace("tuple[", "")
        .replace(", ...]", " ∗")
        .replace(" | None", "?")
        .replace("dict[str, ", "{")
        .replace("]", "}")
    )


def _draw_line(start: tuple[int, int], number: int, end: tuple[int, int]) -> str:
    """Draw a curve from a field to the title of a box."""
    y1, y2 = start[1] + HEAD + LINE * number + 8, end[1] + 13
    x1, x2 = start[0], end[0]
    bend1, bend2 = -34, 34  # how far the curve leaves the box; negative: to the left
    if end[0] > start[0]:
        x1 += WIDTH
        bend1, bend2 = 34, -34
    elif end[0] < start[0]:
        x2 += WIDTH
    else:  # in the same column, the curve returns on the side it started from
        bend2 = -34
    curve = f"C{x1 + bend1} {y1} {x2 + bend2} {y2} {x2} {y2}"
    return f'<path d="M{x1} {y1} {curve}"/>'
