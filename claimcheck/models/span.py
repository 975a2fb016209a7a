"""Ranges of a text, and their line, page, and subtitle time."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of `Document.text`.

    Offsets count Unicode code points (Python str indices), not bytes and not UTF-16
    units. The HTML report converts; nothing else may.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        # An empty span would be a location that shows nothing.
        if not 0 <= self.start < self.end:
            raise ValueError(f"span [{self.start}, {self.end}) is empty or reversed")


# Left, bottom, right, and top on a page, from its lower left corner: in points, or in
# pixels of a picture
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a document's words are on its pages.

    `pdf` is a PDF with text, in which they are looked up. `words` are those recognized
    in a scan: start, end, and rectangle.
    """

    pdf: bytes | None = None
    words: tuple[tuple[int, int, Rectangle], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Excerpt:
    """A span with its characters: `text == document.text[start:end]`.

    Line breaks are kept. `line` is where it starts, from 1. `page` (from 1) and `time`
    (of a subtitle, `hh:mm:ss.mmm`) are None in documents that have none.
    `rectangles` are its lines on the page, if the reader knows them.
    """

    start: int
    end: int
    text: str
    line: int
    page: int | None
    time: str | None
    # Not compared: they follow from the rest and the file.
    rectangles: tuple[Rectangle, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        # Catches offsets that were counted in bytes or UTF-16 units.
        if self.start < 0 or self.end - self.start != len(self.text) or not self.text:
            raise ValueError(
                f"excerpt [{self.start}, {self.end}) does not fit its "
                f"{len(self.text)} characters"
            )


def extract_excerpts(lines: LineIndex, spans: tuple[Span, ...]) -> tuple[Excerpt, ...]:
    """Return the text and location of each span, in the order given."""
    return tuple(
        Excerpt(
            span.start,
            span.end,
            lines.text[span.start : span.end],
            # Where it starts is enough to find it.
            lines.position(span.start)[0],
            lines.page(span.start),
            lines.time(span.start),
        )
        for span in spans
    )


def format_quote(parts: tuple[Excerpt, ...]) -> str:
    """Join excerpts with ellipses and collapse white space, for reading."""
    # The sign that people use for what a quotation leaves out.
    return " … ".join(" ".join(part.text.split()) for part in parts)


# The timing line of a cue, as SubRip (comma) and WebVTT (full stop) write it.
_SUBTITLE_CUE = re.compile(
    r"""
    ^[ \t]*
    ( (?:\d+:)? \d\d:\d\d [.,] \d{3} )      # start
    [ \t]+ --> [ \t]+
    (?:\d+:)? \d\d:\d\d [.,] \d{3}          # end
    [^\r\n]*                                # cue settings
    """,
    re.MULTILINE | re.VERBOSE,
)


class LineIndex:
    """Maps offsets of a text to lines, columns, pages, and subtitle times.

    Lines, columns, and pages count from 1; columns count code points. Form feeds
    separate pages, as in the text of a PDF. Built in one pass, then each lookup is a
    binary search. `parts` are the source, start, and end of joined documents.
    """

    def __init__(self, text: str, parts: Sequence[tuple[str, int, int]] = ()) -> None:
        self.text = text
        self._parts = [
            # Each has its own lines, because readers open the original, not the joined
            # text.
            PartLines(source, start, end, LineIndex(text[start:end]))
            for source, start, end in parts
        ]
        lines = _unify_line_breaks(text).split("\n")
        # Offsets at which lines start; every break is now one character.
        self._lines = list(accumulate([len(line) + 1 for line in lines], initial=0))
        # Most texts have neither pages nor cues: skip the search for them.
        self._pages = (
            [match.end() for match in re.finditer("\f", text)] if "\f" in text else []
        )
        self._cues = list(_SUBTITLE_CUE.finditer(text)) if "-->" in text else []
        self._cue_starts = [match.start() for match in self._cues]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the (line, column) of an offset."""
        # A document has thousands of spans; counting lines for each would be quadratic.
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def find_part(self, offset: int) -> PartLines | None:
        """Return the joined document that an offset is in, if any."""
        for part in self._parts:
            if part.start <= offset < part.end:
                return part
        return None

    def page(self, offset: int) -> int | None:
        """Return the page of an offset; None in a text without pages."""
        if not self._pages:
            return None
        return bisect.bisect_right(self._pages, offset) + 1

    def time(self, offset: int) -> str | None:
        """Return when the subtitle at an offset appears, as `hh:mm:ss.mmm`.

        None before the first cue and in a text without cues.
        """
        # The cue that starts last before the offset: its text reaches to the next one.
        cue = bisect.bisect_right(self._cue_starts, offset)
        if not cue:
            return None
        *hours, minutes, seconds = self._cues[cue - 1].group(1).split(":")
        # WebVTT may leave the hours out.
        hour = int(hours[0]) if hours else 0
        return f"{hour:02d}:{minutes}:{seconds.replace(',', '.')}"


def _unify_line_breaks(text: str) -> str:
    """Replace every line break with a line feed; the length stays the same."""
    if "\r" not in text:
        return text
    # A CRLF becomes a space and a line feed, so that no offset moves.
    return text.replace("\r\n", " \n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class PartLines:
    """A document that was joined with others: its range, and its own lines."""

    source: str
    start: int
    end: int
    lines: LineIndex
