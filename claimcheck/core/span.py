"""Ranges of a document's text."""

from __future__ import annotations

from dataclasses import dataclass

from claimcheck.core.places import Places


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


def excerpts(places: Places, spans: tuple[Span, ...]) -> tuple[Excerpt, ...]:
    """The characters at each span and where a person finds them, in the order given."""
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


def readable(parts: tuple[Excerpt, ...]) -> str:
    """The quote that a person reads: white space folded, parts joined with an ellipsis."""
    return " … ".join(" ".join(part.text.split()) for part in parts)
