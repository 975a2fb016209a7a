"""Read ODT, EPUB, and PPTX: text in the XML files of a ZIP archive.

Pictures and speaker notes are not read.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from abc import ABC, abstractmethod
from collections import Counter
from typing import Any
from urllib.parse import unquote

from claimcheck.counting import format_count
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    list_changes,
    refuse_empty,
)
from claimcheck.readers.xml_archives import XmlArchive, open_archive
from claimcheck.readers.xml_blocks import (
    HIDDEN,
    ITEM,
    RAISED,
    find_path,
    get_attribute,
    get_name,
    get_relation_id,
    read_blocks,
)

_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_RAISED_POSITION = re.compile(r"super|[1-9]")  # such as "33% 58%"
_SLIDE_FURNITURE = frozenset(("dt", "ftr", "hdr", "sldNum"))
_BULLETED = frozenset(("body", "obj"))
_BULLETS = frozenset(("buChar", "buAutoNum", "buBlip"))


def detect_package(archive: zipfile.ZipFile) -> str | None:
    """Detect the format of an archive by the names of its files, or None."""
    names = archive.namelist()
    # Some programs give the main part of a Word document a different name.
    is_word = any(name.startswith("word/") for name in names)
    if "word/document.xml" in names or (is_word and "[Content_Types].xml" in names):
        return "docx"
    if any(name.startswith("ppt/slides/") for name in names):
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
    name, reader = _KINDS[kind]
    with open_archive(data, source, name) as archive:
        package = reader(archive)
        blocks = package.read_blocks()
        title, author = package.read_metadata()
        left_out = tuple(package.list_left_out())
    content = Content(
        "\n\n".join(blocks), title=title, author=author, left_out=left_out
    )
    return refuse_empty(content, source, name)


class _Package(ABC):
    """The files of an archive with one document."""

    metadata_part = ""

    def __init__(self, archive: XmlArchive) -> None:
        self._archive = archive

    @abstractmethod
    def read_blocks(self) -> list[str]:
        """Return the paragraphs, in reading order."""

    def list_left_out(self) -> list[str]:
        """Name what the archive has and the text that was read does not."""
        return []

    def read_metadata(self) -> tuple[str | None, str | None]:
        """Return the title and the author that the archive states."""
        root = self._archive.find(self.metadata_part)
        values: dict[str, str] = {}
        for element in root.iter() if root is not None else ():
            values.setdefault(get_name(element), element.text or "")
        author = values.get("creator") or values.get("initial-creator")
        return clean_metadata(values.get("title")), clean_metadata(author)


class _OpenDocument(_Package):
    metadata_part = "meta.xml"

    def __init__(self, archive: XmlArchive) -> None:
        super().__init__(archive)
        self._root = archive.parse("content.xml")
        self._charts = 0

    def read_blocks(self) -> list[str]:
        """Return the paragraphs, in reading order."""
        raised, hidden = self._list_styles()
        for element in self._root.iter():
            style = get_attribute(element, "style-name")
            if get_name(element) == "object":
                self._insert_object(element)
            elif get_name(element) == "span" and style in raised:
                element.tag = RAISED
            elif style in hidden:
                element.tag = HIDDEN
        return read_blocks(self._root)

    def list_left_out(self) -> list[str]:
        """Name what the archive has and the text that was read does not."""
        counts = Counter(map(get_name, self._root.iter()))
        found = list_changes(counts["changed-region"])
        if comments := counts["annotation"]:
            found.append(format_count(comments, "comment"))
        if self._charts:
            found.append(format_count(self._charts, "embedded object"))
        if counts[HIDDEN]:
            found.append("hidden text")
        return found

    def _list_styles(self) -> tuple[set[str], set[str]]:
        """Return the names of styles for raised, and for hidden characters."""
        raised: set[str] = set()
        hidden: set[str] = set()
        common = self._archive.find("styles.xml")
        for root in (self._root, common) if common is not None else (self._root,):
            for style in root.iter():
                properties = find_path(style, "text-properties")
                if properties is None:
                    continue
                name = get_attribute(style, "name")
                if _RAISED_POSITION.match(get_attribute(properties, "text-position")):
                    raised.add(name)
                if get_attribute(properties, "display") == "none":
                    hidden.add(name)
        return raised, hidden

    def _insert_object(self, element: Any) -> None:
        """Insert a formula, which has a file of its own."""
        folder = get_attribute(element, "href").removeprefix("./")
        root = self._archive.find(f"{folder}/content.xml")
        if root is not None and get_name(root) == "math":
            element.append(root)
        else:
            self._charts += 1


class _Presentation(_Package):
    metadata_part = "docProps/core.xml"

    def __init__(self, archive: XmlArchive) -> None:
        super().__init__(archive)
        self._found: Counter[str] = Counter()

    def read_blocks(self) -> list[str]:
        """Return the paragraphs, in the order of the slides."""
        blocks: list[str] = []
        for part in self._list_slides():
            slide = self._archive.parse(part)
            if slide.get("show") in ("0", "false"):
                self._found["hidden slide"] += 1
            else:
                blocks += self._read_slide(slide, part)
        return blocks

    def _list_slides(self) -> list[str]:
        main = self._archive.find_part("", "officeDocument") or "ppt/presentation.xml"
        root = self._archive.find(main)
        listed = [
            self._archive.get_part(main, get_relation_id(element))
            for element in ([] if root is None else root.iter())
            if get_name(element) == "sldId"
        ]
        if listed:
            return listed
        # Without the list of slides, their numbers are the best order that is left.
        slides = filter(_SLIDE.fullmatch, self._archive.names)
        return sorted(slides, key=lambda name: (len(name), name))

    def list_left_out(self) -> list[str]:
        """Name what the archive has and the text that was read does not."""
        found = [format_count(count, noun) for noun, count in self._found.items()]
        if any("/notesSlide" in name for name in self._archive.names):
            found.append("notes of the speaker")
        if any("/comments/" in name for name in self._archive.names):
            found.append("comments")
        return found

    def _read_slide(self, slide: Any, part: str) -> list[str]:
        diagrams: list[str] = []
        for element in slide.iter():
            match get_name(element):
                case "sp":
                    _mark_paragraphs(element)
                case "rPr" if int(element.get("baseline") or 0) > 0:
                    element.getparent().tag = RAISED
                case "relIds":
                    relation = get_attribute(element, "dm")
                    name = self._archive.get_part(part, relation)
                    diagrams += read_blocks(self._archive.parse(name))
                case "chart":
                    self._found["chart"] += 1
        return read_blocks(slide) + diagrams


def _mark_paragraphs(shape: Any) -> None:
    """Turn the paragraphs of a shape into list items if they have bullets.

    The text of a slide has bullets unless it says otherwise; titles and other shapes
    have none. Page numbers and footers are hidden.
    """
    place = find_path(shape, "nvSpPr", "nvPr", "ph")
    kind = "other" if place is None else place.get("type", "body")
    if kind in _SLIDE_FURNITURE:
        shape.tag = HIDDEN
    for paragraph in shape.iter():
        if get_name(paragraph) != "p":
            continue
        properties = find_path(paragraph, "pPr")
        names = set() if properties is None else set(map(get_name, properties))
        has_bullet = kind in _BULLETED and "buNone" not in names
        if has_bullet or not names.isdisjoint(_BULLETS):
            paragraph.tag = ITEM


class _Book(_Package):
    def __init__(self, archive: XmlArchive) -> None:
        super().__init__(archive)
        self.metadata_part = self._find_book()

    def read_blocks(self) -> list[str]:
        """Return the paragraphs of the chapters, in the order of the spine."""
        blocks: list[str] = []
        for name in self._list_chapters():
            root = self._archive.parse(name, recover=True)
            if root is not None:
                blocks += read_blocks(root)
        return blocks

    def _find_book(self) -> str:
        for element in self._archive.parse("META-INF/container.xml").iter():
            if get_name(element) == "rootfile":
                return str(element.get("full-path"))
        raise ValueError("the container names no book")

    def _list_chapters(self) -> list[str]:
        folder = posixpath.dirname(self.metadata_part)
        files: dict[str, str] = {}
        names: list[str] = []
        for element in self._archive.parse(self.metadata_part).iter():
            if get_name(element) == "item":
                path = posixpath.join(folder, unquote(element.get("href") or ""))
                files[element.get("id") or ""] = posixpath.normpath(path)
            elif get_name(element) == "itemref":
                names.append(files.get(element.get("idref") or "", ""))
        present = set(self._archive.names)
        return [name for name in names if name in present]


_KINDS: dict[str, tuple[str, type[_Package]]] = {
    "odt": ("an OpenDocument text", _OpenDocument),
    "epub": ("an EPUB book", _Book),
    "pptx": ("a PowerPoint presentation", _Presentation),
}
