"""Passages: a reading view cut into runs of whole sentences within a budget of tokens."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import sentencex

from claimcheck import tokens
from claimcheck.text.reading import Reading

_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_ONE = re.compile(r"[\w ,'’‘“”\"/&$%:;–—*+=#@-]*[.!?]?")  # nothing at which a sentence could end inside
# sentencex takes "May." for a month cut short; it never is, so a capital after it opens a sentence. And in tokenised
# text, where a full stop stands by itself, it waits for a capital that lower-cased text does not have
_MISSED = re.compile(r"\bMay\.\s+(?=[A-Z])|(?<=\s[.!?])\s(?:(?:''|[\"”])\s)?(?=\S)")


class Sentence(NamedTuple):
    """view.text[start:end], in paragraph number `block`."""

    text: str
    start: int
    end: int
    block: int


def word_count(text: str) -> int:
    """How many words a text has; in scripts without spaces two characters count as one."""
    spaceless = len(_SPACELESS.findall(text))
    return len(_SPACELESS.sub(" ", text).split()) + spaceless // 2


def sentences(reading: Reading, language: str | None, *, headings: bool = False) -> tuple[Sentence, ...]:
    """The sentences of every block in order; those of headings only when asked for."""
    found: list[Sentence] = []
    for number, block in enumerate(reading.blocks):
        if block.heading and not headings:
            continue
        text = reading.text[block.start : block.end]
        if _ONE.fullmatch(text):
            found.append(Sentence(text, block.start, block.end, number))
            continue
        for start, end in _bounds(text, language or "en"):
            part = text[start:end]
            if words := part.strip():
                left = block.start + start + part.index(words)
                found.append(Sentence(words, left, left + len(words), number))
    return tuple(found)


def split(text: str, language: str) -> list[str]:
    """The sentences of a text that is one paragraph."""
    bounds = [(0, len(text))] if _ONE.fullmatch(text) else _bounds(text, language)
    return [part for start, end in bounds if (part := text[start:end].strip())]


def _bounds(text: str, language: str) -> list[tuple[int, int]]:
    parts = sentencex.segment(language, text)  # every character is in one of them
    raw = list(pairwise(accumulate(map(len, parts), initial=0)))
    if "May." in text or " ." in text or " !" in text or " ?" in text:
        raw = [bounds for start, end in raw for bounds in _cut(text, start, end)]
    joined: list[tuple[int, int]] = []
    for start, end in raw:
        # sentencex parts at a full stop inside quotation marks; what is quoted in one breath stays whole
        # only while the sentence around it has not ended: `"Stop. Now," he said.`
        if joined and _continues(text[joined[-1][0] : start], text[start:end].lstrip()):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The range, cut where sentencex misses the end of a sentence."""
    cuts = [match.end() for match in _MISSED.finditer(text, start, end) if match.end() < end]
    return list(pairwise([start, *cuts, end]))


def _continues(left: str, right: str) -> bool:
    return right[:1].islower() and left.rstrip()[-1:] not in ".!?" and not right.startswith("http")


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


def _cut_passage(
    text: str, whole: tuple[int, int], starts: Sequence[int], budget: int
) -> tuple[Passage, ...]:
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
