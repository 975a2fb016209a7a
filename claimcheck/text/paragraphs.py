"""Group the lines of a source text into paragraphs.

A paragraph ends at a blank line, a list item, a speaker label, a row of a table, or a
line that its author ended early. A paragraph that a page break or a caption cut in two
is rejoined.
"""

from __future__ import annotations

import re
import statistics
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from claimcheck.resources import read_words
from claimcheck.text.noise import SUBTITLE_CUE, TIME, Noise, is_captions
from claimcheck.text.running_heads import (
    FORM_FEED,
    PAGE_NUMBER,
    RUNNING_FOOT,
    RUNNING_HEAD,
)
from claimcheck.text.speakers import SpeakerLabel, Speakers
from claimcheck.text.tables import find_tables

# Includes the Arabic, CJK, and Devanagari marks that correspond to ours.
SENTENCE_ENDS = ".!?…。！？।؟"
CLOSING_MARKS = "\"'”’»“«)]"  # "„Ja.“", "« Oui. »", and »Ja.« too
_TERMINAL_PUNCTUATION = re.compile(
    rf"[{SENTENCE_ENDS}:;](?:\s?[{re.escape(CLOSING_MARKS)}])*$"
)
_BULLETS = frozenset("-*+•–‣◦")
# Not the day of "14. Mai 2032".
_DAY = rf"\d{{1,2}}\.\s+(?:{'|'.join(read_words('foreign_months'))})\s+\d{{4}}\b"
_BULLET = re.compile(
    rf"[ \t]*(?!{_DAY})(?:[-*+•–‣◦]|\d{{1,3}}[.)]|#{{1,6}}"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}(?=[ \t]+(?-i:[A-Z])))[ \t]+",
    re.IGNORECASE,
)
_MAX_BULLET_CHARACTERS = 20  # of a bullet and the spaces after it
# Noise that may interrupt a text anywhere, even within a sentence.
_PAGE_OR_CUE_REASONS = (SUBTITLE_CUE, TIME, PAGE_NUMBER, RUNNING_FOOT, RUNNING_HEAD)
# The last character of a line whose break is a space: not a hyphen, and not CJK.
_SPACED_LINE_END = re.compile(r"[^\u00ad\u2010\u2e80-\U0010ffff-]")
# Longer lines indicate the page width, or are too long for a heading. Chosen by hand,
# as are the numbers below.
MIN_TEXT_LINE_CHARACTERS = 40
_SHORT_LINE_SHARE = 0.6  # of the width of a page
# Captions without punctuation are cut into pieces of about this length.
_MAX_UNPUNCTUATED_CHARACTERS = 240
_ELLIPSES = ("...", "…")


# Characters that may precede a label on its line.
_QUOTE_MARKS = "> \t*"


class ParagraphKind(Enum):
    """The kind of a paragraph. Only `TEXT` has sentences."""

    TEXT = "text"
    HEADING = "heading"
    LABEL = "label of a speaker"
    TABLE = "table"
    REFERENCE = "reference list"


class _Line(NamedTuple):
    """A source line without noise, bullet, and outer white space.

    `words` is source[start:end]; it is also empty for a bullet without text.
    `ends_page` means that the line is blank and ends a page or a subtitle, which may
    cut a sentence anywhere. `opens` means that it never continues the previous line.
    """

    start: int
    end: int
    words: str
    blank: bool = False
    noisy: bool = False
    bullet: bool = False
    ends_page: bool = False
    opens: bool = False
    kind: ParagraphKind = ParagraphKind.TEXT


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together: source[start:end].

    `last` is the text of the last line. `contiguous` means that nothing in between is
    left out, and each line break is a space in the view. `bullet` means that the first
    line opens a list item, `opens` that a speaker begins here, and `after_page` that a
    page or a subtitle ends just before. `unfinished` is the number of characters since
    the last end of a sentence.
    """

    start: int
    end: int
    last: str
    lines: int
    contiguous: bool
    bullet: bool
    opens: bool
    kind: ParagraphKind
    after_noise: bool
    after_page: bool
    unfinished: int

    def takes(self, line: _Line, wrap: float) -> bool:
        """Whether a line continues this paragraph, on a page `wrap` wide."""
        if line.blank or line.bullet or line.opens:
            return False
        if self.kind is not ParagraphKind.TEXT or line.kind is not ParagraphKind.TEXT:
            return False
        # A line much shorter than the page was ended by its author.
        return (
            len(self.last) >= _SHORT_LINE_SHARE * wrap
            or line.words[:1].islower()
            or self.last.endswith((",", "-", "–", "—"))
        )

    def is_list_item(self, source: str) -> bool:
        """Whether the paragraph starts with a bullet, not a number or "#"."""
        before = source[max(0, self.start - _MAX_BULLET_CHARACTERS) : self.start]
        return self.bullet and before.rstrip(" \t")[-1:] in _BULLETS

    def is_open(self) -> bool:
        """Whether the last sentence may continue elsewhere."""
        return _TERMINAL_PUNCTUATION.search(self.last) is None

    def is_running_text(self) -> bool:
        """Whether the paragraph is too long for a heading."""
        return self.lines > 1 or len(self.last) > MIN_TEXT_LINE_CHARACTERS

    def add_line(self, line: _Line) -> None:
        """Append a line of the source."""
        if line.noisy or not _SPACED_LINE_END.fullmatch(self.last[-1:]):
            self.contiguous = False
        self._extend(line.end, line.words, 1)

    def add_paragraph(self, other: Paragraph) -> None:
        """Append the rest of the paragraph, which noise separated from it."""
        self.contiguous = False
        self._extend(other.end, other.last, other.lines)

    def _extend(self, end: int, last: str, lines: int) -> None:
        self.end, self.last = end, last
        self.lines += lines
        tail = max(last.rfind(mark) for mark in SENTENCE_ENDS)
        self.unfinished = len(last) - tail if tail >= 0 else self.unfinished + len(last)


def find_paragraphs(
    source: str, noise: tuple[Noise, ...], speakers: Speakers
) -> list[Paragraph]:
    """Return the paragraphs of a text in order, without noise."""
    joined: list[Paragraph] = []
    for paragraph in _group_lines(source, noise, speakers):
        if joined and _is_continuation(source, joined[-1], paragraph):
            joined[-1].add_paragraph(paragraph)
        else:
            joined.append(paragraph)
    return joined


def _is_continuation(source: str, before: Paragraph, paragraph: Paragraph) -> bool:
    """Whether a paragraph continues the sentence of the one before."""
    are_text = before.kind is paragraph.kind is ParagraphKind.TEXT
    if not are_text or paragraph.bullet or paragraph.opens:
        return False
    start = source[paragraph.start : paragraph.start + len("...")]
    starts_lower = start[:1].islower()
    if not before.is_open():
        return paragraph.after_page and _is_resumed(before.last, start)
    if paragraph.after_page:
        if before.unfinished > _MAX_UNPUNCTUATED_CHARACTERS:
            return False
    elif not starts_lower:
        return False
    # A heading at the foot of a page is not continued on the next page.
    is_same_page = starts_lower or FORM_FEED not in source
    return before.is_running_text() or (paragraph.after_noise and is_same_page)


def _is_resumed(before: str, start: str) -> bool:
    """Whether subtitles resume a sentence: "They came..." / "...by ferry."."""
    return before.endswith(_ELLIPSES) and start.startswith(_ELLIPSES)


def _group_lines(
    source: str, noise: tuple[Noise, ...], speakers: Speakers
) -> Iterator[Paragraph]:
    """Yield runs of text lines split at blank lines, noise, and list items."""
    lines = source.splitlines(keepends=True)
    lengths = [len(line) for line in lines if len(line) > MIN_TEXT_LINE_CHARACTERS]
    # The median is not affected by the short last lines of paragraphs.
    # The lines of subtitles have no common width.
    wrap = statistics.median(lengths) if lengths and not is_captions(source) else 0
    current: Paragraph | None = None
    after_noise = after_page = False
    found = list(_LineFinder(source, noise, speakers).find(lines))
    widths = _measure_narrow_blocks(found)
    for line, width in zip(found, widths, strict=True):
        if current and current.takes(line, width or wrap):
            current.add_line(line)
            continue
        if current:
            yield current
            current, after_noise, after_page = None, False, False
        if line.blank:
            after_noise |= line.noisy
            after_page |= line.ends_page
            continue
        current = _open_paragraph(line, after_noise, after_page)
    if current:
        yield current


def _measure_narrow_blocks(lines: list[_Line]) -> list[float]:
    """Return the width of the column that each line is in, or 0.

    The lines of a column are shorter than those of a page, and most start in the
    middle of a sentence.
    """
    widths: list[float] = []
    for is_blank, group in groupby(lines, key=lambda line: line.blank):
        block = list(group)
        inner = sum(line.words[:1].islower() for line in block[1:])
        is_wrapped = not is_blank and len(block) > 2 and 2 * inner >= len(block) - 1
        lengths = [len(line.words) for line in block]
        width = statistics.median(lengths) if is_wrapped else 0.0
        widths += [width] * len(block)
    return widths


def _open_paragraph(line: _Line, after_noise: bool, after_page: bool) -> Paragraph:
    return Paragraph(
        start=line.start,
        end=line.end,
        last=line.words,
        lines=1,
        contiguous=not line.noisy,
        bullet=line.bullet,
        opens=line.opens,
        kind=line.kind,
        after_noise=after_noise,
        after_page=after_page,
        unfinished=len(line.words),
    )


class _LineFinder:
    """Finds the text in the lines of a source, in one pass over all lists."""

    def __init__(
        self, source: str, noise: tuple[Noise, ...], speakers: Speakers
    ) -> None:
        self._source = source
        self._noise = noise
        self._noise_index = 0
        self._speakers = speakers
        self._label_ends = [label.end for label in speakers.labels]
        self._tables = find_tables(source)

    def find(self, lines: list[str]) -> Iterator[_Line]:
        """Yield the parts of each line: a label, and the text."""
        end = 0
        for line in lines:
            start, end = end, end + len(line)
            label = self._find_label(start, end)
            if label is None or self._source[start : label.start].strip(_QUOTE_MARKS):
                yield self._read_line(start, end, ParagraphKind.TEXT)
                continue
            label_end = min(label.end, end)
            yield self._read_line(start, label_end, ParagraphKind.LABEL)
            if self._source[label_end:end].strip():
                yield self._read_line(label_end, end, ParagraphKind.TEXT)

    def _find_label(self, start: int, end: int) -> SpeakerLabel | None:
        """Return the label at the start of a line, if any."""
        index = bisect_right(self._label_ends, start)
        if index < len(self._label_ends):
            label = self._speakers.labels[index]
            return label if label.start < end else None
        return None

    def _read_line(self, start: int, end: int, kind: ParagraphKind) -> _Line:
        noise, index = self._noise, self._skip_noise(start)
        noisy = index < len(noise) and noise[index].start < end
        ranges = [(start, end)]
        if noisy:
            ranges = subtract_noise(self._source, start, end, noise, index)
        if not ranges or not self._source[start:end].strip():
            ends_page = FORM_FEED in self._source[max(0, start - 1) : end]
            if noisy:
                ends_page |= noise[index].reason in _PAGE_OR_CUE_REASONS
            return _Line(start, end, "", blank=True, noisy=noisy, ends_page=ends_page)
        return self._strip_line(ranges, noisy, kind)

    def _skip_noise(self, start: int) -> int:
        index = self._noise_index
        while index < len(self._noise) and self._noise[index].end <= start:
            index += 1
        self._noise_index = index
        return index

    def _strip_line(
        self, ranges: list[tuple[int, int]], noisy: bool, kind: ParagraphKind
    ) -> _Line:
        """Return a line that has text, without its bullet and white space."""
        first, last = ranges[0][0], ranges[-1][1]
        is_row = self._tables.contains(first)
        bullet = None if is_row else _BULLET.match(self._source, *ranges[0])
        start = bullet.end() if bullet else first
        text = self._source[start:last]
        words = text.strip()
        start += text.find(words[:1])
        return _Line(
            start=start,
            end=start + len(words),
            words=words,
            noisy=noisy,
            bullet=bullet is not None,
            opens=self._speakers.starts_turn(first, start + 1),
            kind=ParagraphKind.TABLE if is_row and kind is ParagraphKind.TEXT else kind,
        )


def subtract_noise(
    source: str, start: int, end: int, noise: tuple[Noise, ...], index: int
) -> list[tuple[int, int]]:
    """Return the parts of a range that are neither noise nor blank.

    `index` is that of the first noise that ends after `start`.
    """
    ranges: list[tuple[int, int]] = []
    position = start
    while index < len(noise) and noise[index].start < end:
        ranges.append((position, max(position, noise[index].start)))
        position = max(position, noise[index].end)
        index += 1
    ranges.append((min(position, end), end))
    return [(left, right) for left, right in ranges if source[left:right].strip()]
