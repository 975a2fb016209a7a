"""Render a Word document as plain HTML with its links and notes.

`docx.py` reads the text as Word shows it; this module also keeps the targets of links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from claimcheck.readers.xml_blocks import (
    XmlArchive,
    get_attribute,
    get_name,
    open_archive,
)

_SKIPPED = frozenset("del moveFrom pPr rPr".split())
_SPACES = {"tab": " ", "br": "<br>", "cr": "<br>"}
_TABLE_TAGS = {"tbl": "table", "tr": "tr", "tc": "td"}
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_FIELD_ADDRESS = re.compile(r'HYPERLINK\s+"([^"]+)"')


def render_docx(data: bytes, source: str) -> str:
    """Return a Word document as HTML: headings, paragraphs, lists, and links.

    Raises:
        InputError: the document is damaged or too large.
    """
    with open_archive(data, source, "a Word document") as archive:
        return _Renderer(archive).render()


class _Renderer:
    def __init__(self, archive: XmlArchive) -> None:
        self._archive = archive
        self._targets: dict[str, str] = {}
        self._in_list = False

    def render(self) -> str:
        """Return the text, and then the notes as a list."""
        parts = ["<body>", *self._render_blocks(self._open("document"))]
        for kind in _NOTES.values():
            root = self._open(f"{kind}s")
            for note in root if root is not None else ():
                text = "".join(
                    self._render_inline(paragraph)
                    for paragraph in note.iter()
                    if get_name(paragraph) == "p"
                )
                parts.append(
                    f'<li id="{kind}-{escape(get_attribute(note, "id"))}">{text}</li>'
                )
        return "".join(parts)

    def _open(self, part: str) -> Any | None:
        """Return the root of a part, and remember the targets of its links."""
        self._targets = {}
        for relation in self._archive.list_children(f"word/_rels/{part}.xml.rels"):
            self._targets[relation.get("Id", "")] = relation.get("Target", "")
        return self._archive.find(f"word/{part}.xml")

    def _render_blocks(self, parent: Any) -> Iterator[str]:
        for child in parent if parent is not None else ():
            if get_name(child) == "p":
                yield from self._render_paragraph(child)
                continue
            tag = _TABLE_TAGS.get(get_name(child))
            if tag is None:
                yield from self._render_blocks(child)
            else:
                yield f"<{tag}>"
                yield from self._render_blocks(child)
                yield f"</{tag}>"

    def _render_paragraph(self, paragraph: Any) -> Iterator[str]:
        properties = {
            get_name(item): get_attribute(item, "val")
            for child in paragraph
            if get_name(child) == "pPr"
            for item in child
        }
        style = properties.get("pStyle", "")
        is_item = "numPr" in properties or style.startswith("ListNumber")
        if is_item != self._in_list:
            yield "<ol>" if is_item else "</ol>"
            self._in_list = is_item
        tag = "h2" if style.startswith(("Heading", "Title")) else "p"
        tag = "li" if is_item else tag
        yield f"<{tag}>{self._render_inline(paragraph)}</{tag}>"

    def _render_inline(self, element: Any) -> str:
        return "".join(self._render_child(child) for child in element)

    def _render_child(self, child: Any) -> str:
        name = get_name(child)
        if name in _SKIPPED:
            return ""
        if name == "t":
            return escape(child.text or "")
        if name in _SPACES:
            return _SPACES[name]
        if name in _NOTES:
            note = f"{_NOTES[name]}-{get_attribute(child, 'id')}"
            return f'<a href="#{escape(note)}">[{get_attribute(child, "id")}]</a>'
        if name in ("instrText", "fldChar"):
            return _render_field(child)
        if name == "hyperlink":
            return self._render_link(child)
        inner = self._render_inline(child)
        return f"<sup>{inner}</sup>" if name == "r" and _is_raised(child) else inner

    def _render_link(self, element: Any) -> str:
        label = self._render_inline(element)
        target = self._targets.get(get_attribute(element, "id"))
        return f'<a href="{escape(target)}">{label}</a>' if target else label


def _render_field(child: Any) -> str:
    """Return the address and words of a link in the older field form."""
    match = _FIELD_ADDRESS.match((child.text or "").lstrip())
    if match:
        return f'<a href="{escape(match[1])}">'
    return "</a>" if get_attribute(child, "fldCharType") == "end" else ""


def _is_raised(run: Any) -> bool:
    """Whether a run is superscript."""
    return any(
        get_name(item) == "vertAlign" and get_attribute(item, "val") == "superscript"
        for child in run
        if get_name(child) == "rPr"
        for item in child
    )
