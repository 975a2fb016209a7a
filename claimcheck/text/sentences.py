"""Sentences of the reading view, with their offsets. The splitting is sentencex's."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import NamedTuple

import sentencex

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
