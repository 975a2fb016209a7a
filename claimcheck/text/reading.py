"""The reading view: a document as people read it, mapped to its source.

Hard line breaks are folded, page noise is skipped, and a paragraph that noise cut in
two is rejoined. `Reading.locate` turns a range of the view into spans of the source:
several if there is noise between them. A document is read once, and functions that need
its view or its line index get the `Reading`.
"""

from __future__ import annotations

import bisect
import html
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from claimcheck.models.span import LineIndex, Span
from claimcheck.resources import read_words
from claimcheck.text.common_words import is_word
from claimcheck.text.mapping import MappedPiece, MappedText
from claimcheck.text.noise import Noise, find_noise, is_captions
from claimcheck.text.paragraphs import (
    CLOSING_MARKS,
    SENTENCE_ENDS,
    Paragraph,
    ParagraphKind,
    find_paragraphs,
    subtract_noise,
)
from claimcheck.text.speakers import Speakers, find_speakers

# Words separated by single spaces are the same in source and view.
_SPACE = re.compile(r"\s|<(?:br|/p|/div|/li|/td)\b", re.I)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[\da-fA-F]{1,5});")
_WORD_RUN = re.compile(r"\S+(?: \S+)*")
# Chinese and Japanese have no spaces between words; Korean has.
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_SOFT_HYPHEN, _UNICODE_HYPHEN = "\u00ad", "\u2010"
# A text that ends in a comma or semicolon is a list or a verse, not a heading.
_NON_HEADING_ENDINGS = (*SENTENCE_ENDS, ",", ";", ", and", "; and", ", or", "; or")
_MAX_HEADING_CHARACTERS, _MAX_HEADING_WORDS = 120, 16  # chosen by hand
# "It was sold in May. Read on", "900 people. [3]": a sentence ends within, or before
# the mark of a note. Abbreviations in headings are short, with capitals: "Prof. Lee".
_INNER_SENTENCE_END = re.compile(
    r"\s(?:[a-z]{3,}|\w{6,}|May|\d{4})\.[\"”’)]*\s+(?:[\"“(]?[A-Z]|\(\d)"
    r"|\w{3}\.\s?\[\d{1,3}\]$|\s[a-z]{5,}\.\s\d{1,3}$"
)
_CAPTION = re.compile(
    r"(?:Table|Figure|Fig\.|Chart|Exhibit|Box|Map)\s\d{1,3}\s?[.:|–—-]\s"
)
_MAX_CAPTION_CHARACTERS = 250
_REFERENCE_HEADINGS = frozenset(read_words("reference_headings"))
_HEADING_SIGNS = " \t#=*_:.0123456789"
# "It rained." (Ann Lee)
_QUOTED_SENTENCE = re.compile(r"[\"“„»«‘][^\n]*[.!?…]\s?[\"”“«»’]\s?[(–—-]")


class Block(NamedTuple):
    """A paragraph text[start:end] of the view, with its speaker if certain."""

    start: int
    end: int
    kind: ParagraphKind
    speaker: str | None = None


class Reading:
    """The reading view of a source text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.noise = find_noise(source)
        self._breaks = [noise for noise in self.noise if noise.splits_quotes]
        self._break_ends = [noise.end for noise in self._breaks]
        self._mapped, self.blocks = _assemble(source, self.noise)
        self.text = self._mapped.text

    @cached_property
    def lines(self) -> LineIndex:
        """The line index of the source, built on first use."""
        return LineIndex(self.source)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans of the source behind text[start:end].

        They are in order, without noise, and without white space at their ends.
        """
        low, high = self._mapped.locate(start, end)
        first = bisect.bisect_right(self._break_ends, low)
        last = bisect.bisect_left(self._breaks, high, key=lambda noise: noise.start)
        spans: list[Span] = []
        for noise in self._breaks[first:last]:
            spans += self._strip_range(low, noise.start)
            low = noise.end
        spans += self._strip_range(low, high)
        return tuple(spans)

    def locate_extent(self, start: int, end: int) -> tuple[int, int]:
        """Return the source range from the first to the last character."""
        return self._mapped.locate(start, end)

    def _strip_range(self, start: int, end: int) -> list[Span]:
        """Return a range without white space at its ends, or nothing."""
        part = self.source[start:end]
        left = start + len(part) - len(part.lstrip())
        right = end - (len(part) - len(part.rstrip()))
        return [Span(left, right)] if left < right else []


def _assemble(
    source: str, noise: tuple[Noise, ...]
) -> tuple[MappedText, tuple[Block, ...]]:
    """Return the view as mapped text, and its blocks."""
    hyphens = HyphenRules(source)
    speakers = find_speakers(source)
    pieces: list[MappedPiece] = []
    blocks: list[Block] = []
    list_items: set[int] = set()
    length = 0
    for paragraph in find_paragraphs(source, noise, speakers):
        folded = _fold_voice(source, paragraph, speakers)
        folded = folded or _fold_as_one_piece(source, paragraph)
        if not folded:
            ranges = _find_text_ranges(source, paragraph, noise)
            folded = _fold_ranges(source, ranges, hyphens)
        if not folded:
            continue
        if pieces:
            gap = _choose_gap(source, blocks[-1], pieces[-1].end, paragraph.start)
            # The white space between blocks maps to an empty range of the source.
            pieces.append(MappedPiece(gap, folded[0].start, folded[0].start))
            length += len(gap)
        start = length
        pieces += folded
        length += sum([len(piece.text) for piece in folded])
        if paragraph.is_list_item(source):
            list_items.add(start)
        speaker = speakers.find(paragraph.start)
        blocks.append(Block(start, length, paragraph.kind, speaker))
    mapped = MappedText(pieces)
    if is_captions(source):
        return mapped, tuple(blocks)  # subtitles have no headings
    return mapped, _mark_headings(mapped.text, blocks, list_items)


def _fold_voice(
    source: str, paragraph: Paragraph, speakers: Speakers
) -> list[MappedPiece]:
    """Return the voice of a caption, "<v Ann>", in readable form: "Ann:"."""
    if paragraph.kind is not ParagraphKind.LABEL or source[paragraph.start] != "<":
        return []
    name = speakers.find(paragraph.start) or "Unknown speaker"
    return [MappedPiece(f"{name}:", paragraph.start, paragraph.end)]


def _choose_gap(source: str, before: Block, end: int, start: int) -> str:
    """Return the separator of two blocks: a space, newline, or blank line."""
    if before.kind is ParagraphKind.LABEL and "\n" not in source[end:start]:
        return " "
    return "\n" if before.kind is ParagraphKind.TABLE else "\n\n"


def _mark_headings(
    text: str, blocks: list[Block], list_items: set[int]
) -> tuple[Block, ...]:
    """Mark short blocks without a full stop as headings, unless all are short.

    `list_items` has the starts of blocks after a bullet, which are text.
    """
    marked: list[Block] = []
    for block in blocks:
        words = text[block.start : block.end]
        # "(Applause.)" is within a speech, but the speaker does not say it.
        is_aside = words[0] in "([" and words[-1] in ")]"
        spoken = block._replace(speaker=None) if is_aside else block
        is_heading = _is_heading(spoken, words, list_items)
        marked.append(
            spoken._replace(kind=ParagraphKind.HEADING) if is_heading else spoken
        )
    # A poem or a list of names is text, not a page of headings.
    has_text = any(block.kind is ParagraphKind.TEXT for block in marked)
    return tuple(_mark_references(text, marked) if has_text else blocks)


def _mark_references(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Mark what is under a heading such as "References", up to the next."""
    is_reference = False
    for block in blocks:
        words = text[block.start : block.end]
        if block.kind is ParagraphKind.HEADING:
            # "7. References", "== References =="
            label = words.strip(_HEADING_SIGNS).lower()
            # An entry without a full stop looks like a heading, but has a year.
            is_entry = is_reference and any(char.isdigit() for char in words)
            is_reference = label in _REFERENCE_HEADINGS or is_entry
        if is_reference and block.kind is ParagraphKind.TEXT:
            yield block._replace(kind=ParagraphKind.REFERENCE)
        else:
            yield block


def _is_heading(block: Block, words: str, list_items: set[int]) -> bool:
    if block.kind is not ParagraphKind.TEXT or block.start in list_items:
        return False
    # Speech is a sentence, with or without a full stop.
    return block.speaker is None and _looks_like_heading(words)


def _looks_like_heading(text: str) -> bool:
    if _CAPTION.match(text) and len(text) <= _MAX_CAPTION_CHARACTERS:
        return True
    return (
        len(text) <= _MAX_HEADING_CHARACTERS
        and text.count(" ") < _MAX_HEADING_WORDS
        and not text.rstrip(f"{CLOSING_MARKS} \xa0").endswith(_NON_HEADING_ENDINGS)
        and not _QUOTED_SENTENCE.match(text)
        and not _INNER_SENTENCE_END.search(text)
    )


def _fold_as_one_piece(source: str, paragraph: Paragraph) -> list[MappedPiece]:
    """Return a paragraph as one piece if its characters map one to one."""
    if not paragraph.contiguous:
        return []
    text = source[paragraph.start : paragraph.end].replace("\n", " ")
    # White space other than single spaces may be longer than its replacement.
    if _ENTITY.search(text):
        return []
    if "  " in text or not text.isprintable():
        folded = " ".join(text.split())
        if len(folded) != len(text):
            return []
        text = folded
    return [MappedPiece(text, paragraph.start, paragraph.end)] if text else []


def _find_text_ranges(
    source: str, paragraph: Paragraph, noise: tuple[Noise, ...]
) -> list[tuple[int, int]]:
    index = bisect.bisect_right(noise, paragraph.start, key=lambda cut: cut.end)
    return subtract_noise(source, paragraph.start, paragraph.end, noise, index)


def _fold_ranges(
    source: str, ranges: Iterable[tuple[int, int]], hyphens: HyphenRules
) -> list[MappedPiece]:
    """Join the words of ranges with single spaces; rejoin broken words."""
    folded: list[MappedPiece] = []
    last: MappedPiece | None = None
    for start, end in ranges:
        for match in _WORD_RUN.finditer(source, start, end):
            words = MappedPiece(match.group(), match.start(), match.end())
            if last is not None:
                between = source[last.end : words.start]
                gap, last = _resolve_gap(last, words, between, hyphens)
                folded.append(last)
                if gap:
                    folded.append(MappedPiece(gap, last.end, words.start))
            last = words
    if last is not None:
        folded.append(last)
    return [part for piece in folded for part in _decode_entities(piece) if part.text]


def _resolve_gap(
    left: MappedPiece, right: MappedPiece, between: str, hyphens: HyphenRules
) -> tuple[str, MappedPiece]:
    """Return the separator of two word runs, and the left run to use."""
    if not any(end in between for end in "\n\r\f"):
        # Emphasis marks touch the words around them.
        return _find_space(between, right.text), left
    without_hyphen = MappedPiece(left.text[:-1], left.start, left.end - 1)
    if left.text.endswith(_SOFT_HYPHEN):
        return "", without_hyphen
    beginning = _find_last_word(without_hyphen.text)
    is_broken = left.text.endswith(("-", _UNICODE_HYPHEN)) and right.text[:1].islower()
    if is_broken and beginning:
        is_added = _is_hyphen_added(left.text, beginning, right.text, hyphens)
        return "", without_hyphen if is_added else left
    if _CJK.match(left.text[-1]) or _CJK.match(right.text[0]):
        return "", left
    return " ", left


def _find_space(between: str, after: str) -> str:
    """Return a space if there is white space between two words."""
    # The full stop after a link that is left out belongs to the word before it.
    if between.strip() and after[0] in ".,;:!?":
        return ""
    return " " if _SPACE.search(between) else ""


def _decode_entities(piece: MappedPiece) -> Iterator[MappedPiece]:
    """Yield a piece with "&amp;" and the like as people read them."""
    position = 0
    for match in _ENTITY.finditer(piece.text):
        start, end = piece.start + position, piece.start + match.start()
        yield MappedPiece(piece.text[position : match.start()], start, end)
        character = html.unescape(match.group()).replace("\xa0", " ")
        yield MappedPiece(character, end, piece.start + match.end())
        position = match.end()
    yield MappedPiece(piece.text[position:], piece.start + position, piece.end)


def _find_last_word(text: str) -> str:
    """Return the word that a text ends in, or an empty string."""
    # Search from the end: a pattern with "$" would be tried at each letter.
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:]


def _is_hyphen_added(
    left: str, beginning: str, right: str, hyphens: HyphenRules
) -> bool:
    """Whether layout added the hyphen between two halves of a word.

    Browsers print U+2010 at a soft hyphen.
    """
    if left.endswith(_UNICODE_HYPHEN):
        return True
    ending = re.match(r"\w+", right)
    return ending is not None and hyphens.are_halves(beginning, ending.group())


class HyphenRules:
    """Distinguishes words broken by layout from compounds with a hyphen."""

    def __init__(self, source: str) -> None:
        self._source = source

    def are_halves(self, beginning: str, ending: str) -> bool:
        """Whether "begin-" and "ning" are one word, not a compound."""
        beginning, ending = beginning.lower(), ending.lower()
        joined = beginning + ending
        if joined in self._source_words or is_word(joined):
            return True
        if f"{beginning}-{ending}" in self._source_compounds:
            return False
        # "opposition-" and "controlled" are words; "imple-" can only be half of one.
        are_words = self._is_word(beginning) and self._is_word(ending)
        return not (are_words or beginning.isdigit() or len(beginning) == 1)

    def _is_word(self, word: str) -> bool:
        return word in self._source_words or is_word(word)

    # Built only for a text with a hyphen at the end of a line; most have none.
    @cached_property
    def _source_words(self) -> set[str]:
        # Exclude the halves themselves, before and after a hyphen.
        whole = r"(?<![\w-])(?<!-\n)(?<!-\r\n)\w+(?![\w-])"
        return set(re.findall(whole, self._source.lower()))

    @cached_property
    def _source_compounds(self) -> set[str]:
        return set(re.findall(r"\w+-\w+", self._source.lower()))
