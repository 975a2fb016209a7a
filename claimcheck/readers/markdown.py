"""Markdown: the text as written, and what its front matter states."""

from __future__ import annotations

import re

from claimcheck.readers.content import Content, clean_metadata, parse_date

_FRONT_MATTER = re.compile(r"---\r?\n(.*?)\r?\n---\r?\n", re.S)
_FRONT_MATTER_FIELD = re.compile(
    r"^(title|author|date)\s*:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.I | re.M
)
# At the start of the text only: later headings are not titles.
_HEADING = re.compile(r"#[ \t]+(.+?)[ \t]*#*$", re.M)


def parse_markdown(text: str, encoding: str) -> Content:
    """Return the text itself, with the metadata of its front matter.

    Without a title there, the title is the heading at the start of the text.
    """
    fields: dict[str, str] = {}
    body = text
    if front := _FRONT_MATTER.match(text):
        body = text[front.end() :]
        for name, value in _FRONT_MATTER_FIELD.findall(front.group(1)):
            fields[name.lower()] = value
    title = clean_metadata(fields.get("title"))
    heading = _HEADING.match(body.lstrip())
    if not title and heading:
        title = clean_metadata(heading.group(1))
    return Content(
        text,
        encoding,
        title=title,
        author=clean_metadata(fields.get("author")),
        published=parse_date(fields.get("date")),
    )
