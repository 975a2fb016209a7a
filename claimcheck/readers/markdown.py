"""Markdown: the text as it is written, and what its front matter states."""

from __future__ import annotations

import re
from datetime import date

from claimcheck.readers.content import Content, clean_metadata

_FRONT_MATTER = re.compile(r"---\r?\n(.*?)\r?\n---\r?\n", re.S)
_FRONT_MATTER_FIELD = re.compile(
    r"^(title|author|date)\s*:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.I | re.M
)
_HEADING = re.compile(r"#[ \t]+(.+?)[ \t]*#*$", re.M)


def parse_markdown(text: str, encoding: str) -> Content:
    """The text itself; title, author and date from the front matter, the title else from a first heading."""
    front = _FRONT_MATTER.match(text)
    stated = (
        {
            key.lower(): value
            for key, value in _FRONT_MATTER_FIELD.findall(front.group(1))
        }
        if front
        else {}
    )
    heading = _HEADING.match(text[front.end() if front else 0 :].lstrip())
    return Content(
        text,
        encoding,
        title=clean_metadata(stated.get("title"))
        or (clean_metadata(heading.group(1)) if heading else None),
        author=clean_metadata(stated.get("author")),
        published=_parse_date(stated.get("date", "")),
    )


def _parse_date(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None
