"""Read the paragraphs, tables, and formulas that people see in XML and HTML.

Element names are compared without namespaces: formats with different namespaces use the
same names in the same sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from claimcheck.readers.content import SUPERSCRIPTS

# Names that readers give to elements whose format says this in another way.
RAISED, HIDDEN, ITEM = "sup", "hidden", "li"
_BLOCKS = frozenset(
    "p h h1 h2 h3 h4 h5 h6 li list-item blockquote disp-quote dt dd pre div sec section"
    " article aside body figure figcaption title label page".split()
)
_ITEMS = frozenset(("li", "list-item"))
_HEADINGS = frozenset(("h", "h1", "h2", "h3", "h4", "h5", "h6"))
_TABLES = frozenset(("table", "tbl"))
_ROWS = frozenset(("tr", "table-row"))
_CELLS = frozenset(("td", "th", "tc", "table-cell", "covered-table-cell"))
_FORMULAS = frozenset(("oMath", "math"))
_FORMULA_TEXTS = frozenset(("t", "mi", "mn", "mo", "mtext"))
_FORMULA_NOTES = frozenset(("annotation", "annotation-xml"))
# They follow the paragraph, or the text: inside it, they would interrupt a sentence.
_BOXES = frozenset(("text-box",))
_NOTES = frozenset(("note-body", "fn"))
_SKIPPED = frozenset(
    # Scripts; how characters are pronounced; deleted text, numbers of notes, and
    # pictures of OpenDocument; the navigation of books; formulas on lines of their own,
    # figures, and tables of JATS; properties of tables in presentations
    "script style head rt rp tracked-changes annotation note-citation binary-data desc"
    " ruby-text hidden nav svg disp-formula fig table-wrap tex-math"
    " supplementary-material ref-list tblPr".split()
)
# The numbers of references and notes; those of figures are part of a sentence.
_SKIPPED_REFERENCES = ("bibr", "fn")
_SPACES = frozenset(("tab", "line-break", "br", "s"))
_RAISED_NUMBER = re.compile(r"[\s,–-]*\d[\d\s,–-]*")
_ATOM = re.compile(r"[\w.,]*")


def parse_xml(content: bytes, *, recover: bool = False) -> Any:
    """Return the root element; `recover` skips what is not well-formed."""
    from lxml import etree

    # No external entities and no network, because documents come from strangers.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(content, parser)


def read_html_blocks(content: str | bytes) -> list[str]:
    """Return the blocks of HTML that is all text, unlike a page of the web."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(content)
    except etree.ParserError:  # it has no elements
        return []
    return read_blocks(root)


def choose_form(element: Any) -> list[Any]:
    """Return one form of content that has forms for old and new Office."""
    for form in element:
        if any(get_name(part) == "t" for part in form.iter()):
            return [form]
    return []


def find_path(element: Any, *path: str) -> Any | None:
    """Return the first element at a path of names, if there is one."""
    for name in path:
        element = next((child for child in element if get_name(child) == name), None)
        if element is None:
            return None
    return element


def get_value(element: Any, *path: str) -> str:
    """Return the attribute `val` of the element at a path; "" if missing."""
    found = find_path(element, *path)
    return "" if found is None else get_attribute(found, "val")


def get_relation_id(element: Any) -> str:
    """Return the id of an element's relationship, not the element's own id."""
    keys = [key for key, _ in element.items() if key.endswith("}id")]
    return str(element.get(keys[0])) if keys else ""


def index_by(elements: list[Any], attribute: str) -> dict[str, Any]:
    """Map the values of an attribute to their elements."""
    return {get_attribute(element, attribute): element for element in elements}


def get_name(element: Any) -> str:
    """Return the name of an element without namespace; comments have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def get_attribute(element: Any, name: str) -> str:
    """Return an attribute from any namespace; "" if it is missing."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def read_blocks(root: Any) -> list[str]:
    """Return the text of each block of an element, then of the notes.

    List items start with "- ". Tabs separate the cells of a table's row.
    """
    reader = _BlockReader()
    reader.read(root)
    reader.end_block()
    # A list that grows while it is read: a note may have further notes.
    for note in reader.notes:
        reader.read(note)
        reader.end_block()
    return reader.blocks


class _BlockReader:
    """Collects blocks of text, and the notes that follow them."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.notes: list[Any] = []
        self._line: list[str] = []
        self._boxes: list[Any] = []  # of the current block
        self._is_item = False
        self._readers = {
            "": self._skip,  # comments
            **dict.fromkeys(_SKIPPED, self._skip),
            **dict.fromkeys(_BLOCKS, self._read_block),
            **dict.fromkeys(_TABLES, self._read_table),
            **dict.fromkeys(_FORMULAS, self._read_formula),
            **dict.fromkeys(_SPACES, self._read_space),
            **dict.fromkeys(_NOTES, self.notes.append),
            **dict.fromkeys(_BOXES, self._keep_box),
            RAISED: self._read_raised,
            "xref": self._read_reference,
            "label": self._read_label,
            "AlternateContent": self._read_form,
        }

    def read(self, element: Any) -> None:
        """Add the text of an element to the current block, or to others."""
        self._line.append(element.text or "")
        for child in element:
            read = self._readers.get(get_name(child), self.read)
            read(child)
            self._line.append(child.tail or "")

    def end_block(self) -> None:
        """Begin a new block."""
        text = " ".join("".join(self._line).split())
        boxes = self._boxes
        if text:
            self.blocks.append(f"- {text}" if self._is_item else text)
            self._is_item = False
        self._line, self._boxes = [], []
        for box in boxes:
            self.blocks += read_blocks(box)

    def _skip(self, element: Any) -> None:
        """Leave out an element."""

    def _read_block(self, element: Any) -> None:
        self.end_block()
        name = get_name(element)
        # The first paragraph of a list item keeps its bullet. A heading may be in a
        # list for its number.
        self._is_item = name in _ITEMS or (self._is_item and name not in _HEADINGS)
        self.read(element)
        self.end_block()
        if name in _ITEMS:
            self._is_item = False

    def _read_table(self, element: Any) -> None:
        self.end_block()
        self.blocks += _read_table(element)

    def _read_formula(self, element: Any) -> None:
        self._line.append(format_formula(element))

    def _read_space(self, element: Any) -> None:
        self._line.append(" ")
        self.read(element)

    def _keep_box(self, element: Any) -> None:
        self._boxes.append(element)

    def _read_raised(self, element: Any) -> None:
        start = len(self._line)
        self.read(element)
        self._line[start:] = [raise_number("".join(self._line[start:]))]

    def _read_reference(self, element: Any) -> None:
        if element.get("ref-type") not in _SKIPPED_REFERENCES:
            self.read(element)

    def _read_label(self, element: Any) -> None:
        # The number of a note; those of sections are read.
        if get_name(element.getparent()) not in _NOTES:
            self._read_block(element)

    def _read_form(self, element: Any) -> None:
        for form in choose_form(element):
            self.read(form)


def _read_table(table: Any) -> list[str]:
    """Return a table as one block, with a line for each row.

    A table with one column is a frame, and its content is text.
    """
    rows: list[list[list[str]]] = []
    for row in _iterate_nested(table, _ROWS):
        rows.append([read_blocks(cell) for cell in _iterate_nested(row, _CELLS)])
    if all(len(row) < 2 for row in rows):
        return [block for row in rows for cell in row for block in cell]
    return [text] if (text := format_table(rows)) else []


def format_table(rows: list[list[list[str]]]) -> str:
    """Return rows as lines, from the blocks of each cell."""
    lines = ["\t".join(map("\n".join, row)).rstrip("\t") for row in rows]
    return "\n".join(line for line in lines if line.strip())


def _iterate_nested(parent: Any, names: frozenset[str]) -> Iterator[Any]:
    """Yield the nearest elements with one of these names."""
    for child in parent:
        if get_name(child) in names:
            yield child
        else:
            yield from _iterate_nested(child, names)


def raise_number(text: str) -> str:
    """Return a raised number as superscript, and other text as it is.

    Otherwise, a footnote mark would become part of the number before it.
    """
    return text.translate(SUPERSCRIPTS) if _RAISED_NUMBER.fullmatch(text) else text


def format_formula(element: Any) -> str:
    """Return a formula in Office Math or MathML on one line: "1/(2n)"."""
    name = get_name(element)
    if name in _FORMULA_TEXTS:
        return " ".join((element.text or "").split())
    if name in _FORMULA_NOTES:
        return ""
    parts = [format_formula(child) for child in element]
    # In Office Math, properties come first, and have no text.
    if name in ("f", "mfrac"):
        return "/".join(map(_put_in_brackets, parts[-2:]))
    if name in ("sSup", "msup"):
        return "".join(parts[:-1]) + _format_exponent("".join(parts[-1:]))
    content = "".join(parts)
    if name == "msqrt":
        return f"√{_put_in_brackets(content)}"
    if name == "rad":
        degree = "".join(parts[:-1]).translate(SUPERSCRIPTS)
        return f"{degree}√{_put_in_brackets(''.join(parts[-1:]))}"
    opening, closing = _find_signs(element, name)
    return opening + content + closing


def _format_exponent(text: str) -> str:
    if text.isascii() and text.isdecimal():
        return text.translate(SUPERSCRIPTS)
    return f"^{_put_in_brackets(text)}"


def _find_signs(element: Any, name: str) -> tuple[str, str]:
    """Return what Office Math writes before and after an element."""
    if name == "nary":
        return get_value(element, "naryPr", "chr") or "∫", ""
    if name == "d":
        opening = get_value(element, "dPr", "begChr") or "("
        return opening, get_value(element, "dPr", "endChr") or ")"
    return "", ""


def _put_in_brackets(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
