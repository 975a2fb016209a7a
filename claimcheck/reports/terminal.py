"""What goes to a terminal: rendered to a width, and never with a control character of a document's or a model's."""

from __future__ import annotations

import io
import re

from rich.console import Console, RenderableType
from rich.text import Text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def rendered(page: RenderableType, *, width: int, colour: bool) -> str:
    """The page as text of at most `width` columns, without white space at the ends of lines."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="auto" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(page)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def plain(text: str, style: str = "") -> Text:
    """Text from a document or a model, without the control characters that could drive a terminal."""
    return Text(_CONTROL.sub(" ", text), style)
