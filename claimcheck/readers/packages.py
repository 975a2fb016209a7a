"""Read ODT, EPUB, and PPTX: text in the XML files of a ZIP archive.

Only elements with paragraphs are read. Pictures, formulas, and speaker notes are not.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from claimcheck.counting import format_count
from claimcheck.readers.content import Content, clean_metadata, refuse_empty
from claimcheck.readers.docx import list_changes
from claimcheck.readers.xml_blocks import (
    XmlArchive,
    get_name,
    open_archive,
    read_blocks,
)

_KINDS = {
    "odt": "an OpenDocument text",
    "epub": "an EPUB book",
    "pptx": "a PowerPoint presentation",
}
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,5})\.xml")


def detect_package(archive: zipfile.ZipFile) -> str | None:
    """Detect the format of an archive by the names of its files, or None."""
    names = archive.namelist()
    # Some programs give the main part of a Word document a different name.
    is_word = any(name.startswith("word/") for name in names)
    if "word/document.xml" in names or (is_word and "[Content_Types].xml" in names):
        return "docx"
    if any(_SLIDE.fullmatch(name) for name in names):
        return "pptx"
    if any(name.startswith("xl/workbook.") for name in names):
        return "spreadsheet"
    if "mimetype" not in names:
        return None
    # Not all of it: a small archive may unpack to gigabytes.
    with archive.open("mimetype") as file:
        declared = file.read(100).decode("latin-1").strip()
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
    with open_archive(data, source, name) as archive:
        package = _Package(archive)
        blocks = [text for part in package.list_parts(kind) for text in part]
        title, author = package.read_metadata(kind)
        left_out = package.list_left_out(kind)
    content = Content(
        "\n\n".join(blocks), title=title, author=author, left_out=left_out
    )
    return refuse_empty(content, source, name)


class _Package:
    """The files of an archive, parsed."""

    def __init__(self, archive: XmlArchive) -> None:
        self._archive = archive

    def list_parts(self, kind: str) -> Iterator[Iterator[str]]:
        """Yield the paragraphs of each part, in reading order."""
        for name in self._list_names(kind):
            root = self._archive.parse(name, recover=kind == "epub")
            if root is not None:
                yield read_blocks(root)

    def read_metadata(self, kind: str) -> tuple[str | None, str | None]:
        """Return the title and the author that the archive states."""
        name = {"odt": "meta.xml", "pptx": "docProps/core.xml"}.get(kind)
        name = name or self._find_book()
        root = self._archive.find(name)
        values: dict[str, str] = {}
        for element in root.iter() if root is not None else ():
            values.setdefault(get_name(element), element.text or "")
        author = values.get("creator") or values.get("initial-creator")
        return clean_metadata(values.get("title")), clean_metadata(author)

    def list_left_out(self, kind: str) -> tuple[str, ...]:
        """Name what the archive has and the text does not."""
        if kind == "pptx":
            notes = [name for name in self._archive.names if "/notesSlide" in name]
            return ("notes of the speaker",) if notes else ()
        if kind == "epub":
            return ()
        counts = Counter(map(get_name, self._archive.parse("content.xml").iter()))
        found = list_changes(counts["changed-region"])
        if comments := counts["annotation"]:
            found.append(format_count(comments, "comment"))
        return tuple(found)

    def _list_names(self, kind: str) -> list[str]:
        if kind == "odt":
            return ["content.xml"]
        if kind == "epub":
            return self._list_chapters()
        slides = [_SLIDE.fullmatch(name) for name in self._archive.names]
        numbered = sorted((int(slide[1]), slide[0]) for slide in slides if slide)
        return [name for _, name in numbered]

    def _find_book(self) -> str:
        for element in self._archive.parse("META-INF/container.xml").iter():
            if get_name(element) == "rootfile":
                return str(element.get("full-path"))
        raise ValueError("the container names no book")

    def _list_chapters(self) -> list[str]:
        """Return the files of a book in the order of its spine."""
        book = self._find_book()
        files: dict[str, str] = {}
        names: list[str] = []
        for element in self._archive.parse(book).iter():
            if get_name(element) == "item":
                path = posixpath.join(
                    posixpath.dirname(book), unquote(element.get("href") or "")
                )
                files[element.get("id") or ""] = posixpath.normpath(path)
            elif get_name(element) == "itemref":
                names.append(files.get(element.get("idref") or "", ""))
        present = set(self._archive.names)
        return [name for name in names if name in present]
