"""Render a Word document as plain HTML, with its links and marks of notes."""

from __future__ import annotations

from html import escape
from typing import Any

from claimcheck.readers.docx import WordReader
from claimcheck.readers.xml_archives import XmlArchive, open_archive
from claimcheck.readers.xml_blocks import get_value


def render_docx(data: bytes, source: str) -> str:
    """Return a Word document as HTML: headings, paragraphs, lists, and links.

    Raises:
        InputError: the document is damaged or too large.
    """
    with open_archive(data, source, "a Word document") as archive:
        return "".join(["<body>", *_LinkReader(archive, source).read_blocks()])


class _LinkReader(WordReader):
    """Formats what a Word document shows as HTML."""

    def __init__(self, archive: XmlArchive, source: str) -> None:
        super().__init__(archive, source)
        self._in_list = False

    def _escape(self, text: str) -> str:
        return escape(text)

    def _format_text(self, text: str) -> str:
        return f"<p>{escape(text)}</p>"

    def _format_paragraph(self, paragraph: Any, text: str) -> str:
        text = text.replace("\n", "<br>")
        style = get_value(paragraph, "pPr", "pStyle")
        is_item = self._styles.is_list_item(paragraph)
        edge = ""
        if is_item != self._in_list:
            edge = "<ol>" if is_item else "</ol>"
            self._in_list = is_item
        if is_item:
            return f"{edge}<li>{text}</li>"
        tag = "h2" if style.startswith(("Heading", "Title")) else "p"
        return f"{edge}<{tag}>{text}</{tag}>"

    def _format_table(self, rows: list[list[list[str]]]) -> str:
        parts = ["<table>"]
        for row in rows:
            parts.append("<tr>")
            parts += [f"<td>{''.join(blocks)}</td>" for blocks in row]
            parts.append("</tr>")
        return "".join([*parts, "</table>"])

    def _format_note(self, kind: str, note_id: str, blocks: list[str]) -> list[str]:
        # In one block, so that words before a link belong to it.
        text = "".join(blocks).replace("<p>", "").replace("</p>", " ")
        return [f'<li id="{escape(f"{kind}-{note_id}")}">{text}</li>']

    def _format_note_mark(self, kind: str, note_id: str) -> str:
        return f'<a href="#{escape(f"{kind}-{note_id}")}">[{escape(note_id)}]</a>'

    def _open_link(self, target: str) -> str:
        return f'<a href="{escape(target)}">' if target else "<a>"

    def _close_link(self) -> str:
        return "</a>"
