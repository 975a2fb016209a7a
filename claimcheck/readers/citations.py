"""Split a draft into sentences, each with the sources that it cites.

Citations are links, footnotes, addresses, and numbers from a list of references. A
citation belongs to the sentence that contains it, or that ends just before it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from claimcheck.errors import InputError
from claimcheck.models.citation import CitedStatement
from claimcheck.readers.bibliography import KEY_MARK, resolve_keys
from claimcheck.readers.citation_labels import (
    NUMBER_LABEL,
    Citation,
    cut_labels,
    find_citations,
    names_source,
)
from claimcheck.readers.decode import decode
from claimcheck.readers.detect import detect_format
from claimcheck.readers.docx_links import render_docx
from claimcheck.readers.draft_page import (
    FOOTNOTE_ANCHOR,
    DraftBlock,
    list_blocks,
    render_markdown,
)
from claimcheck.readers.file import read_bytes
from claimcheck.readers.references import (
    REFERENCES_TITLE,
    References,
    split_references,
)
from claimcheck.resources import read_words
from claimcheck.text.language import detect_language
from claimcheck.text.markdown import find_front_matter
from claimcheck.text.sentences import split_paragraph

# Shorter sentences are labels, such as "Read more".
_MIN_WORDS = 4
_MIN_CLAIM_WORDS = 3
# A cell with as many words, or a full stop, is a text of its own.
_MIN_PROSE_WORDS = 7
_SENTENCE_ENDS = (".", "!", "?", "…")
_TITLE = re.compile(r"[^\d\[\]]{0,40}")  # of a column: has neither a value nor a source
_SLOT = "\ue000"  # stands for a link's words; drafts do not contain it
_SPEECH = (
    f"{'|'.join(read_words('speech_verbs'))}|reported|reports|states|stated|writes"
    "|wrote|finds|found|shows|showed|notes|noted|estimates"
)
# "According to a report by Reuters, ...": only the rest must be in the report.
_ATTRIBUTION = re.compile(
    rf"^(?:According to|As) (?:(?:the|a|an) )?{_SLOT}(?: (?:{_SPEECH}))?,?\s+"
    rf"|^(?:The |An? )?{_SLOT} (?:{_SPEECH})(?: that)?\s+"
    rf"|,? (?:according to|as) (?:(?:the|a|an) )?{_SLOT}(?: (?:{_SPEECH}))?,?(?=[\s.])"
    rf"|, (?:(?:the|a|an) )?{_SLOT} (?:{_SPEECH})(?=\W*$)"
    rf"|, (?:{_SPEECH}) (?:(?:the|a|an) )?{_SLOT}(?:,|(?=\W*$))"
)
_AUTHOR_KEY = re.compile(r"\([^(]+, \d{4}[a-z]?\)")
# "See the report for details." says nothing that the report could support.
_POINTER = re.compile(
    r"(?:for (?:more|further|all|the) \w+,? )?(?:please )?"
    r"(?:also )?(?:see|read|visit|click|check out|learn|more)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class CitedDraft:
    """The sentences of a draft with and without sources.

    `unused` lists the references that no sentence cites.
    """

    cited: tuple[CitedStatement, ...]
    uncited: tuple[str, ...]
    unused: tuple[str, ...] = ()


def read_cited_draft(path: str) -> CitedDraft:
    """Return the sentences of a draft, with their sources.

    Raises:
        InputError: the draft can't be read, is in another format, or cites nothing.
    """
    source, data = read_bytes(path)
    draft = parse_draft(render_page(data, source))
    if not draft.cited:
        raise InputError(
            f"{source}: cites no source; give a text with links, footnotes, or [1] and "
            "a list of references"
        )
    return draft


def render_page(data: bytes, source: str) -> str:
    """Return a draft as HTML.

    Raises:
        InputError: the draft is in another format, or damaged.
    """
    kind = detect_format(data, source)
    if kind == "docx":
        return render_docx(data, source)
    if kind not in ("html", "markdown", "text"):
        raise InputError(
            f"{source}: is {kind}; give a draft in Markdown, HTML, or DOCX"
        )
    text, _ = decode(data, source)
    if kind == "html":
        return text
    draft = resolve_keys(text, Path(source).parent)
    return render_markdown(draft[find_front_matter(draft) :])


def cut_citations(page: str, sentences: Iterable[str]) -> list[str]:
    """Return an HTML page's sentences without what only names sources."""
    references, blocks = split_references(list_blocks(page))
    lines = [replace(block, text=block.text.replace("\n", " ")) for block in blocks]
    return [_cut_citations(sentence, lines, references) for sentence in sentences]


def _cut_citations(
    sentence: str, blocks: Sequence[DraftBlock], references: References
) -> str:
    block = next((block for block in blocks if sentence in block.text), None)
    if block is None:
        return sentence
    start = block.text.index(sentence)
    end = start + len(sentence)
    links = [
        replace(link, start=link.start - start, end=link.end - start)
        for link in block.links
        if start <= link.start and link.end <= end
    ]
    part = replace(block, text=sentence, links=links)
    text, _ = cut_labels(sentence, find_citations(part, references))
    return text.strip() if len(text.split()) >= _MIN_CLAIM_WORDS else sentence


def parse_draft(page: str) -> CitedDraft:
    """Return the sentences of an HTML page, with their sources."""
    blocks = list_blocks(page)
    language = detect_language(" ".join(block.text for block in blocks)) or "en"
    references, paragraphs = split_references(blocks)
    draft = _Draft(references)
    for place, group in groupby(paragraphs, lambda item: item.cell and item.cell[:2]):
        row = list(group)
        # A cell with several paragraphs only serves the layout of the page.
        if place is None or len({block.cell for block in row}) < len(row):
            for block in row:
                draft.add(block, language)
        else:
            draft.add_row(row, language)
    return draft.build()


# A citation, and the range of the sentence that it is about.
_Place = tuple[Citation, int, int]


@dataclass(slots=True)
class _Sources:
    """The sources of a sentence; `claim` is what they should say."""

    claim: str
    found: dict[str, None] = field(default_factory=dict)
    undefined: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a table; `text` is empty if it only names sources."""

    block: DraftBlock
    column: int
    text: str
    citations: Sequence[Citation]


class _Draft:
    """Collects the sentences, and resolves their citations."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._used: set[int] = set()  # the identities of lists of sources
        self._cited: dict[str, _Sources] = {}
        self._uncited: dict[str, None] = {}
        self._last: str | None = None
        self._titles: dict[int, str] = {}  # of the columns of a table
        self._table = 0

    def add(self, block: DraftBlock, language: str) -> None:
        """Add the sentences of a paragraph."""
        citations = find_citations(block, self._references)
        text, ranges = cut_labels(block.text, citations)
        if not any(map(str.isalnum, text)) or REFERENCES_TITLE.fullmatch(text):
            # "Source: Reuters" alone is about the preceding paragraph.
            if self._last is not None:
                self._cite(self._last, self._last, citations)
            return
        pending = deque(zip(citations, ranges, strict=True))
        end = 0
        for sentence in split_paragraph(text, language):
            start = text.find(sentence, end)
            end = start + len(sentence)
            own = list(_take_places(pending, start, end))
            cited = [citation for citation, _, _ in own]
            if cited and _POINTER.match(sentence):
                if self._last is not None:
                    self._cite(self._last, self._last, cited)
                continue
            if len(sentence.split()) >= _MIN_WORDS:
                self._last = sentence
            self._cite(sentence, _remove_attribution(sentence, own), cited)

    def add_row(self, cells: Sequence[DraftBlock], language: str) -> None:
        """Add a row of a table: its sentences, or else its values.

        A source in a separate cell, or next to the row's name, is about the entire row.
        """
        if self._read_titles(cells):
            return
        self._last = None
        read = [self._read_cell(cell) for cell in cells]
        contents = [cell for cell in read if cell.text]
        sources = [item for cell in read if not cell.text for item in cell.citations]
        is_prose = any(_is_prose(cell.text) for cell in contents)
        if len(contents) > 1 and not is_prose:
            self._add_values(contents, sources)
            return
        for cell in contents:
            self.add(cell.block, language)
        if self._last is not None:
            self._cite(self._last, self._last, sources)

    def _add_values(self, cells: Sequence[_Cell], sources: Sequence[Citation]) -> None:
        """Add a statement for each value of a row that has a source."""
        name, *values = cells
        for value in values:
            title = self._titles.get(value.column, "") if len(values) > 1 else ""
            place = f"{name.text}, {title}" if title else name.text
            citations = [*value.citations, *name.citations, *sources]
            if citations:
                self._last = f"{place}: {value.text}"
                self._cite(self._last, self._last, citations)

    def _read_titles(self, cells: Sequence[DraftBlock]) -> bool:
        """Return whether this row has the titles of the columns."""
        table = cells[0].cell[0] if cells[0].cell else 0
        is_first = table != self._table
        self._table = table
        if not is_first:
            return False
        are_marked = all(cell.tag == "th" for cell in cells)
        are_words = all(_TITLE.fullmatch(cell.text) for cell in cells)
        are_titles = are_marked or (are_words and not any(cell.links for cell in cells))
        self._titles = {}
        if are_titles:
            self._titles = {_get_column(cell): cell.text.strip() for cell in cells}
        return are_titles

    def _read_cell(self, block: DraftBlock) -> _Cell:
        """Return a cell's text without its citations, and the citations."""
        column = _get_column(block)
        citations = find_citations(block, self._references)
        if REFERENCES_TITLE.fullmatch(self._titles.get(column, "")):
            return _Cell(block, column, "", citations)
        # A linked name or value is the cell's text, not a label.
        labels = [item for item in citations if not _is_value(block, item, column)]
        text, _ = cut_labels(block.text, labels)
        has_text = any(map(str.isalnum, text))
        return _Cell(block, column, text.strip() if has_text else "", citations)

    def _cite(self, sentence: str, claim: str, citations: Sequence[Citation]) -> None:
        sources = self._cited.get(sentence) or _Sources(claim)
        for citation in citations:
            for target in citation.targets:
                if target in self._references:
                    cited = self._references[target]
                    self._used.add(id(cited))
                    sources.found.update(dict.fromkeys(cited))
                elif _is_key(target):
                    sources.undefined[_describe_key(target)] = None
                else:
                    sources.found[target] = None
        if sources.found or sources.undefined:
            self._cited[sentence] = sources
        elif len(sentence.split()) >= _MIN_WORDS:
            self._uncited[sentence] = None

    def build(self) -> CitedDraft:
        """Return all sentences, without duplicates."""
        cited = [
            CitedStatement(text, item.claim, tuple(item.found), tuple(item.undefined))
            for text, item in self._cited.items()
        ]
        # A reference may have an anchor and a number; the number is what people see.
        unused: dict[int, str] = {}
        for key, sources in self._references.items():
            if not sources or id(sources) in self._used:
                continue
            if key.startswith("("):  # the source itself has the authors
                unused.setdefault(id(sources), sources[0])
            else:
                unused[id(sources)] = f"{_describe_key(key)} {sources[0]}"
        uncited = [text for text in self._uncited if text not in self._cited]
        return CitedDraft(tuple(cited), tuple(uncited), tuple(unused.values()))


def _get_column(cell: DraftBlock) -> int:
    return cell.cell[2] if cell.cell else 0


def _take_places(
    pending: deque[tuple[Citation, tuple[int, int]]], start: int, end: int
) -> Iterator[_Place]:
    """Yield a sentence's citations; a link of several sentences stays."""
    while pending and pending[0][1][0] < end:
        citation, (first, last) = pending[0]
        yield citation, max(first - start, 0), last - start
        if last > end:
            break
        pending.popleft()


def _is_prose(text: str) -> bool:
    ends_sentence = text.rstrip(' "”’)').endswith(_SENTENCE_ENDS)
    return ends_sentence or len(text.split()) >= _MIN_PROSE_WORDS


def _is_value(block: DraftBlock, citation: Citation, column: int) -> bool:
    """Whether a cell's link is a number, or the name of the row."""
    words = block.text[citation.start : citation.end].strip()
    is_link = any(
        link.start < citation.end and citation.start < link.end for link in block.links
    )
    is_number = words[:1].isdigit() and not NUMBER_LABEL.fullmatch(words)
    return is_link and (is_number or (column == 1 and not words[:1].isdigit()))


def _is_key(target: str) -> bool:
    """Whether a target is that of a reference, which the draft may lack."""
    is_number = target.startswith(("[", "#"))
    return is_number or bool(_AUTHOR_KEY.fullmatch(target))


def _describe_key(key: str) -> str:
    """Return the key of a reference as in the draft: "[7]", "[^a]", "[@b]"."""
    if not key.startswith(f"#{FOOTNOTE_ANCHOR}"):
        return key
    name = key.removeprefix(f"#{FOOTNOTE_ANCHOR}")
    return f"[{name}]" if name.startswith(KEY_MARK) else f"[^{name}]"


def _remove_attribution(sentence: str, citations: Sequence[_Place]) -> str:
    """Remove "according to SOURCE" from a sentence that cites the source."""
    for citation, start, end in citations:
        if citation.is_label:
            continue
        if not names_source(sentence[start:end], citation.targets[0]):
            continue
        claim = _ATTRIBUTION.sub("", f"{sentence[:start]}{_SLOT}{sentence[end:]}", 1)
        if _SLOT not in claim and len(claim.split()) >= _MIN_CLAIM_WORDS:
            return claim[0].upper() + claim[1:]
    return sentence
