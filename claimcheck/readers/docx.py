"""Read DOCX (ECMA-376): the text of a Word document as Word shows it.

Tracked changes count as accepted: insertions are read, deletions are not, and moved
text is read at its new location. Text is also read from content controls, links, text
boxes, diagrams, nested tables, embedded pages, footnotes, and endnotes. Page headers,
footers, and comments are not part of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    list_changes,
    refuse_empty,
)
from claimcheck.readers.docx_symbols import decode_symbols
from claimcheck.readers.rtf import parse_rtf
from claimcheck.readers.xml_archives import XmlArchive, open_archive
from claimcheck.readers.xml_blocks import (
    choose_form,
    find_path,
    format_formula,
    format_table,
    get_attribute,
    get_name,
    get_value,
    index_by,
    raise_number,
    read_blocks,
    read_html_blocks,
)

# Element names are compared without their namespace, because strict and transitional
# documents have different namespaces. Both are in common use.
_SKIPPED_ELEMENTS = frozenset(
    # Removed text, properties (with tab stops and merged cells), and how characters are
    # pronounced.
    "del moveFrom pPr rPr tblPr tblGrid trPr tcPr sdtPr sdtEndPr rt".split()
)
_CHANGES = frozenset("ins del moveFrom moveTo cellIns cellDel".split())
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTE_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
# What a reader of the text should know is in the file as well.
_LEFT_OUT = {
    "commentReference": "comment",
    "chart": "chart",
    "OLEObject": "embedded object",
    "subDoc": "linked document",
    "showingPlcHdr": "unfilled field",
}
_LEFT_OUT_PHRASES = ("hidden text", "embedded documents")
_MARKS_OFF = frozenset(("del", "moveFrom", "vanish", "specVanish"))
_OFF = frozenset(("0", "false", "off", "none"))
_BODY_TEXT_LEVEL = "9"  # of an outline; the other levels are headings
_CODE = re.compile(r"[0-9A-Fa-f]{2,5}")
_MAX_STYLE_DEPTH = 20  # of styles based on other styles, which may form a cycle
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')


def parse_docx(data: bytes, source: str) -> Content:
    """Return the text of a Word document, and its title and author.

    Blank lines separate paragraphs, and tabs the cells of a table row. List items start
    with "- ". Notes follow the text, in the order of their marks.

    Raises:
        InputError: the archive is damaged, too large, or has no text.
    """
    with open_archive(data, source, "a Word document") as archive:
        reader = WordReader(archive, source)
        text = "\n\n".join(reader.read_blocks())
        left_out = reader.list_left_out()
        core = archive.find_part("", "core-properties") or "docProps/core.xml"
        properties = {
            get_name(child): child.text for child in archive.list_children(core)
        }
    content = Content(
        text,
        title=clean_metadata(properties.get("title")),
        author=clean_metadata(properties.get("creator")),
        left_out=left_out,
    )
    return refuse_empty(content, source, "the Word document")


@dataclass(slots=True)
class _Line:
    """The text of a paragraph so far, and the blocks of its text boxes.

    `fields` has, for each open field, where its instruction starts in `parts`; None
    once the instruction has ended.
    """

    style: str
    parts: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    fields: list[int | None] = field(default_factory=list)


class WordReader:
    """Reads a document's blocks in order; remembers the notes it refers to.

    Subclasses may format the parts of the text differently.
    """

    def __init__(self, archive: XmlArchive, source: str) -> None:
        self._archive = archive
        self._source = source
        main = archive.find_part("", "officeDocument") or "word/document.xml"
        self._main = main
        self._part = main  # whose relationships are looked up
        self._styles = _Styles(archive.find(archive.find_part(main, "styles")))
        self._note_ids: list[tuple[str, str]] = []
        self._embedded: set[str] = set()
        self._found: Counter[str] = Counter()
        self._inline_readers = {
            "r": self._read_run,
            "t": self._read_text,
            "sym": self._read_symbol,
            "oMath": self._read_formula,
            "fldChar": self._read_field_mark,
            "instrText": self._read_instruction,
            "hyperlink": self._read_link,
            "txbxContent": self._read_box,
            "relIds": self._read_diagram,
            **dict.fromkeys(_CHARACTERS, self._read_character),
            **dict.fromkeys(_NOTE_REFERENCES, self._read_note_mark),
        }

    def read_blocks(self) -> list[str]:
        """Return the paragraphs and tables that have text, then the notes."""
        root = self._archive.parse(self._main)
        self._found.update(map(get_name, root.iter()))
        blocks = self._read_children(root)
        for kind in _NOTE_REFERENCES.values():
            self._part = self._archive.find_part(self._main, f"{kind}s")
            notes = index_by(self._archive.list_children(self._part), "id")
            # A list that grows while it is read: a note may refer to further notes.
            for note_kind, note_id in self._note_ids:
                if note_kind == kind and note_id in notes:
                    note = notes.pop(note_id)
                    self._found.update(map(get_name, note.iter()))
                    note_blocks = self._read_children(note)
                    blocks += self._format_note(kind, note_id, note_blocks)
        return [block.strip() for block in blocks if block.strip()]

    def list_left_out(self) -> tuple[str, ...]:
        """Name what the document has and the text that was read lacks."""
        changes = 0
        for name, count in self._found.items():
            # "rPrChange" is a change of the format of characters.
            if name in _CHANGES or name.endswith("Change"):
                changes += count
        found = list_changes(changes)
        for name, noun in _LEFT_OUT.items():
            if count := self._found[name]:
                found.append(format_count(count, noun))
        found += [phrase for phrase in _LEFT_OUT_PHRASES if self._found[phrase]]
        if self._found["headerReference"] or self._found["footerReference"]:
            found.append("page headers and footers")
        return tuple(found)

    def _read_children(self, parent: Any) -> list[str]:
        """Return the blocks in an element, including those in wrappers."""
        blocks: list[str] = []
        unfinished = ""
        for child in _iterate_content(parent):
            match get_name(child):
                case "p":
                    line = self._read_paragraph(child)
                    unfinished += "".join(line.parts)
                    if not _continues(child):
                        blocks.append(self._format_paragraph(child, unfinished))
                        unfinished = ""
                    blocks += line.boxes
                case "tbl":
                    blocks.append(self._format_table(self._read_rows(child)))
                case "altChunk":
                    blocks += self._read_embedded(get_attribute(child, "id"))
                case _:
                    blocks += self._read_children(child)
        return [*blocks, unfinished] if unfinished else blocks

    def _read_embedded(self, relation: str) -> list[str]:
        """Return the text of a page or document inside this one."""
        name = self._archive.get_part(self._part, relation)
        if name in self._embedded:
            return []  # an archive may contain itself
        self._embedded.add(name)
        try:
            blocks = _parse_embedded(self._archive.read(name), self._source)
        except InputError:
            blocks = []
        if not blocks:
            self._found["embedded documents"] += 1
        return [self._format_text(block) for block in blocks]

    def _read_rows(self, table: Any) -> list[list[list[str]]]:
        """Return the blocks of each cell in each row."""
        rows: list[list[list[str]]] = []
        for row in _find_all(table, "tr"):
            if find_path(row, "trPr", "del") is None:
                cells = _find_all(row, "tc")
                rows.append([self._read_cell(cell) for cell in cells if _is_kept(cell)])
        return rows

    def _read_cell(self, cell: Any) -> list[str]:
        merge = find_path(cell, "tcPr", "vMerge")
        # Of vertically merged cells, Word shows only the text of the first one.
        if merge is not None and get_attribute(merge, "val") != "restart":
            return []
        return [block.strip() for block in self._read_children(cell) if block.strip()]

    def _read_paragraph(self, paragraph: Any) -> _Line:
        line = _Line(self._styles.get_paragraph_style(paragraph))
        self._read_inline(paragraph, line)
        return line

    def _read_inline(self, parent: Any, line: _Line) -> None:
        """Add the text below an element, in order, to a line."""
        for child in _iterate_content(parent):
            read = self._inline_readers.get(get_name(child), self._read_inline)
            read(child, line)

    def _read_run(self, run: Any, line: _Line) -> None:
        if self._styles.is_hidden(run, line.style):
            self._found["hidden text"] += 1
            return
        start = len(line.parts)
        self._read_inline(run, line)
        font = find_path(run, "rPr", "rFonts")
        if font is not None:
            name = get_attribute(font, "ascii")
            line.parts[start:] = [decode_symbols(p, name) for p in line.parts[start:]]
        text = "".join(line.parts[start:])
        if get_value(run, "rPr", "vertAlign") == "superscript":
            line.parts[start:] = [raise_number(text)]

    def _read_text(self, element: Any, line: _Line) -> None:
        line.parts.append(self._escape(element.text or ""))

    def _read_character(self, element: Any, line: _Line) -> None:
        line.parts.append(_CHARACTERS[get_name(element)])

    def _read_symbol(self, element: Any, line: _Line) -> None:
        code = get_attribute(element, "char")
        symbol = chr(int(code, 16)) if _CODE.fullmatch(code) else ""
        symbol = decode_symbols(symbol, get_attribute(element, "font"))
        line.parts.append(self._escape(symbol))

    def _read_formula(self, element: Any, line: _Line) -> None:
        line.parts.append(self._escape(format_formula(element)))

    def _read_field_mark(self, element: Any, line: _Line) -> None:
        """Begin or end a field, or remove its instruction, which ends here.

        An instruction may contain other fields with results of their own. Fields that
        begin in another paragraph have only results in this one.
        """
        kind = get_attribute(element, "fldCharType")
        if kind == "begin":
            line.fields.append(len(line.parts))
            return
        start = line.fields.pop() if line.fields else None
        if start is not None:
            instruction = "".join(line.parts[start:])
            del line.parts[start:]
            link = _LINK_FIELD.match(instruction)
            if link:
                line.parts.append(self._open_link(link[1]))
        if kind == "separate":
            line.fields.append(None)
        elif start is None:
            line.parts.append(self._close_link())

    def _read_instruction(self, element: Any, line: _Line) -> None:
        # Without the mark that removes it, it would become part of the text.
        if line.fields and line.fields[-1] is not None:
            line.parts.append(element.text or "")

    def _read_link(self, element: Any, line: _Line) -> None:
        relation = get_attribute(element, "id")
        line.parts.append(self._open_link(self._archive.get_link(self._part, relation)))
        self._read_inline(element, line)
        line.parts.append(self._close_link())

    def _read_box(self, element: Any, line: _Line) -> None:
        line.boxes += self._read_children(element)

    def _read_diagram(self, element: Any, line: _Line) -> None:
        name = self._archive.get_part(self._part, get_attribute(element, "dm"))
        for child in self._archive.list_children(name):
            line.boxes += map(self._format_text, read_blocks(child))

    def _read_note_mark(self, element: Any, line: _Line) -> None:
        kind = _NOTE_REFERENCES[get_name(element)]
        note_id = get_attribute(element, "id")
        self._note_ids.append((kind, note_id))
        line.parts.append(self._format_note_mark(kind, note_id))

    def _escape(self, text: str) -> str:
        return text

    def _format_text(self, text: str) -> str:
        """Format a block whose text comes from elsewhere."""
        return text

    def _format_paragraph(self, paragraph: Any, text: str) -> str:
        is_item = text.strip() and self._styles.is_list_item(paragraph)
        return f"- {text.lstrip()}" if is_item else text

    def _format_table(self, rows: list[list[list[str]]]) -> str:
        return format_table(rows)

    def _format_note(self, kind: str, note_id: str, blocks: list[str]) -> list[str]:
        return blocks

    def _format_note_mark(self, kind: str, note_id: str) -> str:
        return ""

    def _open_link(self, target: str) -> str:
        return ""

    def _close_link(self) -> str:
        return ""


def _parse_embedded(data: bytes, source: str) -> list[str]:
    """Return the blocks of a document in one of the formats that Word embeds.

    Raises:
        InputError: the document is damaged, or has no text.
    """
    if data.startswith(b"PK"):
        return [parse_docx(data, source).text]
    if data.startswith(b"{\\rtf"):
        return [parse_rtf(data, source).text]
    return read_html_blocks(data) if data.lstrip().startswith(b"<") else []


class _Styles:
    """The styles of a document, with what they inherit."""

    def __init__(self, root: Any | None) -> None:
        styles = [] if root is None else list(root)
        self._styles = index_by(styles, "styleId")
        self._properties: dict[tuple[str, ...], Any | None] = {}
        self._default = ""
        for style in styles:
            is_paragraph = get_attribute(style, "type") == "paragraph"
            if is_paragraph and get_attribute(style, "default") not in ("", *_OFF):
                self._default = get_attribute(style, "styleId")

    def get_paragraph_style(self, paragraph: Any) -> str:
        """Return the id of a paragraph's style."""
        return get_value(paragraph, "pPr", "pStyle") or self._default

    def is_hidden(self, run: Any, paragraph_style: str) -> bool:
        """Whether Word does not show a run of text."""
        mark = find_path(run, "rPr", "vanish")
        for style in (get_value(run, "rPr", "rStyle"), paragraph_style):
            if mark is None:
                mark = self._find(style, "rPr", "vanish")
        return mark is not None and get_attribute(mark, "val") not in _OFF

    def is_list_item(self, paragraph: Any) -> bool:
        """Whether a paragraph has a bullet or number, and is not a heading."""
        level = self._find_property(paragraph, "outlineLvl")
        if level is not None and get_attribute(level, "val") != _BODY_TEXT_LEVEL:
            return False
        numbering = self._find_property(paragraph, "numPr")
        if numbering is None:
            return False
        number = find_path(numbering, "numId")
        # The number 0 removes the numbering of the style.
        return number is None or get_attribute(number, "val") != "0"

    def _find_property(self, paragraph: Any, name: str) -> Any | None:
        found = find_path(paragraph, "pPr", name)
        if found is None:
            found = self._find(self.get_paragraph_style(paragraph), "pPr", name)
        return found

    def _find(self, style_id: str, *path: str) -> Any | None:
        """Return a property of a style, or of the nearest one that has it."""
        key = (style_id, *path)
        if key not in self._properties:
            self._properties[key] = self._look_up(style_id, *path)
        return self._properties[key]

    def _look_up(self, style_id: str, *path: str) -> Any | None:
        for _ in range(_MAX_STYLE_DEPTH):
            style = self._styles.get(style_id)
            if style is None:
                return None
            found = find_path(style, *path)
            if found is not None:
                return found
            style_id = get_value(style, "basedOn")
        return None


def _iterate_content(parent: Any) -> Iterator[Any]:
    """Yield the child elements whose text Word shows."""
    if get_name(parent) == "AlternateContent":
        yield from choose_form(parent)
        return
    for child in parent:
        name = get_name(child)
        # Word's request to fill in a field is not part of the text.
        is_unfilled = name == "sdt" and find_path(child, "sdtPr", "showingPlcHdr")
        if name not in _SKIPPED_ELEMENTS and is_unfilled in (False, None):
            yield child


def _find_all(parent: Any, name: str) -> Iterator[Any]:
    """Yield elements with this name, including those in content controls."""
    for child in _iterate_content(parent):
        if get_name(child) == name:
            yield child
        else:
            yield from _find_all(child, name)


def _is_kept(cell: Any) -> bool:
    return find_path(cell, "tcPr", "cellDel") is None


def _continues(paragraph: Any) -> bool:
    """Whether the text of the next paragraph continues this one's.

    Its mark is deleted, moved, or hidden; or it is a large initial.
    """
    mark = find_path(paragraph, "pPr", "rPr")
    names = set() if mark is None else set(map(get_name, mark))
    frame = find_path(paragraph, "pPr", "framePr")
    is_initial = frame is not None and get_attribute(frame, "dropCap") not in (
        "",
        *_OFF,
    )
    return is_initial or not names.isdisjoint(_MARKS_OFF)
