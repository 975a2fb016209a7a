"""The reading view: a document as a person reads it, with the way back to its characters.

Hard line breaks are folded, page noise is stepped over, a paragraph that noise has cut in two is
one again. `spans` turns any range of the view into the document's own spans: more than one where
noise stands in between.
"""

from __future__ import annotations

import bisect
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice, takewhile
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

_WORD_RUN = re.compile(r"\S+(?: \S+)*")
_BULLET = re.compile(r"[ \t]*(?:[-*•–‣◦]|\d{1,3}[.)]|#{1,6})[ \t]+")
_TERMINAL_PUNCTUATION = re.compile(r"[.!?…:;。！？।؟][\"'”’»)\]]*$")
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_PAGE_OR_CUE_REASONS = (SUBTITLE_CUE, PAGE_NUMBER, RUNNING_FOOT, RUNNING_HEAD)
_HYPHENS = "-\u2010\u00ad"
_FIRST_CJK = "\u2e80"
_NON_HEADING_ENDINGS = tuple(".!?…。！？।؟,;")
_CLOSING_MARKS = "\"'”’»)]"
_BROKEN_WORD = re.compile(r"(\w+)[-\u2010]$")


class Block(NamedTuple):
    """A paragraph of the view, text[start:end]; a heading is no sentence."""

    start: int
    end: int
    heading: bool


@dataclass(slots=True)
class _Paragraph:
    """Lines that read on, source[start:end]; `last` has the words of the last of them.

    `whole`: nothing in between is left out, and each line break is a space in the view. `bullet`: the first line opens a
    list item. `after_cut`: a page or a subtitle ends before, a place where sentences are cut anywhere.
    """

    start: int
    end: int
    last: str
    lines: int
    whole: bool
    bullet: bool
    after_noise: bool
    after_cut: bool


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
        """The line index of the source; it is built once, when first needed."""
        return LineIndex(self.source)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans of the source that text[start:end] was read from."""
        low, high = self._mapped.locate(start, end)
        first = bisect.bisect_right(self._noise_ends, low)
        cuts = list(
            takewhile(lambda noise: noise.start < high, islice(self.noise, first, None))
        )
        edges = [
            low,
            *(edge for noise in cuts for edge in (noise.start, noise.end)),
            high,
        ]
        return tuple(
            span
            for left, right in zip(edges[::2], edges[1::2], strict=True)
            if left < right and (span := self._stripped(left, right))
        )

    def locate_extent(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the source from the first to the last character."""
        return self._mapped.locate(start, end)

    def _stripped(self, start: int, end: int) -> Span | None:
        part = self.source[start:end]
        left = start + len(part) - len(part.lstrip())
        right = end - (len(part) - len(part.rstrip()))
        return Span(left, right) if left < right else None


def _assemble(
    source: str, noise: tuple[Noise, ...]
) -> tuple[MappedText, tuple[Block, ...]]:
    @cache
    def vocabulary() -> set[str]:
        return set(re.findall(r"\w+", source.lower()))

    pieces: list[MappedPiece] = []
    blocks: list[tuple[int, int]] = []
    length = 0
    for paragraph in _join_paragraphs(source, _find_paragraphs(source, noise)):
        whole = _fold_as_one_piece(source, paragraph)
        words = (
            [whole]
            if whole
            else _fold_ranges(
                source, _find_text_ranges(source, paragraph, noise), vocabulary
            )
        )
        if not words:
            continue
        if pieces:
            pieces.append(MappedPiece("\n\n", words[0].start, words[0].start))
            length += 2
        start = length
        pieces += words
        length += sum([len(piece.text) for piece in words])
        blocks.append((start, length))
    mapped = MappedText(pieces)
    return mapped, _mark_headings(mapped.text, blocks)


def _find_paragraphs(source: str, noise: tuple[Noise, ...]) -> Iterator[_Paragraph]:
    """Yield runs of text lines, split at blank lines, noise and list items."""
    lines = source.splitlines(keepends=True)
    wide = [len(line) for line in lines if len(line) > 40]
    wrap = statistics.median(wide) if wide else 0
    current: _Paragraph | None = None
    after_noise = after_cut = False
    index = end = 0
    for line in lines:
        start, end = end, end + len(line)
        while index < len(noise) and noise[index].end <= start:
            index += 1
        noisy = index < len(noise) and noise[index].start < end
        kept = (
            _subtract_noise(source, start, end, noise, index)
            if noisy
            else [(start, end)]
        )
        if not kept or not line.strip():
            if current:
                yield current
                current, after_noise, after_cut = None, False, False
            after_noise = after_noise or noisy
            after_cut = after_cut or _is_page_or_cue_break(
                source, start, end, noise, index
            )
            continue
        bullet = _BULLET.match(source, *kept[0])
        start = bullet.end() if bullet else kept[0][0]
        text = source[start : kept[-1][1]] if bullet or noisy else line
        words = text.strip()
        start += text.find(words[:1])
        if (
            current
            and not bullet
            and not _is_deliberate_break(current.last, words, wrap)
        ):
            current.whole = (
                current.whole
                and not noisy
                and not _may_join_without_space(current.last)
            )
            current.lines += 1
            current.end, current.last = start + len(words), words
            continue
        if current:
            yield current
            after_noise = after_cut = False
        current = _Paragraph(
            start,
            start + len(words),
            words,
            1,
            not noisy,
            bullet is not None,
            after_noise,
            after_cut,
        )
    if current:
        yield current


def _is_page_or_cue_break(
    source: str, start: int, end: int, noise: tuple[Noise, ...], index: int
) -> bool:
    """Whether a line without text ends a page or a subtitle."""
    if FORM_FEED in source[max(0, start - 1) : end]:
        return True
    here = noise[index] if index < len(noise) and noise[index].start < end else None
    return here is not None and here.reason in _PAGE_OR_CUE_REASONS


def _subtract_noise(
    source: str, start: int, end: int, noise: tuple[Noise, ...], index: int
) -> list[tuple[int, int]]:
    """Return the parts of a range that are neither noise nor blank."""
    ranges, position = [], start
    while index < len(noise) and noise[index].start < end:
        ranges.append((position, max(position, noise[index].start)))
        position = max(position, noise[index].end)
        index += 1
    ranges.append((min(position, end), end))
    return [(left, right) for left, right in ranges if source[left:right].strip()]


def _is_deliberate_break(previous: str, line: str, wrap: float) -> bool:
    """Whether the author, not the page width, ended the previous line."""
    return (
        len(previous) < 0.6 * wrap
        and not line[:1].islower()
        and not previous.endswith((",", "-", "–", "—"))
    )


def _may_join_without_space(line: str) -> bool:
    """Whether the line break after this line may not stand for a space."""
    return line[-1:] in _HYPHENS or line[-1:] >= _FIRST_CJK


def _join_paragraphs(source: str, paragraphs: Iterator[_Paragraph]) -> list[_Paragraph]:
    """Join a paragraph that stops mid-sentence with its continuation."""
    joined: list[_Paragraph] = []
    for paragraph in paragraphs:
        goes_on = source[paragraph.start : paragraph.start + 1].islower()
        if joined and not paragraph.bullet and (goes_on or paragraph.after_cut):
            before = joined[-1]
            # a heading at the foot of a page is no beginning of the next page's sentence
            cued = paragraph.after_noise and (goes_on or FORM_FEED not in source)
            long_enough = before.lines > 1 or len(before.last) > 40 or cued
            if long_enough and not _TERMINAL_PUNCTUATION.search(before.last):
                before.end, before.last, before.whole = (
                    paragraph.end,
                    paragraph.last,
                    False,
                )
                before.lines += paragraph.lines
                continue
        joined.append(paragraph)
    return joined


def _fold_as_one_piece(source: str, paragraph: _Paragraph) -> MappedPiece | None:
    """Return the paragraph as one piece if each character maps to one character."""
    if not paragraph.whole:
        return None
    written = source[paragraph.start : paragraph.end].replace("\n", " ")
    if "  " in written or not written.isprintable():
        folded = " ".join(written.split())
        if len(folded) != len(written):
            return None
        written = folded
    return MappedPiece(written, paragraph.start, paragraph.end) if written else None


def _find_text_ranges(
    source: str, paragraph: _Paragraph, noise: tuple[Noise, ...]
) -> list[tuple[int, int]]:
    index = bisect.bisect_right(noise, paragraph.start, key=lambda cut: cut.end)
    return _subtract_noise(source, paragraph.start, paragraph.end, noise, index)


def _fold_ranges(
    source: str, ranges: Iterable[tuple[int, int]], vocabulary: Callable[[], set[str]]
) -> list[MappedPiece]:
    """Join the words of some ranges with single spaces; rejoin broken words."""
    folded: list[MappedPiece] = []
    last: MappedPiece | None = None
    for start, end in ranges:
        for match in _WORD_RUN.finditer(source, start, end):
            words = MappedPiece(match.group(), match.start(), match.end())
            if last is not None:
                gap, last = _resolve_gap(last, words, vocabulary, source)
                folded.append(last)
                if gap:
                    folded.append(MappedPiece(gap, last.end, words.start))
            last = words
    return folded if last is None else [*folded, last]


def _resolve_gap(
    left: MappedPiece,
    right: MappedPiece,
    vocabulary: Callable[[], set[str]],
    source: str,
) -> tuple[str, MappedPiece]:
    """Return the separator of two word runs, and the left run without its hyphen."""
    between = source[left.end : right.start]
    line_break = "\n" in between or "\r" in between
    if line_break and left.text.endswith("\u00ad"):
        return "", MappedPiece(left.text[:-1], left.start, left.end - 1)
    broken = _BROKEN_WORD.search(left.text) if left.text[-1] in "-\u2010" else None
    if line_break and broken and right.text[:1].islower():
        rest = re.match(r"\w+", right.text)
        if left.text.endswith(
            "\u2010"
        ):  # what browsers print at a soft hyphen; people type "-"
            return "", MappedPiece(left.text[:-1], left.start, left.end - 1)
        if (
            rest
            and len(left.text) > 1
            and (broken.group(1) + rest.group()).lower() in vocabulary()
        ):
            return "", MappedPiece(left.text[:-1], left.start, left.end - 1)
        return "", left
    if line_break and _CJK.match(left.text[-1]) and _CJK.match(right.text[0]):
        return "", left
    return " ", left


def _mark_headings(text: str, blocks: list[tuple[int, int]]) -> tuple[Block, ...]:
    """Mark short blocks without a full stop as headings."""
    heading = [_looks_like_heading(text[start:end]) for start, end in blocks]
    if all(heading):
        heading = [False] * len(blocks)
    return tuple(
        Block(start, end, mark)
        for (start, end), mark in zip(blocks, heading, strict=True)
    )


def _looks_like_heading(text: str) -> bool:
    return (
        len(text) <= 120
        and text.count(" ") < 16
        and not text.rstrip(_CLOSING_MARKS).endswith(_NON_HEADING_ENDINGS)
    )
