"""The reading view: a document as people read it, mapped to its source.

Hard line breaks are folded, page noise is skipped, and a paragraph that noise cut in
two is whole again. `Reading.locate` turns a range of the view into spans of the source:
more than one where noise lies between them. A document is read once; what needs its
view or its line index is given the `Reading`.
"""

from __future__ import annotations

import bisect
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from claimcheck.models.span import LineIndex, Span
from claimcheck.text.mapping import MappedPiece, MappedText
from claimcheck.text.noise import (
    FORM_FEED,
    PAGE_NUMBER,
    RUNNING_FOOT,
    RUNNING_HEAD,
    SUBTITLE_CUE,
    Noise,
    find_noise,
)

# Words with single spaces between them: they are the same in source and view.
_WORD_RUN = re.compile(r"\S+(?: \S+)*")
_BULLETS = frozenset("-*•–‣◦")
_MAX_BULLET_CHARACTERS = 20  # of a bullet and the spaces behind it
_BULLET = re.compile(r"[ \t]*(?:[-*•–‣◦]|\d{1,3}[.)]|#{1,6})[ \t]+")
# The Arabic, CJK and Devanagari marks end sentences there as a full stop does here.
SENTENCE_ENDS = ".!?…。！？।؟"
CLOSING_MARKS = "\"'”’»)]"
_TERMINAL_PUNCTUATION = re.compile(
    rf"[{SENTENCE_ENDS}:;][{re.escape(CLOSING_MARKS)}]*$"
)
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
# Noise at which a text may break anywhere, also in the middle of a sentence.
_PAGE_OR_CUE_REASONS = (SUBTITLE_CUE, PAGE_NUMBER, RUNNING_FOOT, RUNNING_HEAD)
_SOFT_HYPHEN, _UNICODE_HYPHEN = "\u00ad", "\u2010"
# The last character of a line whose break is a space: not a hyphen, and not CJK.
_SPACED_LINE_END = re.compile(r"[^\u00ad\u2010\u2e80-\U0010ffff-]")
# A comma or semicolon at the end is a list or a verse, not a heading.
_NON_HEADING_ENDINGS = (*SENTENCE_ENDS, ",", ";")
# Chosen by hand, as are the two shares and lengths below.
_MAX_HEADING_CHARACTERS, _MAX_HEADING_WORDS = 120, 16
# Lines of more characters show the page width, or are more than a heading.
_MIN_TEXT_LINE_CHARACTERS = 40
_SHORT_LINE_SHARE = 0.6  # of the width of a page


class Block(NamedTuple):
    """A paragraph of the view: text[start:end]. Headings are not sentences."""

    start: int
    end: int
    heading: bool


class Reading:
    """The reading view of a source text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.noise = find_noise(source)
        self._noise_ends = [noise.end for noise in self.noise]
        self._mapped, self.blocks = _assemble(source, self.noise)
        self.text = self._mapped.text

    @cached_property
    def lines(self) -> LineIndex:
        """The line index of the source, built once, when first needed."""
        return LineIndex(self.source)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans of the source that text[start:end] was read from.

        They are in order, without noise, and without white space at their ends.
        """
        low, high = self._mapped.locate(start, end)
        first = bisect.bisect_right(self._noise_ends, low)
        last = bisect.bisect_left(self.noise, high, key=lambda noise: noise.start)
        spans: list[Span] = []
        for noise in self.noise[first:last]:
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

    @cache
    # Built only for a text with a hyphen at the end of a line; most have none.
    def list_words() -> set[str]:
        return set(re.findall(r"\w+", source.lower()))

    pieces: list[MappedPiece] = []
    blocks: list[tuple[int, int]] = []
    list_items: set[int] = set()
    length = 0
    for paragraph in _join_paragraphs(source, _find_paragraphs(source, noise)):
        folded = _fold_as_one_piece(source, paragraph)
        if not folded:
            ranges = _find_text_ranges(source, paragraph, noise)
            folded = _fold_ranges(source, ranges, list_words)
        if not folded:
            continue
        if pieces:
            # The blank line between paragraphs stands for an empty range of the source.
            pieces.append(MappedPiece("\n\n", folded[0].start, folded[0].start))
            length += 2
        start = length
        pieces += folded
        length += sum([len(piece.text) for piece in folded])
        if paragraph.is_list_item(source):
            list_items.add(start)
        blocks.append((start, length))
    mapped = MappedText(pieces)
    return mapped, _mark_headings(mapped.text, blocks, list_items)


def _mark_headings(
    text: str, blocks: list[tuple[int, int]], list_items: set[int]
) -> tuple[Block, ...]:
    """Mark short blocks without a full stop, unless that is all there is.

    `list_items` has the starts of the blocks that follow a bullet: they are text.
    """
    marks: list[bool] = []
    for start, end in blocks:
        is_heading = start not in list_items and _looks_like_heading(text[start:end])
        marks.append(is_heading)
    # A poem, or a list of names, is text and not a page of headings.
    some_text = not all(marks)
    marked: list[Block] = []
    for (start, end), mark in zip(blocks, marks, strict=True):
        marked.append(Block(start, end, mark and some_text))
    return tuple(marked)


def _looks_like_heading(text: str) -> bool:
    return (
        len(text) <= _MAX_HEADING_CHARACTERS
        and text.count(" ") < _MAX_HEADING_WORDS
        and not text.rstrip(CLOSING_MARKS).endswith(_NON_HEADING_ENDINGS)
    )


class _Line(NamedTuple):
    """A source line without noise, bullet and outer white space.

    `words` is source[start:end], empty also after a bullet that nothing follows.
    `ends_page`: the line is blank and ends a page or a subtitle, where a sentence may
    be cut anywhere.
    """

    start: int
    end: int
    words: str
    blank: bool
    noisy: bool
    bullet: bool = False
    ends_page: bool = False


@dataclass(slots=True)
class _Paragraph:
    """Lines that belong together: source[start:end].

    `last` is the text of the last line. `whole`: nothing in between is left out, and
    each line break is a space in the view. `bullet`: the first line opens a list item.
    `after_page`: a page or a subtitle ends just before.
    """

    start: int
    end: int
    last: str
    lines: int
    whole: bool
    bullet: bool
    after_noise: bool
    after_page: bool

    def takes(self, line: _Line, wrap: float) -> bool:
        """Whether a line continues this paragraph, on a page `wrap` wide."""
        if line.blank or line.bullet:
            return False
        # A line much shorter than the page was ended by its author.
        return (
            len(self.last) >= _SHORT_LINE_SHARE * wrap
            or line.words[:1].islower()
            or self.last.endswith((",", "-", "–", "—"))
        )

    def is_list_item(self, source: str) -> bool:
        """Whether a bullet opens the paragraph, and not a number or a "#"."""
        before = source[max(0, self.start - _MAX_BULLET_CHARACTERS) : self.start]
        return self.bullet and before.rstrip(" \t")[-1:] in _BULLETS

    def add_line(self, line: _Line) -> None:
        if line.noisy or not _SPACED_LINE_END.fullmatch(self.last[-1:]):
            self.whole = False
        self.end, self.last = line.end, line.words
        self.lines += 1

    def add_paragraph(self, other: _Paragraph) -> None:
        self.whole = False
        self.end, self.last = other.end, other.last
        self.lines += other.lines


def _find_paragraphs(source: str, noise: tuple[Noise, ...]) -> Iterator[_Paragraph]:
    """Yield runs of text lines, split at blank lines, noise and list items."""
    lines = source.splitlines(keepends=True)
    lengths = [len(line) for line in lines if len(line) > _MIN_TEXT_LINE_CHARACTERS]
    # The median is not moved by the short last lines of paragraphs.
    wrap = statistics.median(lengths) if lengths else 0
    current: _Paragraph | None = None
    after_noise = after_page = False
    for line in _find_lines(source, lines, noise):
        if current and current.takes(line, wrap):
            current.add_line(line)
            continue
        if current:
            yield current
            current, after_noise, after_page = None, False, False
        if line.blank:
            after_noise |= line.noisy
            after_page |= line.ends_page
            continue
        current = _Paragraph(
            start=line.start,
            end=line.end,
            last=line.words,
            lines=1,
            whole=not line.noisy,
            bullet=line.bullet,
            after_noise=after_noise,
            after_page=after_page,
        )
    if current:
        yield current


def _find_lines(
    source: str, lines: list[str], noise: tuple[Noise, ...]
) -> Iterator[_Line]:
    index = end = 0
    for line in lines:
        start, end = end, end + len(line)
        # Both lists are in order, so one pass over them is enough.
        while index < len(noise) and noise[index].end <= start:
            index += 1
        noisy = index < len(noise) and noise[index].start < end
        ranges = [(start, end)]
        if noisy:
            ranges = _subtract_noise(source, start, end, noise, index)
        if not ranges or not line.strip():
            ends_page = FORM_FEED in source[max(0, start - 1) : end]
            if noisy:
                ends_page |= noise[index].reason in _PAGE_OR_CUE_REASONS
            yield _Line(start, end, "", True, noisy, ends_page=ends_page)
            continue
        bullet = _BULLET.match(source, *ranges[0])
        text_start = bullet.end() if bullet else ranges[0][0]
        text = source[text_start : ranges[-1][1]]
        words = text.strip()
        text_start += text.find(words[:1])
        text_end = text_start + len(words)
        yield _Line(text_start, text_end, words, False, noisy, bullet is not None)


def _subtract_noise(
    source: str, start: int, end: int, noise: tuple[Noise, ...], index: int
) -> list[tuple[int, int]]:
    """Return the parts of a range that are neither noise nor blank."""
    ranges: list[tuple[int, int]] = []
    position = start
    while index < len(noise) and noise[index].start < end:
        ranges.append((position, max(position, noise[index].start)))
        position = max(position, noise[index].end)
        index += 1
    ranges.append((min(position, end), end))
    return [(left, right) for left, right in ranges if source[left:right].strip()]


def _join_paragraphs(source: str, paragraphs: Iterator[_Paragraph]) -> list[_Paragraph]:
    """Join a paragraph that stops mid-sentence with its continuation."""
    joined: list[_Paragraph] = []
    for paragraph in paragraphs:
        if joined and _is_continuation(source, joined[-1], paragraph):
            joined[-1].add_paragraph(paragraph)
        else:
            joined.append(paragraph)
    return joined


def _is_continuation(source: str, before: _Paragraph, paragraph: _Paragraph) -> bool:
    starts_lower = source[paragraph.start : paragraph.start + 1].islower()
    if paragraph.bullet or not (starts_lower or paragraph.after_page):
        return False
    if _TERMINAL_PUNCTUATION.search(before.last):
        return False
    if before.lines > 1 or len(before.last) > _MIN_TEXT_LINE_CHARACTERS:
        return True
    # A heading at the foot of a page does not begin a sentence of the next page.
    return paragraph.after_noise and (starts_lower or FORM_FEED not in source)


def _fold_as_one_piece(source: str, paragraph: _Paragraph) -> list[MappedPiece]:
    """Return a paragraph as one piece if its characters map one to one."""
    if not paragraph.whole:
        return []
    text = source[paragraph.start : paragraph.end].replace("\n", " ")
    # Other white space than single spaces may be longer than what replaces it.
    if "  " in text or not text.isprintable():
        folded = " ".join(text.split())
        if len(folded) != len(text):
            return []
        text = folded
    return [MappedPiece(text, paragraph.start, paragraph.end)] if text else []


def _find_text_ranges(
    source: str, paragraph: _Paragraph, noise: tuple[Noise, ...]
) -> list[tuple[int, int]]:
    index = bisect.bisect_right(noise, paragraph.start, key=lambda cut: cut.end)
    return _subtract_noise(source, paragraph.start, paragraph.end, noise, index)


def _fold_ranges(
    source: str, ranges: Iterable[tuple[int, int]], list_words: Callable[[], set[str]]
) -> list[MappedPiece]:
    """Join the words of ranges with single spaces; rejoin broken words."""
    folded: list[MappedPiece] = []
    last: MappedPiece | None = None
    for start, end in ranges:
        for match in _WORD_RUN.finditer(source, start, end):
            words = MappedPiece(match.group(), match.start(), match.end())
            if last is not None:
                gap, last = _resolve_gap(last, words, list_words, source)
                folded.append(last)
                if gap:
                    folded.append(MappedPiece(gap, last.end, words.start))
            last = words
    return folded if last is None else [*folded, last]


def _resolve_gap(
    left: MappedPiece,
    right: MappedPiece,
    list_words: Callable[[], set[str]],
    source: str,
) -> tuple[str, MappedPiece]:
    """Return the separator of two word runs, and the left run to use."""
    between = source[left.end : right.start]
    if "\n" not in between and "\r" not in between:
        return " ", left
    without_hyphen = MappedPiece(left.text[:-1], left.start, left.end - 1)
    if left.text.endswith(_SOFT_HYPHEN):
        return "", without_hyphen
    if left.text.endswith(("-", _UNICODE_HYPHEN)) and right.text[:1].islower():
        beginning = _find_last_word(without_hyphen.text)
        if beginning and _is_hyphen_added(left.text, beginning, right.text, list_words):
            return "", without_hyphen
        if beginning:
            return "", left
    if _CJK.match(left.text[-1]) and _CJK.match(right.text[0]):
        return "", left
    return " ", left


def _find_last_word(text: str) -> str:
    """Return the word that a text ends in, or an empty string."""
    # From the end: a pattern with "$" would be tried at each letter of a long word.
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:]


def _is_hyphen_added(
    left: str, beginning: str, right: str, list_words: Callable[[], set[str]]
) -> bool:
    """Whether layout added the hyphen between two halves of a word.

    Browsers print U+2010 at a soft hyphen. People type "-", in compounds too, so that
    such a hyphen was added only if the document has the joined word elsewhere.
    """
    if left.endswith(_UNICODE_HYPHEN):
        return True
    ending = re.match(r"\w+", right)
    return ending is not None and (beginning + ending.group()).lower() in list_words()
