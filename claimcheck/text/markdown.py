"""Find the marks of Markdown: links, emphasis, code, and front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARKUP = "markup"

# How a line of front matter starts, by the line around it: YAML, and TOML
_FRONT_MATTER_LINES = {
    "---": re.compile(r"\w[\w-]{0,60}:|[ \t-]"),
    "+++": re.compile(r"[\w\"][\w.\"-]{0,60}[ ]?=|[\[\]# \t\r\n]"),
}
_CODE_FENCE = re.compile(r"^[ \t>]{0,20}(`{3,9}|~{3,9})[^\n`]*$", re.M)
# A line of an indented block that people hardly write otherwise
_CODE_LINE = re.compile(
    r"""
    (?:\t|[ ]{4})[ \t]{0,40}
    (?:
        (?:\$|>>>|\#include|<\?|(?:def|class|import|return|function|const|let|var|public
            |sudo|pip3?|npm|git|cd|curl|docker|apt(?:-get)?)\b(?=[ ]\S))
        |[\w.]{1,60}[ ]?=[ ]?\S
        |(?=[^\n]{0,300}(?:[{};]|\w\([^()\n]{0,100}\):?)[ \t]*$)
    )
    """,
    re.X | re.M,
)
_MIN_SENTENCE_WORDS = 5
# The marks of emphasis and code in Markdown, in pairs around words.
_EMPHASIS = re.compile(
    r"""
    (?<![\w*\\])(?P<stars>\*{1,3})(?=[^\s*])(?:[^*\n]|\n(?!\s)){1,300}(?<=[^\s*\\])
        (?P=stars)(?![\w*])
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
    (?P<picture>\[!\[[^\[\]\n]{0,300}\]\([^()\n]{0,1000}\)\]\([^()\s]{0,1000}\))
    |(?P<start>!?\[)(?P<text>[^\[\]\n]{0,300}(?:\n[^\[\]\n]{1,300})?)
    (?P<end>\]\([^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?
        (?:[ \n]"[^"\n]{0,200}")?\)
        |\]\[[^\[\]\n]{0,100}\])
    """,
    re.X,
)
_WIKI_LINK = re.compile(
    r"(?P<start>\[\[(?:[^\[\]|\n]{1,200}\|)?)"
    r"(?P<text>[^\[\]|\n]{1,200})(?P<end>\]\])(?!\()"
)
# "[ferry]" if the text also has "[ferry]: https://..."
_LINK_LABEL = re.compile(
    r"(?P<start>\[)(?P<text>[^\[\]\n]{1,100})(?P<end>\])(?![\[(:])"
)
_LABEL_DEFINITION = re.compile(r"^[ ]{0,3}\[([^\[\]\n]{1,100})\]:[ \t]+\S", re.M)
# Other marks, by the reason to set them aside.
_MARKS = {
    # "\\*", "1\\.", "- [x] done", "> [!NOTE]", "::: note", definitions, and tags
    MARKUP: re.compile(
        r"""
        \\(?=[*_\#\[\]~<>`]|$) | (?<=\d)\\(?=\.)
        |^[> \t]{1,9}\[!(?:note|tip|important|warning|caution)\][ \t]*$
        |^(?::{3,}|!!!|\?\?\?\+?)(?:[ ]?[\w{][^\n]{0,100})?$
        |^:[ \t]{1,4}(?=\S)
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
# Most texts have none of these marks, and need no search.
_SIGNS = re.compile(r"[\\\[<]|^(?::|!!!|\?\?\?)", re.M)
# The characters [start, end) of the source, and the reason to set them aside.
_Cut = tuple[int, int, str]


def find_markdown(text: str) -> Iterator[_Cut]:
    """Yield front matter, code, and the marks of links and emphasis."""
    if front_matter := find_front_matter(text):
        yield 0, front_matter, "front matter"
    yield from _find_code_blocks(text)
    yield from _find_indented_code(text)
    yield from _find_comments(text)
    yield from _find_marks(text)


def find_front_matter(text: str) -> int:
    """Return the end of the front matter that a text starts with, or 0.

    Front matter is a line "---" or "+++", fields, and the same line again.
    """
    fence = text[:3]
    pattern = _FRONT_MATTER_LINES.get(fence)
    if pattern is None or not text.startswith(("\n", "\r\n"), len(fence)):
        return 0
    first = position = text.index("\n") + 1
    while (line_end := text.find("\n", position)) >= 0:
        line = text[position : line_end + 1]
        if position > first and line.rstrip("\r\n") == fence:
            return position + len(fence)
        if not pattern.match(line):
            return 0
        position = line_end + 1
    return 0


def _find_marks(text: str) -> Iterator[_Cut]:
    """Yield the marks of links, emphasis, and code, and struck-out text."""
    yield from _find_link_marks(text)
    if _SIGNS.search(text):
        yield from _find_other_marks(text)
    for match in _EMPHASIS.finditer(text):
        if match["tildes"]:
            yield match.start(), match.end(), "struck out"
            continue
        width = len(match[match.lastgroup or 0])
        yield match.start(), match.start() + width, MARKUP
        yield match.end() - width, match.end(), MARKUP


def _find_other_marks(text: str) -> Iterator[_Cut]:
    for reason, pattern in _MARKS.items():
        for mark in pattern.finditer(text):
            yield *mark.span("box" if mark.groupdict().get("box") else 0), reason


def _find_link_marks(text: str) -> Iterator[_Cut]:
    """Yield the marks around the words of links, and entire pictures."""
    if "[" not in text:
        return
    links = [*_LINK.finditer(text), *_WIKI_LINK.finditer(text)]
    labels = {label.lower() for label in _LABEL_DEFINITION.findall(text)}
    if labels:
        words = _LINK_LABEL.finditer(text)
        links += [match for match in words if match["text"].lower() in labels]
    for link in links:
        fields = link.groupdict()
        if fields.get("picture") or link["start"].startswith("!"):
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
    if opening is not None:  # text may follow
        yield opening.start(), opening.end(), MARKUP


def _find_indented_code(text: str) -> Iterator[_Cut]:
    """Find blocks of indented lines, most of which look like code."""
    start = end = 0
    lines: list[bool] = []
    for line in [*text.splitlines(keepends=True), ""]:
        if not line.startswith(("    ", "\t")):
            if lines and 2 * sum(lines) >= len(lines):
                yield start, end, "code"
            start = end = end + len(line)
            lines = []
            continue
        words = line.split()
        is_sentence = len(words) >= _MIN_SENTENCE_WORDS and words[-1][-1] in ".!?"
        lines.append(not is_sentence and _CODE_LINE.match(line) is not None)
        end += len(line)
