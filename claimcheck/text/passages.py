"""Passages: a reading view cut into runs of whole sentences within a budget of tokens."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from claimcheck.core import tokens
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import sentences

_CONTEXT = 400  # characters of what stands before, so that pronouns can be resolved
_BREAK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """view.text[start:end], in about so many tokens; `context` is the end of what stands before it."""

    start: int
    end: int
    tokens: int
    context: str


def passages(reading: Reading, language: str | None, budget_tokens: int) -> tuple[Passage, ...]:
    """The view in passages of about the same length, each within the budget; together they are all of it.

    A sentence that is longer than the budget is cut between words.
    """
    starts = [sentence.start for sentence in sentences(reading, language, headings=True)]
    return _cut_passage(reading.text, (0, len(reading.text)), starts, budget_tokens)


def halved(reading: Reading, language: str | None, passage: Passage) -> tuple[Passage, ...]:
    """The passage in two, cut between sentences; itself alone where it is a single one."""
    starts = [
        sentence.start
        for sentence in sentences(reading, language, headings=True)
        if passage.start < sentence.start < passage.end
    ]
    if not starts:
        return (passage,)
    return _cut_passage(reading.text, (passage.start, passage.end), starts, math.ceil(passage.tokens / 2))


def _cut_passage(text: str, whole: tuple[int, int], starts: Sequence[int], budget: int) -> tuple[Passage, ...]:
    low, high = whole
    edges = [low, *(start for start in starts if low < start < high), high]
    units = [unit for start, end in pairwise(edges) for unit in _within(text, start, end, budget)]
    total = sum(count for _, _, count in units)
    for shares in itertools.count(math.ceil(total / budget) or 1):
        parts = _shared(units, total / shares)
        if max(count for _, count in parts) <= budget:
            break
    bounds = [*(start for start, _ in parts), high]
    return tuple(
        _passage(text, start, end, count)
        for (start, end), (_, count) in zip(pairwise(bounds), parts, strict=True)
    )


def _shared(units: Sequence[tuple[int, int, int]], share: float) -> list[tuple[int, int]]:
    """Where each share of the units starts, and the tokens in it; a unit goes where its middle is."""
    parts: dict[int, tuple[int, int]] = {}
    read = 0
    for start, _, count in units:
        place = int((read + count / 2) / share) if share else 0
        first, held = parts.get(place, (start, 0))
        parts[place] = (first, held + count)
        read += count
    return list(parts.values())


def _within(text: str, start: int, end: int, budget: int) -> list[tuple[int, int, int]]:
    """The range and its tokens, cut between words into as many as it takes."""
    count = tokens.count(text[start:end])
    if count <= budget:
        return [(start, end, count)]
    middle = (start + end) // 2
    breaks = [match.end() for match in _BREAK.finditer(text, start, end) if start < match.end() < end]
    cut = min(breaks, key=lambda place: abs(place - middle), default=middle)
    return [*_within(text, start, cut, budget), *_within(text, cut, end, budget)]


def _passage(text: str, start: int, end: int, count: int) -> Passage:
    context = text[max(0, start - _CONTEXT) : start]
    if start > _CONTEXT:
        context = context.partition(" ")[2]
    return Passage(start, end, count, " ".join(context.split()))
