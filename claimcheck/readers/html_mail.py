"""The visible text of messages in HTML.

All of it: messages have no navigation around an article, and extractors drop replies.
"""

from __future__ import annotations

import re
from typing import Any

from claimcheck.readers.content import import_required
from claimcheck.readers.html import decode_page, refuse_deep_page

_LINES = frozenset(
    "address article aside br center dd div dl dt fieldset figcaption figure footer"
    " form header hr li main nav ol section table tbody td th tr ul".split()
)
# These have a blank line before and after them.
_PARAGRAPHS = frozenset("blockquote h1 h2 h3 h4 h5 h6 p pre table td th".split())
_BLOCKS = _LINES | _PARAGRAPHS
_INVISIBLE = frozenset("head script style template title".split())
# Mail programs show a preview of hidden text in the list of messages.
_HIDDEN = re.compile(r"(?:display|mso-hide)\s*:\s*(?:none|all)\b", re.I)
_QUOTATION = "blockquote"


def read_html_message(data: bytes, source: str, charset: str | None) -> tuple[str, str]:
    """Return the visible text, and the encoding.

    Each block is on its own line. As in plain messages, ">" marks quoted lines.

    Raises:
        InputError: the elements nest too deeply.
    """
    html: Any = import_required("lxml.html", "html", source, "an e-mail in HTML")
    etree: Any = import_required("lxml.etree", "html", source, "an e-mail in HTML")
    page, encoding = decode_page(data, source, charset)
    refuse_deep_page(page, source)
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(page.encode(), parser=parser)
    except etree.ParserError:  # it has no element
        return "", encoding
    lines = _Lines()
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "end":
            lines.close(element.tag)
            lines.add(element.tail)
        elif _is_hidden(element):
            walker.skip_subtree()
        else:
            lines.open(element.tag)
            lines.add(element.text)
    return lines.join(), encoding


def _is_hidden(element: Any) -> bool:
    style = element.get("style") or ""
    return element.tag in _INVISIBLE or _HIDDEN.search(style) is not None


class _Lines:
    """The lines of a message while its elements are read."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._depth = 0  # of quotations
        self._preformatted = 0

    def add(self, text: str | None) -> None:
        """Append text to the current line."""
        *lines, last = (text or "").split("\n") if self._preformatted else [text or ""]
        for line in lines:
            self._pieces.append(line)
            self._break_line("br")
        self._pieces.append(last)

    def open(self, tag: str) -> None:
        """Start the line that an element starts."""
        self._break_line(tag)
        self._depth += tag == _QUOTATION
        self._preformatted += tag == "pre"
        if tag == "li":
            self._pieces.append("- ")

    def close(self, tag: str) -> None:
        """End the line that an element ends."""
        if tag != "br":
            self._break_line(tag)
        self._depth -= tag == _QUOTATION
        self._preformatted -= tag == "pre"

    def join(self) -> str:
        """Return all lines."""
        self._break_line("br")
        return "\n".join(self._lines).strip("\n")

    def _break_line(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        words = " ".join("".join(self._pieces).split())
        self._pieces = []
        marks = ">" * self._depth
        if words:
            self._lines.append(f"{marks} {words}".lstrip())
        is_empty = tag == "br" and not words
        if (tag in _PARAGRAPHS or is_empty) and self._lines[-1:] != [marks]:
            self._lines.append(marks)
