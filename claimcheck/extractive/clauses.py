"""A sentence in the parts that can be checked one by one, each a list of ranges of the sentence.

Only cuts that the form makes safe: "that A and that B", "A whereas B", "A, a position X said B".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from claimcheck.extractive.speech import Speech, speech_in

_AND_THAT = re.compile(r",?\s+and\s+(?=that\s)")
_CONTRAST = re.compile(
    r",?\s+whereas\s+|,\s+while\s+(?=(?:the\s+)?[A-Z])|;\s+(?=(?:the\s+)?[A-Z]\w+\s+[a-z])"
)
_APPOSITIVE_NOUN = r"an?\s+(?:[a-z]+\s+)?(?:position|claim|view|charge|allegation|accusation|statement|assertion|figure|demand)\s+"
_APPOSITION = re.compile(rf",\s+(?={_APPOSITIVE_NOUN}(?!that\b|of\b|to\b))")
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """Ranges of a sentence that together say one thing; `contrast` when another clause says the opposite side."""

    ranges: tuple[tuple[int, int], ...]
    speech: Speech | None
    contrast: bool = False
    about: tuple[int, int] | None = None


def clauses(text: str, speech: Speech | None) -> tuple[Clause, ...]:
    """The clauses of a sentence in order; one that is the whole sentence where no cut is safe."""
    if match := _cut(_CONTRAST, text):
        right = text[match.end() :]
        return (
            Clause(((0, match.start()),), speech_in(text[: match.start()]), contrast=True),
            Clause(((match.end(), len(text)),), speech_in(right), contrast=True),
        )
    if match := _cut(_APPOSITION, text):
        start = speech.content if speech and speech.content and speech.content < match.start() else 0
        return (
            Clause(((0, match.start()),), speech),
            Clause(
                ((match.end(), len(text)),),
                speech_in(re.sub(_APPOSITIVE_NOUN, "", text[match.end() :], count=1)),
                about=(start, match.start()),
            ),
        )
    match = _cut(_AND_THAT, text)
    if match and speech and speech.content is not None and 0 < speech.content < match.start():
        head = text[: speech.content].rstrip()
        return (
            Clause(((0, match.start()),), speech),
            Clause(((0, len(head)), (match.end(), len(text))), speech),
        )
    return (Clause(((0, len(text)),), speech),)


def _cut(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first place where the pattern cuts outside quotation marks and leaves words on both sides."""
    for match in pattern.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        quoted = left.count('"') % 2 or left.count("“") > left.count("”")
        if not quoted and min(len(left.split()), len(right.split())) >= _LEAST_WORDS:
            return match
    return None
