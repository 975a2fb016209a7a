"""Ranges of a document's text."""

from __future__ import annotations

from dataclasses import dataclass


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
    """A span together with its characters: `text == document.text[start:end]`, line breaks included."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.text) or not self.text:
            raise ValueError(
                f"excerpt [{self.start}, {self.end}) does not fit its {len(self.text)} characters"
            )


def excerpts(text: str, spans: tuple[Span, ...]) -> tuple[Excerpt, ...]:
    """The characters of `text` at each span, in the order given."""
    return tuple(Excerpt(span.start, span.end, text[span.start : span.end]) for span in spans)


def readable(parts: tuple[Excerpt, ...]) -> str:
    """The quote that a person reads: white space folded, parts joined with an ellipsis."""
    return " … ".join(" ".join(part.text.split()) for part in parts)
