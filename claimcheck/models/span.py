"""Where an offset stands for a person: line and column, page, time code."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of `Document.text`.

    Offsets count Unicode code points (Python str indices): not bytes, not UTF-16 units.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span [{self.start}, {self.end}) is empty or reversed")


@dataclass(frozen=True, slots=True, order=True)
class Excerpt:
    """A span together with its characters: `text == document.text[start:end]`, line breaks included.

    `line` is where it starts, from 1; `page` and `time` (of a subtitle, hh:mm:ss.mmm) only where the document has them.
    """

    start: int
    end: int
    text: str
    line: int
    page: int | None
    time: str | None

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.text) or not self.text:
            raise ValueError(
                f"excerpt [{self.start}, {self.end}) does not fit its {len(self.text)} characters"
            )


def extract_excerpts(places: LineIndex, spans: tuple[Span, ...]) -> tuple[Excerpt, ...]:
    """Return the text and location of each span, in the order given."""
    return tuple(
        Excerpt(
            span.start,
            span.end,
            places.text[span.start : span.end],
            places.position(span.start)[0],
            places.page(span.start),
            places.time(span.start),
        )
        for span in spans
    )


def format_quote(parts: tuple[Excerpt, ...]) -> str:
    """Join excerpts with ellipses and fold white space, for reading."""
    return " … ".join(" ".join(part.text.split()) for part in parts)


_SUBTITLE_CUE = re.compile(
    r"^[ \t]*((?:\d+:)?\d\d:\d\d[.,]\d{3})[ \t]+-->[ \t]+(?:\d+:)?\d\d:\d\d[.,]\d{3}[^\r\n]*",
    re.M,
)


class LineIndex:
    """The places of a text. Lines, columns and pages count from 1, columns in code points.

    Pages are parted by form feeds, as in the text of a PDF; times are those of subtitle cues (SubRip, WebVTT).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        lines = _unify_line_breaks(text).split("\n")
        self._lines = list(accumulate([len(line) + 1 for line in lines], initial=0))
        self._pages = (
            [match.end() for match in re.finditer("\f", text)] if "\f" in text else []
        )
        self._cues = list(_SUBTITLE_CUE.finditer(text)) if "-->" in text else []
        self._cue_starts = [match.start() for match in self._cues]

    def position(self, offset: int) -> tuple[int, int]:
        """The (line, column) at which `offset` stands."""
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def page(self, offset: int) -> int | None:
        """The page on which `offset` stands; None in a text without pages."""
        return bisect.bisect_right(self._pages, offset) + 1 if self._pages else None

    def time(self, offset: int) -> str | None:
        """When the subtitle at `offset` appears, as `hh:mm:ss.mmm`; None before the first cue and without cues."""
        cue = bisect.bisect_right(self._cue_starts, offset)
        if not cue:
            return None
        written = self._cues[cue - 1].group(1).replace(",", ".")
        hours, minutes, seconds = (
            written.split(":") if written.count(":") > 1 else ("0", *written.split(":"))
        )
        return f"{int(hours):02d}:{minutes}:{seconds}"


def _unify_line_breaks(text: str) -> str:
    """Replace every line break with a line feed; the length stays the same."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text
