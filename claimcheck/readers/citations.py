"""Sentences of a draft, and the sources that each of them cites.

Citations are links, footnotes, addresses, and numbers in brackets that a list of
references explains. Markdown is turned into HTML first, so that both are read in one
way: each citation becomes a mark in the text, and belongs to the sentence that it is in
or that ends just before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from claimcheck.errors import InputError
from claimcheck.models.citation import CitedStatement
from claimcheck.readers.decode import decode
from claimcheck.readers.detect import detect_format
from claimcheck.readers.docx_links import render_docx
from claimcheck.readers.file import read_bytes
from claimcheck.text.language import detect_language
from claimcheck.text.sentences import split_paragraph

_BLOCKS = frozenset(
    "p li h1 h2 h3 h4 h5 h6 div td th blockquote dt dd section article figcaption pre "
    "table tr ul ol body aside".split()
)
_SKIPPED = frozenset("script style nav head template svg button".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# Private characters around the number of a citation; drafts do not contain them.
_MARK = re.compile("\ue000(\\d+)\ue001")
_MARKS_AFTER_END = re.compile(
    '(?<![.!?…])([.!?…]+["”’)]*)\\s*((?:\ue000\\d+\ue001\\s*)+)'
)
_ADDRESS = re.compile(
    r"https?://[^\s<>\"”\ue000\ue001]+[^\s<>\"”\ue000\ue001.,;:!?)\]'’]"
)
_NUMBERS = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
_LABEL = re.compile(r"\W?\d{1,3}\W?")
# "The ferry sank. (Reuters)": the link is to the source of the sentence before.
_ASIDE = re.compile(r"[(\[].{0,60}[)\]]\W?|\S+(?:\s\S+)?")
_RANGE = re.compile(r"(?<!\d)(\d{1,4})\s{0,3}[–-]\s{0,3}(\d{1,4})(?!\d)")
_REFERENCE = re.compile(r"^\s*\[(\d{1,3})\]:?\s+")
_REFERENCES_TITLE = re.compile(
    r"(?:references|sources|notes|footnotes|bibliography|works cited|quellen|literatur)"
    r"\W*",
    re.I,
)
_FOOTNOTE_ANCHOR = "claimcheck-footnote-"
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.+(?:\n[ \t]+.+)*)", re.M)
_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]+)\]")
# Shorter ones are labels, such as "Read more".
_MIN_WORDS = 4
_MAX_TITLE_CHARACTERS = 100
_MAX_RANGE = 50  # of numbers, "[1-50]"


@dataclass(slots=True)
class _Block:
    """A paragraph with marks; `names` are the anchors in it."""

    text: str = ""
    names: list[str] = field(default_factory=list)
    number: int | None = None  # in an ordered list
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class CitedDraft:
    """The sentences of a draft: those that cite sources, and the others."""

    cited: tuple[CitedStatement, ...]
    uncited: tuple[str, ...]


def read_cited_draft(path: str) -> CitedDraft:
    """Return the sentences of a draft, with their sources.

    Raises:
        InputError: it can't be read, is of another format, or cites nothing.
    """
    source, data = read_bytes(path)
    kind = detect_format(data, source)
    if kind == "docx":
        page = render_docx(data, source)
    elif kind in ("html", "markdown", "text"):
        text, _ = decode(data, source)
        page = text if kind == "html" else _render_markdown(text)
    else:
        raise InputError(
            f"{source}: is {kind}; give a draft in Markdown, HTML, or DOCX"
        )
    draft = parse_draft(page)
    if not draft.cited:
        raise InputError(
            f"{source}: cites no source; give a text with links, footnotes, or [1] and "
            "a list of references"
        )
    return draft


def parse_draft(page: str) -> CitedDraft:
    """Return the sentences of an HTML page, with their sources."""
    parser = _DraftParser()
    parser.feed(page)
    parser.close()
    targets = parser.targets
    blocks = [block for block in parser.blocks if block.text.strip()]
    language = detect_language(_MARK.sub("", " ".join(b.text for b in blocks))) or "en"
    references, texts = _split_references(blocks, targets)
    cited: dict[str, dict[str, None]] = {}
    uncited: dict[str, None] = {}
    for text in texts:
        marked = _mark_addresses(_mark_numbers(text, references, targets), targets)
        for sentence, numbers in _split_sentences(marked, language):
            sources = _resolve(numbers, targets, references)
            if sources:
                cited.setdefault(sentence, {}).update(dict.fromkeys(sources))
            elif len(sentence.split()) >= _MIN_WORDS:
                uncited[sentence] = None
    return CitedDraft(
        tuple(CitedStatement(text, tuple(sources)) for text, sources in cited.items()),
        tuple(text for text in uncited if text not in cited),
    )


def _render_markdown(text: str) -> str:
    """Return Markdown as HTML, with its footnotes as anchors."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    notes: list[str] = []

    def keep_note(match: re.Match[str]) -> str:
        name, content = match[1], markdown.renderInline(match[2])
        notes.append(f'<li id="{_FOOTNOTE_ANCHOR}{escape(name)}">{content}</li>')
        return ""

    body = _FOOTNOTE.sub(keep_note, text)
    page = markdown.render(body)
    page = _FOOTNOTE_MARK.sub(rf'<a href="#{_FOOTNOTE_ANCHOR}\1"></a>', page)
    return f"{page}<ul>{''.join(notes)}</ul>"


class _DraftParser(HTMLParser):
    """Collects the paragraphs of a page, with a mark for each link."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[_Block] = [_Block()]
        self.targets: list[str] = []
        self._skipped = 0
        self._lists: list[int] = []  # the numbers of the open ordered lists
        self._link: str | None = None
        self._link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _SKIPPED:
            self._skipped += 1
        if self._skipped:
            return
        if tag in ("ol", "ul"):
            self._lists.append(0 if tag == "ol" else -1)
        if tag in _BLOCKS:
            self._start_block(tag)
        elif tag == "br":
            self.blocks[-1].text += " "
        elif tag == "a" and attributes.get("href"):
            self._link = attributes["href"]
            self._link_start = len(self.blocks[-1].text)
        # A note starts with its anchor; the anchor of a way back is within a text.
        if not self.blocks[-1].text.strip():
            names = (attributes.get("id"), attributes.get("name"))
            self.blocks[-1].names += filter(None, names)

    def _start_block(self, tag: str) -> None:
        self.blocks.append(_Block(is_heading=tag in _HEADINGS))
        if tag == "li" and self._lists and self._lists[-1] >= 0:
            self._lists[-1] += 1
            self.blocks[-1].number = self._lists[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag == "a" and self._link is not None:
            self._end_link(self._link)
            self._link = None
        elif tag in _BLOCKS:
            if tag in ("ol", "ul") and self._lists:
                self._lists.pop()
            # What follows within the same list item keeps its number.
            number = self.blocks[-1].number if tag == "p" else None
            self.blocks.append(_Block(number=number))

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.blocks[-1].text += data

    def _end_link(self, target: str) -> None:
        block = self.blocks[-1]
        label = block.text[self._link_start :]
        # The label of a footnote, or an address, is not part of the sentence.
        label = label.strip()
        if (
            target.startswith("#")
            or _LABEL.fullmatch(label)
            or _ADDRESS.fullmatch(label)
        ):
            block.text = block.text[: self._link_start]
        if target.startswith("mailto:"):
            return
        block.text += _add_mark(target, self.targets)


def _split_references(
    blocks: list[_Block], targets: list[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the addresses of each reference, and the other paragraphs.

    A reference is found by its number, "[1]", or by the anchor of its note, "#fn1".
    """
    linked = {target[1:] for target in targets if target.startswith("#")}
    references: dict[str, list[str]] = {}
    texts = []
    in_references = False
    for block in blocks:
        if block.is_heading:
            in_references = bool(_REFERENCES_TITLE.fullmatch(block.text.strip()))
            continue
        keys = [f"#{name}" for name in block.names if name in linked]
        keys += _find_number(block, in_references=in_references)
        if not keys and not in_references:
            texts.append(block.text)
        for key in keys:
            references.setdefault(key, []).extend(_list_sources(block, targets))
    return references, texts


def _find_number(block: _Block, *, in_references: bool) -> list[str]:
    """Return the key of a numbered reference, "[1]", if it is one."""
    if numbered := _REFERENCE.match(_MARK.sub("", block.text)):
        return [f"[{numbered[1]}]"]
    is_numbered = in_references and block.number is not None
    return [f"[{block.number}]"] if is_numbered else []


def _list_sources(block: _Block, targets: list[str]) -> list[str]:
    """Return the addresses in a reference, or its title."""
    marked = [targets[int(number)] for number in _MARK.findall(block.text)]
    found = [target for target in marked if not target.startswith("#")]
    found += _ADDRESS.findall(block.text)
    # A book has no address: its title is what the reader has to look up.
    title = " ".join(_MARK.sub("", block.text).split())[:_MAX_TITLE_CHARACTERS]
    return found or [title]


def _mark_numbers(
    text: str, references: dict[str, list[str]], targets: list[str]
) -> str:
    """Turn the numbers in brackets that have a reference into marks."""

    def mark(match: re.Match[str]) -> str:
        numbers = re.findall(r"\d+", _RANGE.sub(_expand_range, match[1]))
        keys = [f"[{number}]" for number in numbers]
        if not all(key in references for key in keys):
            return match[0]
        return "".join(_add_mark(key, targets) for key in keys)

    return _NUMBERS.sub(mark, text)


def _mark_addresses(text: str, targets: list[str]) -> str:
    """Turn the addresses in a text into marks."""
    return _ADDRESS.sub(lambda match: _add_mark(match[0], targets), text)


def _add_mark(target: str, targets: list[str]) -> str:
    targets.append(target)
    return f"\ue000{len(targets) - 1}\ue001"


def _expand_range(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    return ",".join(map(str, range(first, min(last, first + _MAX_RANGE) + 1)))


def _resolve(
    numbers: list[int], targets: list[str], references: dict[str, list[str]]
) -> list[str]:
    """Return the addresses that marks stand for, each once."""
    found: list[str] = []
    for number in numbers:
        target = targets[number]
        if target.startswith(("#", "[")):
            found += references.get(target, [])
        else:
            found.append(target)
    return list(dict.fromkeys(found))


def _split_sentences(text: str, language: str) -> list[tuple[str, list[int]]]:
    """Return the sentences of a paragraph, with the numbers of their marks."""
    text = _MARKS_AFTER_END.sub(r"\2\1 ", " ".join(text.split()))
    plain = ""
    marks: list[tuple[int, int]] = []
    position = 0
    for match in _MARK.finditer(text):
        plain += text[position : match.start()]
        marks.append((len(plain.rstrip()), int(match[1])))
        position = match.end()
    plain += text[position:]
    start = 0
    sentences: list[tuple[str, list[int]]] = []
    for sentence in split_paragraph(plain, language):
        start = plain.find(sentence, start)
        end = start + len(sentence)
        own = [number for place, number in marks if start < place <= end]
        start = end
        if own and sentences and _ASIDE.fullmatch(sentence):
            sentences[-1][1].extend(own)
        else:
            # A mark before a full stop leaves a space behind.
            sentences.append((re.sub(r"\s+([.,;:!?])", r"\1", sentence), own))
    return sentences
