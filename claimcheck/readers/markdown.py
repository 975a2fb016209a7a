"""Read Markdown: the text as written, and the metadata in its front matter."""

from __future__ import annotations

from claimcheck.readers.content import Content, clean_metadata, parse_date
from claimcheck.text.markdown import find_front_matter


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
