"""Parse a draft's paragraphs and links, from Markdown or HTML.

Markdown is turned into HTML first. A link is a range of its paragraph's text, so that
later steps can decide whether its words are part of a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from claimcheck.readers.content import SUPERSCRIPTS

FOOTNOTE_ANCHOR = "claimcheck-footnote-"
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.+(?:\n[ \t]+.+)*)", re.M)
_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]+)\]")
# Pandoc's "text^[The note, with a [link](address).]"
_INLINE_NOTE = re.compile(r"\^\[((?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]")
_BLOCKS = frozenset(
    "p li h1 h2 h3 h4 h5 h6 div td th blockquote dt dd section article figcaption "
    "table tr ul ol body aside footer header main".split()
)
# Brackets and addresses in code cite nothing.
_SKIPPED = frozenset("script style nav head template svg button pre".split())
_CELLS = frozenset(("td", "th"))
_LISTS = ("ol", "ul")
_NOT_NUMBERED = -1
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_NO_SOURCE = ("mailto:", "tel:", "sms:", "javascript:", "data:")
# Another page of the same wiki or site; a file would have an extension.
_SITE_PAGE = re.compile(r"\.?/(?!/)(?:[^?#]*/)?[^/?#.]*(?:[?#].*)?")
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"\d{1,3}")
_RAISED = re.compile(r"[\d\s,–-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link's range in the text of its paragraph, and its target."""

    start: int
    end: int
    target: str


@dataclass(slots=True)
class DraftBlock:
    """A paragraph; a line break in it is a <br>, and `names` are its anchors.

    `number` is its number in an ordered list. In a table, `cell` has the numbers of the
    table, the row, and the column.
    """

    text: str = ""
    links: list[Link] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    number: int | None = None
    tag: str = ""
    cell: tuple[int, int, int] | None = None

    @property
    def is_heading(self) -> bool:
        """Whether the block is a heading."""
        return self.tag in _HEADINGS

    def split_lines(self) -> list[DraftBlock]:
        """Return a block for each line; the first keeps the names."""
        lines: list[DraftBlock] = []
        start = 0
        for line in self.text.split("\n"):
            end = start + len(line)
            links = [
                Link(link.start - start, link.end - start, link.target)
                for link in self.links
                if start <= link.start and link.end <= end
            ]
            lines.append(DraftBlock(line, links))
            start = end + 1
        lines[0].names, lines[0].number = self.names, self.number
        return lines

    def append(self, line: DraftBlock) -> None:
        """Add another block's text and links at the end."""
        start = len(self.text) + 1
        self.text += f" {line.text}"
        for link in line.links:
            moved = Link(link.start + start, link.end + start, link.target)
            self.links.append(moved)


def render_markdown(text: str) -> str:
    """Return Markdown as HTML, with its footnotes as anchors."""
    from markdown_it import MarkdownIt

    # With `breaks`, each line of a list of references stays on its own line.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    notes: list[str] = []

    def keep_note(name: str, note: str) -> None:
        content = markdown.renderInline(note)
        notes.append(f'<li id="{FOOTNOTE_ANCHOR}{escape(name)}">{content}</li>')

    def name_note(match: re.Match[str]) -> str:
        name = f"inline-{match.start()}"
        keep_note(name, match[1])
        return f"[^{name}]"

    for match in _FOOTNOTE.finditer(text):
        keep_note(match[1], match[2])
    body = _INLINE_NOTE.sub(name_note, _FOOTNOTE.sub("\n", text))
    page = markdown.render(body)
    page = _FOOTNOTE_MARK.sub(rf'<a href="#{FOOTNOTE_ANCHOR}\1">[^\1]</a>', page)
    return f"{page}<ul>{''.join(notes)}</ul>"


def list_blocks(page: str) -> list[DraftBlock]:
    """Return the paragraphs of an HTML page that have text."""
    parser = _PageParser()
    parser.feed(page)
    parser.close()
    return [block for block in parser.blocks if block.text.strip()]


class _PageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[DraftBlock] = [DraftBlock()]
        self._skipped = 0
        self._lists: list[int] = []  # the last number in each open list
        self._link: tuple[DraftBlock, int, str] | None = None
        self._is_raised = False
        self._table = self._row = self._column = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _SKIPPED:
            self._skipped += 1
        if self._skipped:
            return
        if tag in _LISTS:
            self._start_list(tag, attributes.get("start") or "1")
        if tag in _BLOCKS:
            self._start_block(tag)
        elif tag == "br":
            self.blocks[-1].text += "\n"
        elif tag == "a" and attributes.get("href"):
            block = self.blocks[-1]
            self._link = block, len(block.text), str(attributes["href"])
        self._is_raised = tag == "sup"
        # A note's own anchor is at its start; the anchor of a back link is within a
        # text.
        if not self.blocks[-1].text.strip():
            names = (attributes.get("id"), attributes.get("name"))
            self.blocks[-1].names += filter(None, names)

    def _start_list(self, tag: str, start: str) -> None:
        if tag == "ul":
            self._lists.append(_NOT_NUMBERED)
        else:
            # Numbers are counted up when an item starts.
            self._lists.append(int(start) - 1 if _DIGITS.fullmatch(start) else 0)

    def _start_block(self, tag: str) -> None:
        if tag == "table":
            self._table += 1
        elif tag == "tr":
            self._row += 1
            self._column = 0
        elif tag in _CELLS:
            self._column += 1
        self._append_block(DraftBlock(tag=tag))
        if tag == "li" and self._lists and self._lists[-1] != _NOT_NUMBERED:
            self._lists[-1] += 1
            self.blocks[-1].number = self._lists[-1]

    def _append_block(self, block: DraftBlock) -> None:
        if self._row and self._column:
            block.cell = self._table, self._row, self._column
        self.blocks.append(block)

    def handle_endtag(self, tag: str) -> None:
        self._is_raised = False
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag == "a" and self._link is not None:
            self._end_link(*self._link)
            self._link = None
        elif tag in _BLOCKS:
            if tag in _LISTS and self._lists:
                self._lists.pop()
            # Further paragraphs of the same list item keep its number.
            number = self.blocks[-1].number if tag == "p" else None
            if tag == "table":
                self._row = 0
            self._append_block(DraftBlock(number=number))

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        block = self.blocks[-1]
        text = _SPACES.sub(" ", data)
        # Raised numbers may be notes; later steps decide about "m<sup>2</sup>".
        if self._is_raised and _RAISED.fullmatch(text):
            text = text.translate(SUPERSCRIPTS)
        block.text += text.lstrip() if block.text[-1:].isspace() else text

    def _end_link(self, first: DraftBlock, start: int, target: str) -> None:
        if target.startswith(_NO_SOURCE) or _SITE_PAGE.fullmatch(target):
            return
        # A link may enclose several paragraphs.
        for block in reversed(self.blocks):
            begin = start if block is first else 0
            # A link around a picture has no words, and cites nothing.
            if block.text[begin:].strip():
                block.links.append(Link(begin, len(block.text), target))
            if block is first:
                return
