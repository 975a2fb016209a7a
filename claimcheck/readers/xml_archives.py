"""Read the XML files of ZIP archives: office documents and books."""

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
from claimcheck.readers.xml_blocks import parse_xml

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


class _Relation(NamedTuple):
    """A reference of one part of an archive to another, or to an address."""

    kind: str  # the last word of its type
    target: str
    part: str


class XmlArchive:
    """The files of a ZIP archive, such as a Word document."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = archive.namelist()
        self._relations: dict[str, dict[str, _Relation]] = {}

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
        for relation in self._list_relations(part).values():
            if relation.kind == kind:
                return relation.part
        return ""

    def get_part(self, part: str, relation_id: str) -> str:
        """Return the part that a part refers to; "" if it is unknown."""
        relation = self._list_relations(part).get(relation_id)
        return "" if relation is None else relation.part

    def get_link(self, part: str, relation_id: str) -> str:
        """Return the address that a part refers to; "" if it is unknown."""
        relation = self._list_relations(part).get(relation_id)
        return "" if relation is None else relation.target

    def _list_relations(self, part: str) -> dict[str, _Relation]:
        """Return the relationships of a part by their ids."""
        if part in self._relations:
            return self._relations[part]
        folder, name = posixpath.split(part)
        relations: dict[str, _Relation] = {}
        children = self.list_children(f"{folder}/_rels/{name}.rels".lstrip("/"))
        for number, element in enumerate(children):
            target = element.get("Target") or ""
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (element.get("Type") or "").rpartition("/")[2]
            relation_id = element.get("Id") or f"#{number}"
            relations.setdefault(relation_id, _Relation(kind, target, path))
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
