"""Read ODT, EPUB, and PPTX: text in the XML files of a ZIP archive.

Only elements with paragraphs are read. Pictures, formulas, and speaker notes are not.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    import_required,
    refuse_empty,
)
from claimcheck.readers.docx import list_changes
from claimcheck.readers.xml_blocks import get_name, read_blocks

_MAX_UNPACKED_BYTES = 200 * 2**20  # a small archive may unpack to gigabytes
_KINDS = {
    "odt": "an OpenDocument text",
    "epub": "an EPUB book",
    "pptx": "a PowerPoint presentation",
}
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,5})\.xml")
_DAMAGE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)


def detect_package(names: list[str], read: Any) -> str | None:
    """Detect the format of an archive by the names of its files, or None."""
    if any(_SLIDE.fullmatch(name) for name in names):
        return "pptx"
    if any(name.startswith("xl/workbook.") for name in names):
        return "spreadsheet"
    if "mimetype" not in names:
        return None
    declared = read("mimetype")[:100].decode("latin-1").strip()
    kinds = {
        "application/epub+zip": "epub",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "spreadsheet",
    }
    return kinds.get(declared)


def parse_package(data: bytes, source: str, kind: str) -> Content:
    """Return the text of an archive, and its title and author.

    `kind` is odt, epub, or pptx.

    Raises:
        InputError: the archive is damaged, too large, or has no text.
    """
    name = _KINDS[kind]
    etree = import_required("lxml.etree", "docx", source, name)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED_BYTES:
                raise InputError(
                    f"{source}: would unpack to more than {_MAX_UNPACKED_BYTES >> 20} "
                    "MB; save only its text and use that"
                )
            package = _Package(archive, etree)
            blocks = [text for part in package.list_parts(kind) for text in part]
            title, author = package.read_metadata(kind)
            left_out = package.list_left_out(kind)
    except (etree.XMLSyntaxError, KeyError, ValueError, *_DAMAGE_ERRORS) as error:
        raise InputError(f"{source}: is a damaged file, {name} ({error})") from None
    content = Content(
        "\n\n".join(blocks), title=title, author=author, left_out=left_out
    )
    return refuse_empty(content, source, name)


class _Package:
    """The files of an archive, parsed."""

    def __init__(self, archive: zipfile.ZipFile, etree: Any) -> None:
        self._archive = archive
        # No external entities and no network, because documents come from strangers.
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._lenient = etree.XMLParser(
            resolve_entities=False, no_network=True, recover=True
        )
        self._etree = etree

    def list_parts(self, kind: str) -> Iterator[Iterator[str]]:
        """Yield the paragraphs of each part, in reading order."""
        for name in self._list_names(kind):
            root = self._parse(name, lenient=kind == "epub")
            if root is not None:
                yield read_blocks(root)

    def read_metadata(self, kind: str) -> tuple[str | None, str | None]:
        """Return the title and the author that the archive states."""
        name = {"odt": "meta.xml", "pptx": "docProps/core.xml"}.get(kind)
        name = name or self._find_book()
        if name not in self._archive.namelist():
            return None, None
        values: dict[str, str] = {}
        for element in self._parse(name).iter():
            values.setdefault(get_name(element), element.text or "")
        author = values.get("creator") or values.get("initial-creator")
        return clean_metadata(values.get("title")), clean_metadata(author)

    def list_left_out(self, kind: str) -> tuple[str, ...]:
        """Name what the archive has and the text does not."""
        if kind == "pptx":
            notes = [name for name in self._archive.namelist() if "/notesSlide" in name]
            return ("notes of the speaker",) if notes else ()
        if kind == "epub":
            return ()
        counts = Counter(map(get_name, self._parse("content.xml").iter()))
        found = list_changes(counts["changed-region"])
        if comments := counts["annotation"]:
            found.append(format_count(comments, "comment"))
        return tuple(found)

    def _list_names(self, kind: str) -> list[str]:
        if kind == "odt":
            return ["content.xml"]
        if kind == "epub":
            return self._list_chapters()
        slides = [_SLIDE.fullmatch(name) for name in self._archive.namelist()]
        numbered = sorted((int(slide[1]), slide[0]) for slide in slides if slide)
        return [name for _, name in numbered]

    def _find_book(self) -> str:
        for element in self._parse("META-INF/container.xml").iter():
            if get_name(element) == "rootfile":
                return str(element.get("full-path"))
        raise ValueError("the container names no book")

    def _list_chapters(self) -> list[str]:
        """Return the files of a book in the order of its spine."""
        book = self._find_book()
        files: dict[str, str] = {}
        names: list[str] = []
        for element in self._parse(book).iter():
            if get_name(element) == "item":
                path = posixpath.join(
                    posixpath.dirname(book), element.get("href") or ""
                )
                files[element.get("id") or ""] = posixpath.normpath(path)
            elif get_name(element) == "itemref":
                names.append(files.get(element.get("idref") or "", ""))
        present = set(self._archive.namelist())
        return [name for name in names if name in present]

    def _parse(self, name: str, *, lenient: bool = False) -> Any:
        parser = self._lenient if lenient else self._parser
        return self._etree.fromstring(self._archive.read(name), parser)
