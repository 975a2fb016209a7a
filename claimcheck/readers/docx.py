"""Read DOCX (ECMA-376): the text of a Word document as Word shows it.

Tracked changes count as accepted: insertions are read, deletions are not, and moved
text is read at its new location. Text is also read from content controls, links, text
boxes, nested tables, footnotes, and endnotes. Page headers, footers, and comments are
not part of the text.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any

from claimcheck.counting import format_count
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    refuse_empty,
)
from claimcheck.readers.xml_blocks import (
    XmlArchive,
    get_attribute,
    get_name,
    open_archive,
)

# Element names are compared without their namespace, because strict and transitional
# documents have different namespaces. Both are in common use.
_SKIPPED_ELEMENTS = frozenset(
    # Removed text, properties (with tab stops and merged cells), field codes, and how
    # characters are pronounced.
    "del moveFrom pPr rPr tblPr tblGrid trPr tcPr sdtPr sdtEndPr instrText rt".split()
)
_CHANGES = ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel")
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTE_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_MAX_STYLE_DEPTH = 20  # of styles based on other styles, which may form a cycle


def parse_docx(data: bytes, source: str) -> Content:
    """Return the text of a Word document, and its title and author.

    Blank lines separate paragraphs, and tabs the cells of a table row. List items start
    with "- ". Notes follow the text, in the order of their marks.

    Raises:
        InputError: the archive is damaged, too large, or has no text.
    """
    with open_archive(data, source, "a Word document") as archive:
        package = _Package(archive)
        text = "\n\n".join(_WordReader(package).read_blocks())
        left_out = package.list_left_out()
        title, author = package.read_property("title", "creator")
    content = Content(
        text,
        title=clean_metadata(title),
        author=clean_metadata(author),
        left_out=left_out,
    )
    return refuse_empty(content, source, "the Word document")


class _Package:
    """The XML parts of an archive, found through its relationships."""

    def __init__(self, archive: XmlArchive) -> None:
        self._archive = archive
        self.main_part = self._find_targets("").get(
            "officeDocument", "word/document.xml"
        )
        self._related_parts = self._find_targets(self.main_part)

    def parse_main(self) -> Any:
        """Return the root element of the document."""
        return self._archive.parse(self.main_part)

    def parse_related(self, kind: str) -> Any | None:
        """Return the root element of a part such as `styles`, if any."""
        return self._archive.find(self._related_parts.get(kind, ""))

    def list_left_out(self) -> tuple[str, ...]:
        """Name what the document has and the text does not."""
        counts = Counter(map(get_name, self.parse_main().iter()))
        found = list_changes(sum(counts[name] for name in _CHANGES))
        if comments := counts["commentReference"]:
            found.append(format_count(comments, "comment"))
        if any(map(_is_hidden, _find_runs(self.parse_main()))):
            found.append("hidden text")
        if counts["altChunk"]:
            found.append("embedded documents")
        if counts["headerReference"] or counts["footerReference"]:
            found.append("page headers and footers")
        return tuple(found)

    def read_property(self, *names: str) -> list[str | None]:
        """Return Dublin Core properties; None for missing ones."""
        name = self._find_targets("").get("core-properties", "docProps/core.xml")
        children = self._archive.list_children(name)
        values = {get_name(child): child.text for child in children}
        return [values.get(name) for name in names]

    def _find_targets(self, part: str) -> dict[str, str]:
        """Map the last word of each relationship type to its target part."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        targets: dict[str, str] = {}
        for relation in self._archive.list_children(relations):
            kind = (relation.get("Type") or "").rpartition("/")[2]
            target = posixpath.join("/", folder, relation.get("Target") or "")
            targets.setdefault(kind, posixpath.normpath(target).lstrip("/"))
        return targets


class _WordReader:
    """Reads a document's blocks in order; remembers the notes it refers to."""

    def __init__(self, package: _Package) -> None:
        self._package = package
        self._styles = _index_by_id(package.parse_related("styles"), "styleId")
        self._note_ids: list[tuple[str, str]] = []

    def read_blocks(self) -> list[str]:
        """Return the paragraphs and tables that have text, then the notes."""
        blocks = self._read_children(self._package.parse_main())
        for kind in _NOTE_REFERENCES.values():
            notes = _index_by_id(self._package.parse_related(f"{kind}s"), "id")
            # A list that grows while it is read: a note may refer to further notes.
            for note_kind, note_id in self._note_ids:
                if note_kind == kind and note_id in notes:
                    blocks += self._read_children(notes.pop(note_id))
        return [block for block in blocks if block.strip()]

    def _read_children(self, parent: Any) -> list[str]:
        """Return the blocks in an element, including those in wrappers."""
        blocks: list[str] = []
        unfinished = ""
        for child in _iterate_content(parent):
            match get_name(child):
                case "p":
                    text, boxes = self._read_paragraph(child)
                    # Without its mark, a paragraph continues in the next one.
                    if _is_mark_deleted(child):
                        unfinished += text
                    else:
                        blocks.append(unfinished + text)
                        unfinished = ""
                    blocks += boxes
                case "tbl":
                    blocks.append(self._read_table(child))
                case _:
                    blocks += self._read_children(child)
        return [*blocks, unfinished] if unfinished else blocks

    def _read_paragraph(self, paragraph: Any) -> tuple[str, list[str]]:
        """Return the text of a paragraph, and the blocks of its text boxes."""
        parts: list[str] = []
        boxes: list[str] = []
        for element in _iterate_inline(paragraph):
            name = get_name(element)
            if name == "t":
                parts.append(element.text or "")
            elif name in _CHARACTERS:
                parts.append(_CHARACTERS[name])
            elif name == "txbxContent":
                boxes += self._read_children(element)
            elif name in _NOTE_REFERENCES:
                note_id = get_attribute(element, "id")
                self._note_ids.append((_NOTE_REFERENCES[name], note_id))
        text = "".join(parts)
        if text.strip() and self._is_list_item(paragraph):
            text = f"- {text.lstrip()}"
        return text, boxes

    def _read_table(self, table: Any) -> str:
        rows: list[str] = []
        for row in _find_all(table, "tr"):
            if _find(row, "trPr", "del") is not None:
                continue
            cells = [self._read_cell(cell) for cell in _find_all(row, "tc")]
            rows.append("\t".join(cells).rstrip("\t"))
        return "\n".join(row for row in rows if row.strip())

    def _read_cell(self, cell: Any) -> str:
        if _find(cell, "tcPr", "cellDel") is not None:
            return ""
        merge = _find(cell, "tcPr", "vMerge")
        # Of vertically merged cells, Word shows only the text of the first one.
        if merge is not None and get_attribute(merge, "val") != "restart":
            return ""
        blocks = self._read_children(cell)
        return "\n".join(block.strip() for block in blocks if block.strip())

    def _is_list_item(self, paragraph: Any) -> bool:
        """Whether a paragraph has a bullet or number, and is not a heading."""
        numbering = _find(paragraph, "pPr", "numPr")
        style_reference = _find(paragraph, "pPr", "pStyle")
        style_id = (
            "" if style_reference is None else get_attribute(style_reference, "val")
        )
        for _ in range(_MAX_STYLE_DEPTH):
            style = self._styles.get(style_id)
            if style is None:
                break
            if _find(style, "pPr", "outlineLvl") is not None:
                return False
            if numbering is None:
                numbering = _find(style, "pPr", "numPr")
            base = _find(style, "basedOn")
            style_id = "" if base is None else get_attribute(base, "val")
        if numbering is None or _find(paragraph, "pPr", "outlineLvl") is not None:
            return False
        number = _find(numbering, "numId")
        # The number 0 removes the numbering of the style.
        return number is None or get_attribute(number, "val") != "0"


def _find(element: Any, *path: str) -> Any | None:
    """Return the first element at a path of names, if there is one."""
    for name in path:
        element = next((child for child in element if get_name(child) == name), None)
        if element is None:
            return None
    return element


def _index_by_id(root: Any | None, attribute: str) -> dict[str, Any]:
    elements = () if root is None else root
    return {get_attribute(element, attribute): element for element in elements}


def _iterate_content(parent: Any) -> Iterator[Any]:
    """Yield the child elements whose text Word shows."""
    if get_name(parent) == "AlternateContent":
        # The same content in two forms, for new and old versions of Word.
        forms = [
            child for child in parent if any(get_name(e) == "t" for e in child.iter())
        ]
        yield from forms[:1]
        return
    for child in parent:
        name = get_name(child)
        is_shown = name and name not in _SKIPPED_ELEMENTS
        if is_shown and not (name == "r" and _is_hidden(child)):
            yield child


def _find_runs(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if get_name(element) == "r")


def _is_hidden(run: Any) -> bool:
    """Whether Word does not show a run of text."""
    mark = _find(run, "rPr", "vanish")
    return mark is not None and get_attribute(mark, "val") not in ("0", "false", "off")


def _iterate_inline(paragraph: Any) -> Iterator[Any]:
    """Yield a paragraph's elements, in order, without those in text boxes."""
    for child in _iterate_content(paragraph):
        yield child
        if get_name(child) != "txbxContent":
            yield from _iterate_inline(child)


def _find_all(parent: Any, name: str) -> Iterator[Any]:
    """Yield elements with this name, including those in content controls."""
    for child in _iterate_content(parent):
        if get_name(child) == name:
            yield child
        else:
            yield from _find_all(child, name)


def _is_mark_deleted(paragraph: Any) -> bool:
    marks = (_find(paragraph, "pPr", "rPr", name) for name in ("del", "moveFrom"))
    return any(mark is not None for mark in marks)


def list_changes(count: int) -> list[str]:
    """Return words for tracked changes, if there are any."""
    return [f"{format_count(count, 'tracked change')} (accepted)"] if count else []
