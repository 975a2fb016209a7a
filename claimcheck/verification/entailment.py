"""How likely it is that evidence carries a claim: a logistic model over readable features.

The weights are in `weights.json`, with where they come from. Each feature has three: one that always counts, one more
for evidence that is a long document, one more for a claim that is long. A summary of four sentences, a sentence
against a web page and a sentence against two others fail in different ways.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from claimcheck.verification.alignment import Alignment
from claimcheck.verification.evidence import Source
from claimcheck.verification.features import features

_WEIGHTS = Path(__file__).with_name("weights.json")
_VERBATIM = 0.99
_LONG_DOCUMENT = 900  # characters: half long
_LONG_CLAIM = 27  # words: half long
BIAS = "bias"


def support(alignments: Sequence[Alignment], source: Source) -> float:
    """The probability, 0 to 1, that the document carries a claim of one or more sentences, where half of all do.

    Sentences that stand there word for word are carried; the others are weighed.
    """
    rest = weighed(alignments)
    if not rest:
        return _VERBATIM
    values = {**features(rest, source), BIAS: 1.0}
    document, claim = longness(rest, source)
    logit = sum(
        values[name] * (always + on_document * document + on_claim * claim)
        for name, (always, on_document, on_claim) in _weights().items()
    )
    return 1 / (1 + math.exp(-logit))


def weighed(alignments: Sequence[Alignment]) -> list[Alignment]:
    """The sentences of a claim that don't stand in the document word for word."""
    return [alignment for alignment in alignments if not alignment.verbatim]


def longness(alignments: Sequence[Alignment], source: Source) -> tuple[float, float]:
    """How far the document, and the claim, is a long one, each 0 to 1."""
    characters = len(source.document.full_text)
    words = sum(len(alignment.words) for alignment in alignments)
    return 1 / (1 + (_LONG_DOCUMENT / characters) ** 2), 1 / (1 + math.exp((_LONG_CLAIM - words) / 4))


@cache
def _weights() -> Mapping[str, tuple[float, float, float]]:
    weights = json.loads(_WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return {name: tuple(values) for name, values in weights.items()}
