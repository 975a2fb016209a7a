"""Read Markdown and notebooks."""

from __future__ import annotations

from typing import Any

from claimcheck.readers.content import (
    Content,
    clean_metadata,
    parse_date,
    refuse_empty,
)
from claimcheck.text.markdown import find_front_matter

EXTRA = "formats"


def parse_notebook(value: Any, encoding: str, source: str) -> Content | None:
    """Return the text cells of a notebook; code is fenced, as in Markdown.

    None if a JSON value is not a notebook.

    Raises:
        InputError: it has no text.
    """
    if not isinstance(value, dict) or "nbformat" not in value:
        return None
    # Version 3 of the format had sheets of cells.
    sheets = _list_objects(value.get("worksheets")) or [value]
    blocks: list[str] = []
    for sheet in sheets:
        for cell in _list_objects(sheet.get("cells")):
            lines = cell.get("source") or ""
            text = "".join(map(str, lines)) if isinstance(lines, list) else str(lines)
            if cell.get("cell_type") == "code":
                text = f"```\n{text}\n```"
            blocks.append(text)
    content = parse_markdown("\n\n".join(blocks), encoding)
    return refuse_empty(content, source, "the notebook")


def _list_objects(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def parse_markdown(text: str, encoding: str) -> Content:
    """Return the text itself, with the metadata of its front matter.

    If it has no title, the title is the heading at the start of the text.
    """
    body_start = find_front_matter(text)
    fields = _parse_fields(text[:body_start])
    # Only at the start of the text: later headings are not titles.
    heading = _parse_heading(text[body_start:].lstrip())
    return Content(
        text,
        encoding,
        title=clean_metadata(fields.get("title")) or heading,
        author=clean_metadata(fields.get("author")),
        published=parse_date(fields.get("date")),
    )


def _parse_fields(front_matter: str) -> dict[str, str]:
    """Return the fields "name: value" by name, without quotation marks."""
    fields: dict[str, str] = {}
    for line in front_matter.splitlines():
        name, colon, value = line.partition(":")
        # An indented line belongs to the field above it.
        if colon and not name[:1].isspace():
            fields[name.strip().lower()] = value.strip().strip("\"'")
    return fields


def _parse_heading(text: str) -> str | None:
    """Return the heading "# Title" that a text starts with, if any."""
    line = text.partition("\n")[0]
    if not line.startswith(("# ", "#\t")):
        return None
    return clean_metadata(line[1:].strip().rstrip("#"))
