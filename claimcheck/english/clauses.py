"""Split a sentence into clauses if there is only one way to do so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from claimcheck.english.speech import Speech, detect_speech

_AND_THAT = re.compile(r",?\s+and\s+(?=that\s)")
_CONTRAST = re.compile(
    r"""
    ,?\s+whereas\s+
    | ,\s+while\s+(?=(?:the\s+)?[A-Z])
    | ;\s+(?=(?:the\s+)?[A-Z]\w+\s+[a-z])
    """,
    re.VERBOSE,
)
_APPOSITIVE_NOUN = r"""
    an?\s+(?:[a-z]+\s+)?
    (?:position|claim|view|charge|allegation|accusation|statement|assertion|figure
    |demand)\s+
"""
_APPOSITIVE_START = re.compile(_APPOSITIVE_NOUN, re.VERBOSE)
_APPOSITION = re.compile(rf",\s+(?={_APPOSITIVE_NOUN}(?!that\b|of\b|to\b))", re.VERBOSE)
# A side with fewer words would not be a statement. Chosen by hand.
_MIN_CLAUSE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """Ranges of a sentence that together state one thing.

    `is_contrast` means that another clause of the sentence states the opposite side.
    `referent` is the range that the clause comments on: A in "A, a claim X denied".
    """

    ranges: tuple[tuple[int, int], ...]
    speech: Speech | None
    is_contrast: bool = False
    referent: tuple[int, int] | None = None


def split_clauses(text: str, speech: Speech | None) -> tuple[Clause, ...]:
    """Split a sentence into clauses; return one clause if no split is safe."""
    return (
        _split_contrast(text)
        or _split_apposition(text, speech)
        or _split_and_that(text, speech)
        or (Clause(((0, len(text)),), speech),)
    )


def _split_contrast(text: str) -> tuple[Clause, ...]:
    """Split "A whereas B"; return nothing for a sentence of another form."""
    cut = _find_cut(_CONTRAST, text)
    if cut is None:
        return ()
    left = (0, cut.start())
    right = (cut.end(), len(text))
    return tuple(
        Clause((side,), detect_speech(text[slice(*side)]), is_contrast=True)
        for side in (left, right)
    )


def _split_apposition(text: str, speech: Speech | None) -> tuple[Clause, ...]:
    """Split "A, a position that X said B"; return nothing for another form."""
    cut = _find_cut(_APPOSITION, text)
    if cut is None:
        return ()
    referent_start = 0
    if speech and speech.content_start and speech.content_start < cut.start():
        referent_start = speech.content_start
    comment = _APPOSITIVE_START.sub("", text[cut.end() :], count=1)
    return (
        Clause(((0, cut.start()),), speech),
        Clause(
            ((cut.end(), len(text)),),
            detect_speech(comment),
            referent=(referent_start, cut.start()),
        ),
    )


def _split_and_that(text: str, speech: Speech | None) -> tuple[Clause, ...]:
    """Split "X said that A and that B"; return nothing for another form."""
    cut = _find_cut(_AND_THAT, text)
    if cut is None or speech is None or speech.content_start is None:
        return ()
    if not 0 < speech.content_start < cut.start():
        return ()
    # The second clause repeats the head, "X said", to be a sentence of its own.
    head = text[: speech.content_start].rstrip()
    return (
        Clause(((0, cut.start()),), speech),
        Clause(((0, len(head)), (cut.end(), len(text))), speech),
    )


def _find_cut(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first match outside quotes with enough words around it."""
    for match in pattern.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        # A cut inside a quotation would break it.
        if left.count('"') % 2 or left.count("“") > left.count("”"):
            continue
        if min(len(left.split()), len(right.split())) >= _MIN_CLAUSE_WORDS:
            return match
    return None
