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

# Longer "sentences" are tables, logs or code, on which every pattern is lost. Chosen
# by hand; the engine, the evidence and the index all skip them.
MAX_SENTENCE_CHARACTERS = 3_000
_UNSPACED_SCRIPT = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
_SINGLE_SENTENCE = re.compile(
    r"[\w ,'’‘“”\"/&$%:;–—*+=#@-]*[.!?]?"
)  # nothing at which a sentence could end inside
# sentencex takes "May." for a month cut short; it never is, so a capital after it opens a sentence. And in tokenised
# text, where a full stop stands by itself, it waits for a capital that lower-cased text does not have
_MISSED_SENTENCE_END = re.compile(
    r"\bMay\.\s+(?=[A-Z])|(?<=\s[.!?])\s(?:(?:''|[\"”])\s)?(?=\S)"
)


class Sentence(NamedTuple):
    """view.text[start:end], in paragraph number `block`."""

    text: str
    start: int
    end: int
    block: int


def count_words(text: str) -> int:
    """Count words; in unspaced scripts, two characters count as one word."""
    spaceless = len(_UNSPACED_SCRIPT.findall(text))
    return len(_UNSPACED_SCRIPT.sub(" ", text).split()) + spaceless // 2


def split_sentences(
    reading: Reading, language: str | None, *, headings: bool = False
) -> tuple[Sentence, ...]:
    """Split every block of the reading view into sentences, in order."""
    found: list[Sentence] = []
    for number, block in enumerate(reading.blocks):
        if block.heading and not headings:
            continue
        text = reading.text[block.start : block.end]
        if _SINGLE_SENTENCE.fullmatch(text):
            found.append(Sentence(text, block.start, block.end, number))
            continue
        for start, end in _find_sentence_bounds(text, language or "en"):
            part = text[start:end]
            if words := part.strip():
                left = block.start + start + part.index(words)
                found.append(Sentence(words, left, left + len(words), number))
    return tuple(found)


def split_paragraph(text: str, language: str) -> list[str]:
    """Split a one-paragraph text into sentences."""
    bounds = (
        [(0, len(text))]
        if _SINGLE_SENTENCE.fullmatch(text)
        else _find_sentence_bounds(text, language)
    )
    return [part for start, end in bounds if (part := text[start:end].strip())]


def _find_sentence_bounds(text: str, language: str) -> list[tuple[int, int]]:
    parts = sentencex.segment(language, text)  # every character is in one of them
    raw = list(pairwise(accumulate(map(len, parts), initial=0)))
    if "May." in text or " ." in text or " !" in text or " ?" in text:
        raw = [
            bounds for start, end in raw for bounds in _split_range(text, start, end)
        ]
    joined: list[tuple[int, int]] = []
    for start, end in raw:
        # sentencex parts at a full stop inside quotation marks; what is quoted in one breath stays whole
        # only while the sentence around it has not ended: `"Stop. Now," he said.`
        if joined and _continues_sentence(
            text[joined[-1][0] : start], text[start:end].lstrip()
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _split_range(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a range where sentencex misses the end of a sentence."""
    cuts = [
        match.end()
        for match in _MISSED_SENTENCE_END.finditer(text, start, end)
        if match.end() < end
    ]
    return list(pairwise([start, *cuts, end]))


def _continues_sentence(left: str, right: str) -> bool:
    return (
        right[:1].islower()
        and left.rstrip()[-1:] not in ".!?"
        and not right.startswith("http")
    )


_CONTEXT_CHARACTERS = (
    400  # characters of what stands before, so that pronouns can be resolved
)
_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """view.text[start:end], in about so many tokens; `context` is the end of what stands before it."""

    start: int
    end: int
    tokens: int
    context: str


def split_into_passages(
    reading: Reading, language: str | None, budget_tokens: int
) -> tuple[Passage, ...]:
    """Split the view into passages of similar length within the token budget.

    A sentence that is longer than the budget is cut between words.
    """
    starts = [
        sentence.start for sentence in split_sentences(reading, language, headings=True)
    ]
    return _cut_passage(reading.text, (0, len(reading.text)), starts, budget_tokens)


def halve_passage(
    reading: Reading, language: str | None, passage: Passage
) -> tuple[Passage, ...]:
    """Split a passage in two between sentences; a single sentence stays whole."""
    starts = [
        sentence.start
        for sentence in split_sentences(reading, language, headings=True)
        if passage.start < sentence.start < passage.end
    ]
    if not starts:
        return (passage,)
    return _cut_passage(
        reading.text,
        (passage.start, passage.end),
        starts,
        math.ceil(passage.tokens / 2),
    )


def _cut_passage(
    text: str, whole: tuple[int, int], starts: Sequence[int], budget: int
) -> tuple[Passage, ...]:
    low, high = whole
    edges = [low, *(start for start in starts if low < start < high), high]
    units = [
        unit
        for start, end in pairwise(edges)
        for unit in _split_to_budget(text, start, end, budget)
    ]
    total = sum(count for _, _, count in units)
    for shares in itertools.count(math.ceil(total / budget) or 1):
        parts = _group_evenly(units, total / shares)
        if max(count for _, count in parts) <= budget:
            break
    bounds = [*(start for start, _ in parts), high]
    return tuple(
        _make_passage(text, start, end, count)
        for (start, end), (_, count) in zip(pairwise(bounds), parts, strict=True)
    )


def _group_evenly(
    units: Sequence[tuple[int, int, int]], share: float
) -> list[tuple[int, int]]:
    """Group units into shares of similar size: (start, tokens) for each."""
    parts: dict[int, tuple[int, int]] = {}
    read = 0
    for start, _, count in units:
        place = int((read + count / 2) / share) if share else 0
        first, held = parts.get(place, (start, 0))
        parts[place] = (first, held + count)
        read += count
    return list(parts.values())


def _split_to_budget(
    text: str, start: int, end: int, budget: int
) -> list[tuple[int, int, int]]:
    """Split a range between words until each part fits the token budget."""
    count = tokens.count(text[start:end])
    if count <= budget:
        return [(start, end, count)]
    middle = (start + end) // 2
    breaks = [
        match.end()
        for match in _WHITESPACE.finditer(text, start, end)
        if start < match.end() < end
    ]
    cut = min(breaks, key=lambda place: abs(place - middle), default=middle)
    return [
        *_split_to_budget(text, start, cut, budget),
        *_split_to_budget(text, cut, end, budget),
    ]


def _make_passage(text: str, start: int, end: int, count: int) -> Passage:
    context = text[max(0, start - _CONTEXT_CHARACTERS) : start]
    if start > _CONTEXT_CHARACTERS:
        context = context.partition(" ")[2]
    return Passage(start, end, count, " ".join(context.split()))
