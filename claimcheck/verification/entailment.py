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
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.features import compute_features

_WEIGHTS_PATH = Path(__file__).with_name("weights.json")
_VERBATIM_PROBABILITY = 0.99
_HALF_LONG_DOCUMENT_CHARS = 900  # characters: half long
_HALF_LONG_CLAIM_WORDS = 27  # words: half long
BIAS = "bias"


def estimate_support(
    alignments: Sequence[Alignment], source: EvidenceDocument
) -> float:
    """Return the probability, 0 to 1, that the document entails the claim.

    Sentences that stand there word for word are carried; the others are weighed.
    """
    rest = exclude_verbatim(alignments)
    if not rest:
        return _VERBATIM_PROBABILITY
    values = {**compute_features(rest, source), BIAS: 1.0}
    document, claim = measure_length(rest, source)
    logit = sum(
        values[name] * (always + on_document * document + on_claim * claim)
        for name, (always, on_document, on_claim) in _load_weights().items()
    )
    return 1 / (1 + math.exp(-logit))


def exclude_verbatim(alignments: Sequence[Alignment]) -> list[Alignment]:
    """Return the claim sentences that do not occur verbatim in the document."""
    return [alignment for alignment in alignments if not alignment.verbatim]


def measure_length(
    alignments: Sequence[Alignment], source: EvidenceDocument
) -> tuple[float, float]:
    """Return how long the document and the claim are, each from 0 to 1."""
    characters = len(source.document.full_text)
    words = sum(len(alignment.words) for alignment in alignments)
    return 1 / (1 + (_HALF_LONG_DOCUMENT_CHARS / characters) ** 2), 1 / (
        1 + math.exp((_HALF_LONG_CLAIM_WORDS - words) / 4)
    )


@cache
def _load_weights() -> Mapping[str, tuple[float, float, float]]:
    weights = json.loads(_WEIGHTS_PATH.read_text(encoding="utf-8"))["weights"]
    return {name: tuple(values) for name, values in weights.items()}
