"""Turn an HTML page into the blocks of text that a person sees, in their order.

A block is a paragraph, a heading, an item of a list, or a row of a table.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from claimcheck.readers.content import SUPERSCRIPTS, has_words

_BLOCK_ELEMENTS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li "
    "main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
# Elements without text for readers, also those of AMP pages. <head> may have a body.
_SKIPPED_ELEMENTS = (
    "script style svg template iframe object video audio canvas textarea select option "
    "button title amp-ad amp-embed amp-sidebar"
).split()
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.I
)
_PARTS = ("article", "div", "section")
# Names of what surrounds an article, as extractors know them.
_NO_ARTICLE = re.compile(
    r"ad-|advert|banner|breadcrumb|card|comment|cookie|foot|header|menu|meta|modal|nav"
    r"|newsletter|popup|promo|recommend|related|share|sharing|sidebar|social|sponsor"
    r"|subscri|tags|teaser|tool|widget",
    re.I,
)
# Flags of blocks. The first two are attributes that mark elements.
NOTE = "data-claimcheck-note"
PART = "data-claimcheck-part"
SURROUNDING = "surrounding"
# What schema.org calls answers and posts.
_POSTS = (
    "//*[contains(@itemtype, 'schema.org/Answer') or contains(@itemtype, 'Posting')]"
)
_SECTIONS = ("article", "main", "section", "h1", "h2", "h3")
_ALWAYS_SHOWN = ("html", "body", "main", "article")
# In <noscript>, some pages have the article for readers without JavaScript. Most have
# only a request to enable it, or a picture that counts visits. Chosen by hand.
_MIN_NOSCRIPT_WORDS = 50
_NOTE_NUMBER = re.compile(r"\[?(\d{1,3})\]?")
_MAX_NOTE_TEXTS = 5  # "[", "1", "]" may be elements of their own
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SENTENCE_ENDS = tuple(".!?:;…”\"'")
# Rare ideographs mark blocks: extractors remove private characters.
_FIRST_MARK = 0x20000
LAST_MARK = 42_710
MARKS = re.compile("[\U00020000-\U0002a6d6]")
_CELLS = ("td", "th")
# An element in a cell that shows that the table is for layout.
_LAYOUT_ELEMENTS = "table ul ol dl h1 h2 h3 h4 h5 h6 br blockquote".split()


@dataclass(slots=True)
class Block:
    """The text of a block, and the text of an element, or its tail, that it starts.

    The flags are those of this module, and "h1" and "pre" for what is in such elements.
    """

    text: str
    start: Any
    starts_in_tail: bool
    flags: frozenset[str]


def clean_tree(tree: Any) -> None:
    """Remove what people do not see, and simplify what misleads extractors."""
    from lxml import etree

    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction, "embed")
    for template in list(tree.iter("template")):
        # The content of a component, not of a script.
        if template.get("shadowrootmode"):
            template.tag = "div"
    for noscript in list(tree.iter("noscript")):
        words = " ".join(noscript.itertext()).split()
        noscript.tag = "div" if len(words) >= _MIN_NOSCRIPT_WORDS else "script"
    for formula in tree.xpath("//math[not(ancestor::math)]"):
        _replace_formula(formula)
    for element in [found for found in tree.iter() if _is_hidden(found)]:
        element.tag = "script"
    for edit in tree.find_class("mw-editsection"):  # MediaWiki: [edit]
        edit.tag = "script"
    etree.strip_elements(tree, *_SKIPPED_ELEMENTS, with_tail=False)
    _mark_notes(tree)
    for number in list(tree.iter("sup")):
        _raise_number(number)
    # Extractors drop all footers, because most are page footers.
    for footer in tree.xpath("//blockquote//footer"):
        footer.tag = "p"
    for figure in list(tree.iter("figure", "figcaption")):
        figure.tag = "div"
    _rename_series(tree)


def _rename_series(tree: Any) -> None:
    """Rename elements that several parts of a page share: posts, answers, articles.

    Extractors take the first one that has the name of an article for the whole of it.
    """
    articles = list(tree.iter("article"))
    siblings = Counter(article.getparent() for article in articles)
    series = [article for article in articles if siblings[article.getparent()] > 1]
    for part in (*series, *tree.xpath(_POSTS)):
        part.set(PART, "")
    names = [(part, part.get("class", "")) for part in tree.iter(*_PARTS)]
    counts = Counter((part.tag, name) for part, name in names)
    for part, name in names:
        if counts[part.tag, name] > 1 and not _NO_ARTICLE.search(name):
            part.tag = "div"
            part.attrib.pop("class", None)
            part.attrib.pop("id", None)


def _is_hidden(element: Any) -> bool:
    """Whether an element is hidden; scripts show whole pages when they are ready."""
    if element.tag in _ALWAYS_SHOWN:
        return False
    if element.get("hidden") is not None or element.get("layout") == "nodisplay":
        return True
    if element.get("role") in ("dialog", "alertdialog"):  # about cookies, mostly
        return True
    return bool(_HIDDEN.search(element.get("style", "")))


def _mark_notes(tree: Any) -> None:
    """Mark the notes that raised numbers link to, and remove their links back."""
    links = tree.xpath("//sup//a[starts-with(@href, '#')]")
    targets = {link.get("href")[1:] for link in links}
    for note in tree.iter("li", "p", "dd", "div", "aside"):
        if note.get("id") in targets and next(note.iter(*_SECTIONS), None) is None:
            note.set(NOTE, "")
    for link in tree.xpath("//a[starts-with(@href, '#')]"):
        if not any(map(has_words, link.itertext())):
            link.drop_tree()


def _replace_formula(formula: Any) -> None:
    """Replace MathML by its TeX, or by its text if it states none."""
    source = formula.xpath("string(.//annotation[contains(@encoding, 'tex')])").strip()
    text = rf"\({source}\)" if source else formula.text_content()
    _replace_content(formula, text, "span")


def _raise_number(element: Any) -> None:
    """Keep the number of a note apart from the word before it."""
    text = "".join(itertools.islice(element.itertext(), _MAX_NOTE_TEXTS))
    number = _NOTE_NUMBER.fullmatch(text.strip())
    if number:
        _replace_content(element, number[1].translate(SUPERSCRIPTS), "span")


def _replace_content(element: Any, text: str, tag: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = tag, text, tail


def list_blocks(tree: Any) -> list[Block]:
    """Return the blocks of a page that have text."""
    return _Renderer().render(tree)


@dataclass(slots=True)
class _Renderer:
    blocks: list[Block] = field(default_factory=list)
    is_open: bool = False
    breaks: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    # What precedes the next text: the mark of a list item, or bars between cells.
    prefix: str = ""

    def render(self, tree: Any) -> list[Block]:
        from lxml import etree

        rows: list[Any] = []
        for event, element in etree.iterwalk(tree, events=("start", "end")):
            if event == "start":
                self._start(element, rows)
                self._add(element.text, element, is_tail=False)
            else:
                self._end(element, rows)
                self._add(element.tail, element, is_tail=True)
        for block in self.blocks:
            block.text = block.text.strip()
        return self.blocks

    def _start(self, element: Any, rows: list[Any]) -> None:
        self.flags.update(_list_flags(element))
        if element.tag == "br":
            self.breaks += 1
        elif rows and element.tag in _CELLS:
            self.prefix += " | " if self.is_open or self.prefix else "| "
        elif element.tag in _BLOCK_ELEMENTS and not rows:
            self._close()
            if element.tag == "li":
                self.prefix = "- "
        if element.tag == "tr" and _is_data_row(element):
            rows.append(element)

    def _end(self, element: Any, rows: list[Any]) -> None:
        self.flags.subtract(_list_flags(element))
        if rows and element is rows[-1]:
            rows.pop()
            self.blocks[-1].text += f"{self.prefix} |"
        if element.tag in _BLOCK_ELEMENTS and not rows:
            self._close()

    def _close(self) -> None:
        self.is_open, self.breaks, self.prefix = False, 0, ""

    def _add(self, text: str | None, element: Any, *, is_tail: bool) -> None:
        if not text:
            return
        if not text.strip():
            if self.is_open:
                self.blocks[-1].text += " "
            return
        if not self.flags["pre"]:
            text = _SPACES.sub(" ", text)
        if self.is_open and self.breaks and self._is_new_line(text):
            self._close()
        if not self.is_open:
            flags = frozenset(flag for flag, count in self.flags.items() if count > 0)
            self.blocks.append(Block("", element, is_tail, flags))
            text = text.lstrip()
        elif self.breaks:
            self.blocks[-1].text += "\n"
        self.blocks[-1].text += self.prefix + text
        self.is_open, self.breaks, self.prefix = True, 0, ""

    def _is_new_line(self, text: str) -> bool:
        """Whether the text after a <br> is a new line, or wrapped, as on old pages."""
        is_sentence_open = not self.blocks[-1].text.rstrip().endswith(_SENTENCE_ENDS)
        return self.breaks > 1 or not (is_sentence_open and text.lstrip()[0].islower())


def _list_flags(element: Any) -> list[str]:
    """Return what is true of all blocks in an element."""
    flags = [element.tag] if element.tag in ("h1", "pre") else []
    flags += [flag for flag in (NOTE, PART) if flag in element.attrib]
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag not in _ALWAYS_SHOWN and _NO_ARTICLE.search(names):
        flags.append(SURROUNDING)
    return flags


def _is_data_row(row: Any) -> bool:
    """Whether the cells of a row have short texts, and not parts of the layout."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    if len(cells) < 2 or any(map(_has_layout, cells)):
        return False
    return sum(bool(cell.text_content().strip()) for cell in cells) > 1


def _has_layout(cell: Any) -> bool:
    if next(cell.iter(*_LAYOUT_ELEMENTS), None) is not None:
        return True
    return len(list(itertools.islice(cell.iter("p", "div"), 2))) > 1


def mark_blocks(tree: Any, blocks: list[Block]) -> None:
    """Replace the first character of each block in the page by a mark of its own.

    The length stays the same: extractors count characters. Blocks after the last mark
    share it.
    """
    for element in tree.iter():
        element.text = MARKS.sub("\N{GETA MARK}", element.text or "")
        element.tail = MARKS.sub("\N{GETA MARK}", element.tail or "")
    for number, block in enumerate(blocks):
        part = "tail" if block.starts_in_tail else "text"
        text = getattr(block.start, part)
        start = len(text) - len(text.lstrip())
        mark = chr(_FIRST_MARK + min(number, LAST_MARK))
        setattr(block.start, part, text[:start] + mark + text[start + 1 :])


def find_marks(text: str) -> set[int]:
    """Return the numbers of the blocks whose marks are in a text."""
    return {ord(mark) - _FIRST_MARK for mark in MARKS.findall(text)}
