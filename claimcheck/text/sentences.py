"""Sentences of the reading view, with their offsets. The splitting is sentencex's."""

from __future__ import annotations

from dataclasses import dataclass

import sentencex

from claimcheck.text.reading import Reading

_OPENING, _CLOSING = "“«‹„", "”»›"


@dataclass(frozen=True, slots=True)
class Sentence:
    """view.text[start:end], in paragraph number `block`."""

    text: str
    start: int
    end: int
    block: int


def sentences(reading: Reading, language: str | None) -> tuple[Sentence, ...]:
    """The sentences of every block that is no heading, in order."""
    found: list[Sentence] = []
    for number, block in enumerate(reading.blocks):
        if block.heading:
            continue
        text = reading.text[block.start : block.end]
        for start, end in _bounds(text, language or "en"):
            part = text[start:end]
            left = block.start + start + len(part) - len(part.lstrip())
            right = block.start + end - (len(part) - len(part.rstrip()))
            if left < right:
                found.append(Sentence(reading.text[left:right], left, right, number))
    return tuple(found)


def _bounds(text: str, language: str) -> list[tuple[int, int]]:
    raw = [
        (boundary["start_index"], boundary["end_index"])
        for boundary in sentencex.get_sentence_boundaries(language, text)
    ]
    joined: list[tuple[int, int]] = []
    for start, end in raw:
        # sentencex parts at a full stop inside quotation marks; what is quoted in one breath stays whole
        # only while the sentence around it has not ended: `"Stop. Now," he said.`
        if joined and _continues(text[joined[-1][0] : joined[-1][1]], text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _continues(left: str, right: str) -> bool:
    return (
        right.lstrip()[:1].islower()
        and left.rstrip()[-1:] not in ".!?"
        and not right.lstrip().startswith("http")
    )
