"""Reads XML, also in ZIP archives, and the paragraphs that people see in it.

Element names are compared without namespaces: formats with different namespaces use the
same names in the same sense.
"""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

from claimcheck.errors import InputError
from claimcheck.readers.content import import_required

# A small archive may unpack to gigabytes (a "zip bomb"), so its sizes are checked
# first.
_MAX_UNPACKED_BYTES = 200 * 2**20
_MAX_XML_BYTES = 60 * 2**20  # of one part; a parsed tree takes many times that
_MAX_PARTS = 10_000
# The errors of `zipfile` and its decompressors for damaged files. RuntimeError: the
# file is encrypted; NotImplementedError: its compression is unknown; ValueError: a name
# is not UTF-8.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
)
# What the readers raise for damaged archives, too.
_DAMAGE_ERRORS = (
    *ZIP_ERRORS,
    OSError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
)

_BLOCKS = frozenset(
    "p h h1 h2 h3 h4 h5 h6 li list-item blockquote disp-quote dt dd td th tr"
    " table-cell pre div section sec article aside body figure figcaption title"
    " label".split()
)
# Notes follow the text: inside it, they would interrupt a sentence.
_NOTES = frozenset(("note-body",))
_SKIPPED = frozenset(
    # Scripts; deleted text, numbers of notes, and pictures of OpenDocument; the
    # navigation of books; notes, formulas, figures, and tables of JATS
    "script style head tracked-changes annotation note-citation binary-data desc nav"
    " svg math fn disp-formula inline-formula fig table-wrap tex-math"
    " supplementary-material ref-list".split()
)
# The numbers of references and notes; those of figures are part of a sentence.
_SKIPPED_REFERENCES = ("bibr", "fn")
_SPACES = {"tab": "\t", "line-break": "\n", "br": "\n", "s": " "}
# Marks of the start and end of a block among pieces of text. XML has no form feeds.
_OPEN, _CLOSE, _ITEM = "\f<", "\f>", "\f- "


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


def read_html_blocks(content: str | bytes) -> Iterator[str]:
    """Yield the blocks of HTML that is all text, unlike a page of the web."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(content)
    except etree.ParserError:  # it has no elements
        return iter(())
    return read_blocks(root)


class _Relation(NamedTuple):
    """A reference of one part of an archive to another, or to an address."""

    id: str
    kind: str  # the last word of its type
    target: str
    part: str


class XmlArchive:
    """The files of a ZIP archive, such as a Word document."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = archive.namelist()
        self._relations: dict[str, list[_Relation]] = {}

    def parse(self, name: str, *, recover: bool = False) -> Any:
        """Return the root element of a file, which every such archive has."""
        return parse_xml(self._archive.read(name), recover=recover)

    def find(self, name: str) -> Any | None:
        """Return the root element of a file; None if the archive lacks it."""
        return self.parse(name) if name in self.names else None

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self._archive.read(name)

    def find_part(self, part: str, kind: str) -> str:
        """Return the part of a kind, such as "styles", that a part refers to.

        The part "" is the archive itself. Returns "" if there is none.
        """
        for relation in self._list_relations(part):
            if relation.kind == kind:
                return relation.part
        return ""

    def get_part(self, part: str, relation_id: str) -> str:
        """Return the part that a part refers to; "" if it is unknown."""
        relations = self._list_relations(part)
        return next((rel.part for rel in relations if rel.id == relation_id), "")

    def get_link(self, part: str, relation_id: str) -> str:
        """Return the address that a part refers to; "" if it is unknown."""
        relations = self._list_relations(part)
        return next((rel.target for rel in relations if rel.id == relation_id), "")

    def _list_relations(self, part: str) -> list[_Relation]:
        if part in self._relations:
            return self._relations[part]
        folder, name = posixpath.split(part)
        relations: list[_Relation] = []
        for element in self.list_children(f"{folder}/_rels/{name}.rels".lstrip("/")):
            target = element.get("Target") or ""
            path = posixpath.normpath(posixpath.join("/", folder, target))
            kind = (element.get("Type") or "").rpartition("/")[2]
            relation_id = element.get("Id") or ""
            relations.append(_Relation(relation_id, kind, target, path.lstrip("/")))
        self._relations[part] = relations
        return relations

    def list_children(self, name: str) -> list[Any]:
        """Return the elements in the root of a file, if the archive has it."""
        root = self.find(name)
        return [] if root is None else list(root)


@contextmanager
def open_archive(data: bytes, source: str, kind: str) -> Iterator[XmlArchive]:
    """Yield the files of an archive of this kind, such as "an EPUB book".

    Raises:
        InputError: the archive is too large, or the block finds that it is damaged.
    """
    etree = import_required("lxml.etree", "docx", source, kind)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _refuse_bomb(archive.infolist(), source)
            yield XmlArchive(archive)
    except (etree.XMLSyntaxError, *_DAMAGE_ERRORS) as error:
        raise InputError(
            f"{source}: is {kind}, but damaged or truncated ({error}); save, download, "
            "or copy it again"
        ) from None


def _refuse_bomb(parts: list[zipfile.ZipInfo], source: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    xml_parts = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    largest = max((part.file_size for part in xml_parts), default=0)
    if (
        unpacked > _MAX_UNPACKED_BYTES
        or largest > _MAX_XML_BYTES
        or len(parts) > _MAX_PARTS
    ):
        raise InputError(
            f"{source}: would unpack to {unpacked >> 20:,} MB in {len(parts):,} parts, "
            "more than a document needs; save only its text and use that"
        )


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


def read_blocks(root: Any) -> Iterator[str]:
    """Yield the text of each block of an element, then of the notes.

    List items start with "- ".
    """
    notes: list[Any] = []
    pieces: list[str] = []
    for piece in [*_iter_pieces(root, notes), _CLOSE]:
        # The first paragraph of a list item gets the bullet.
        if piece == _OPEN and pieces[:1] == [_ITEM] and not _join_pieces(pieces):
            continue
        if piece not in (_OPEN, _CLOSE, _ITEM):
            pieces.append(piece)
            continue
        if text := _join_pieces(pieces):
            yield text
        pieces = [_ITEM] if piece == _ITEM else []
    for note in notes:
        yield from read_blocks(note)


def _join_pieces(pieces: list[str]) -> str:
    """Return the text of a block; empty if it is blank."""
    is_item = pieces[:1] == [_ITEM]
    text = " ".join("".join(pieces[is_item:]).split())
    return f"- {text}" if text and is_item else text


def _iter_pieces(element: Any, notes: list[Any]) -> Iterator[str]:
    """Yield the pieces of text below an element, and the edges of blocks."""
    yield element.text or ""
    for child in element:
        name = get_name(child)
        if name in _NOTES:
            notes.append(child)
        elif name in _BLOCKS:
            # A heading may be in a list, for its number.
            edge = _CLOSE if name.startswith("h") else _OPEN
            yield _ITEM if name in ("li", "list-item") else edge
            yield from _iter_pieces(child, notes)
            yield _CLOSE
        elif name and name not in _SKIPPED and not _is_skipped_reference(child):
            yield _SPACES.get(name, "")
            yield from _iter_pieces(child, notes)
        yield child.tail or ""


def _is_skipped_reference(element: Any) -> bool:
    return element.get("ref-type") in _SKIPPED_REFERENCES
