"""Find the marks of Markdown: links, emphasis, code, and front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARKUP = "markup"

_FRONT_MATTER_LINE = re.compile(r"\w[\w-]*:|[ \t-]")  # how one starts
_CODE_FENCE = re.compile(r"^[ \t>]{0,20}(`{3,9}|~{3,9})[^\n`]*$", re.M)
# The marks of emphasis and code in Markdown, in pairs around words.
_EMPHASIS = re.compile(
    r"""
    (?<![\w*\\])(?P<stars>\*{1,3})(?=[^\s*])[^*\n]{1,300}(?<=[^\s*\\])(?P=stars)
        (?![\w*])
    |(?<![\w_\\])(?P<bars>_{1,3})(?=[^\s_])[^_\n]{1,300}(?<=[^\s_\\])(?P=bars)
        (?![\w_])
    |(?<![\w~])(?P<tildes>~~)(?=[^\s~])(?:[^~\n]|\n(?!\s)){1,1000}(?<=[^\s~])
        (?P=tildes)(?![\w~])
    |(?<![\w`])(?P<ticks>`{1,2})(?=[^\s`])[^`\n]{1,300}(?<=[^\s`])(?P=ticks)(?![\w`])
    """,
    re.X,
)
_LINK = re.compile(
    r"""
    (?P<start>!?\[)(?P<text>[^\[\]\n]{0,300}(?:\n[^\[\]\n]{1,300})?)
    (?P<end>\]\([^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?
        (?:[ \n]"[^"\n]{0,200}")?\)
        |\]\[[^\[\]\n]{0,100}\])
    """,
    re.X,
)
# Other marks, by the reason to set them aside.
_MARKS = {
    # "\\*", "- [x] done", and tags
    MARKUP: re.compile(
        r"""
        \\(?=[*_#\[\]~<>`])
        |^[ \t]*[-*+][ \t]+(?P<box>\[[ xX]\])(?=[ \t])
        |</?(?:a|b|blockquote|br|center|code|details|div|em|figcaption|figure|font
            |h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|small|span|strong|sub|summary|sup
            |table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>\n]{0,1000})?/?>
        """,
        re.M | re.I | re.X,
    ),
    # "[^1]" in the text, and before the note itself
    "footnote mark": re.compile(
        r"""
        \[\^[\w-]{1,40}\](?::(?=[ \t]))?
        |(?:(?<=[^\W\d]{4})|(?<=\d{4})|(?<=[.,;!?\"”)]))<sup>\[?\d{1,3}\]?</sup>
        """,
        re.X,
    ),
}
# The characters [start, end) of the source, and the reason to set them aside.
_Cut = tuple[int, int, str]


def find_markdown(text: str) -> Iterator[_Cut]:
    """Yield front matter, code, and the marks of links and emphasis."""
    if front_matter := find_front_matter(text):
        yield 0, front_matter, "front matter"
    yield from _find_code_blocks(text)
    yield from _find_comments(text)
    yield from _find_marks(text)


def find_front_matter(text: str) -> int:
    """Return the end of the front matter that a text starts with, or 0.

    Front matter is a line "---", fields "name: value", and another line "---".
    """
    if not text.startswith(("---\n", "---\r\n")):
        return 0
    position = text.index("\n") + 1
    first = position
    while (line_end := text.find("\n", position)) >= 0:
        line = text[position : line_end + 1]
        if position > first and line.rstrip("\r\n") == "---":
            return position + len("---")
        if not _FRONT_MATTER_LINE.match(line):
            return 0
        position = line_end + 1
    return 0


def _find_marks(text: str) -> Iterator[_Cut]:
    """Yield the marks of links, emphasis, and code, and struck-out text."""
    yield from _find_link_marks(text)
    # Most texts have no such mark, and need no search.
    has_marks = any(mark in text for mark in ("\\", "[", "<"))
    for reason, pattern in _MARKS.items() if has_marks else ():
        for mark in pattern.finditer(text):
            yield *mark.span("box" if mark.groupdict().get("box") else 0), reason
    for match in _EMPHASIS.finditer(text):
        if match["tildes"]:
            yield match.start(), match.end(), "struck out"
            continue
        width = len(match[match.lastgroup or 0])
        yield match.start(), match.start() + width, MARKUP
        yield match.end() - width, match.end(), MARKUP


def _find_link_marks(text: str) -> Iterator[_Cut]:
    """Yield the marks around the words of links, and entire pictures."""
    if "](" not in text and "][" not in text:
        return
    for link in _LINK.finditer(text):
        if link["start"].startswith("!"):
            yield link.start(), link.end(), "picture"
            continue
        yield *link.span("start"), "link"
        yield *link.span("end"), "link"


def _find_comments(text: str) -> Iterator[_Cut]:
    """Yield the comments of HTML, which Markdown may hold."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start)) >= 0:
        yield start, end + len("-->"), "comment"
        start = text.find("<!--", end)


def _find_code_blocks(text: str) -> Iterator[_Cut]:
    """Find fenced code blocks, from opening fence to closing fence."""
    if "```" not in text and "~~~" not in text:
        return
    opening: re.Match[str] | None = None
    for fence in _CODE_FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif fence.group(1) == opening.group(1):
            yield opening.start(), fence.end(), "code"
            opening = None
