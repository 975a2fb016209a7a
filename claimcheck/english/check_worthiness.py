"""Score how much a sentence is worth checking, and say why.

A logistic model over the form of the sentence and the mean vector of its words.
`check_worthiness.json` has the weights and their origin. After a change to the
features, refit them with `benchmarks/fit_check_worthiness.py`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from claimcheck.english.names import find_names
from claimcheck.english.quantities import find_quantities
from claimcheck.english.terms import compute_topic_vector
from claimcheck.models.claim import Kind, Quantity
from claimcheck.resources import read_words

_WEIGHTS_PATH = Path(__file__).with_suffix(".json")
# Sentences with this score or more are called check-worthy. Chosen on the debates on
# which the weights were fitted.
CHECK_WORTHY_FROM = 0.35
# A feature that adds less to the logit is not stated as a reason. Chosen by hand.
_MIN_REASON_CONTRIBUTION = 0.05
_MAX_REASONS = 3
_MAX_SHORT_STATEMENT_WORDS = 11  # a longer one with an opinion word says more than that

_DIGIT = re.compile(r"\d")
_SHARE_OR_SUM = re.compile(r"%|\bper\s?cent|[$€£¥₹₽]\s?\d|\b(?:dollars|euros)\b", re.I)
_FUTURE = re.compile(r"\b(?:will|would|going to|shall|won't|i'll|we'll)\b", re.I)
_QUESTION = re.compile(r"\?[\"”']?\s*$")
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|me|my|myself)\b")
_WORD = re.compile(r"\d[\d.,]*|[^\W\d_]+")
_REASONS = {
    "quantity": "gives a quantity",
    "share or sum": "gives a share or a sum",
    "names": "names who or where",
    "digits": "gives a number",
    "topics": "is about a matter that is often checked",
}
_PREDICTION = re.compile(
    r"""
    \b(?:will|would|(?:is|are)\ expected\ to|is\ likely\ to|forecasts?|predict\w*
    |projected\ to|set\ to)\b
    """,
    re.I | re.X,
)
_OPINION_WORDS = "|".join(
    re.escape(word).replace(r"\*", r"\w*") for word in read_words("opinion_claims")
)
_OPINION = re.compile(rf"\b(?:{_OPINION_WORDS})\b", re.I)
_STATE_VERB = re.compile(
    r"\b(?:is|are|remains?|retains?|backs?|belongs?|consists?|owns?|has been)\b", re.I
)
_MEASURED_AMOUNT = re.compile(r"\d|illion|thousand|hundred")


def compute_features(
    text: str, quantities: tuple[Quantity, ...] | None = None
) -> dict[str, float]:
    """Compute the features of a sentence: from 0 to 1, topics around 0."""
    if quantities is None:
        quantities = find_quantities(text)
    words = _WORD.findall(text.lower())
    count = len(words) or 1
    capitals = [word for word in text.split()[1:] if word[0].isupper()]
    long_words = [word for word in words if len(word) > 7]
    # The weights were fitted with these caps and this order.
    features = {
        "digits": float(bool(_DIGIT.search(text))),
        "quantity": min(len(quantities), 3) / 3,
        "share or sum": float(bool(_SHARE_OR_SUM.search(text))),
        "names": min(len(find_names(text)), 4) / 4,
        "capitals": min(len(capitals), 6) / 6,
        "length": min(count, 40) / 40,
        "short": float(count < 7),
        "long words": len(long_words) / count,
        "first person": float(bool(_FIRST_PERSON.search(text))),
        "future": float(bool(_FUTURE.search(text))),
        "question": float(bool(_QUESTION.search(text))),
    }
    for number, value in enumerate(compute_topic_vector(words), 1):
        features[f"topic {number}"] = float(value)
    return features


def score_check_worthiness(
    text: str, quantities: tuple[Quantity, ...]
) -> tuple[float, str]:
    """Return the probability that a sentence is check-worthy, and why."""
    weights = _load_weights()
    features = compute_features(text, quantities)
    contributions = {name: weights[name] * value for name, value in features.items()}
    logit = weights["bias"] + sum(contributions.values())
    probability = round(1 / (1 + math.exp(-logit)), 2)
    topics = [name for name in contributions if name.startswith("topic ")]
    contributions["topics"] = sum(contributions[name] for name in topics)
    reasons = [
        (-contributions[name], reason)
        for name, reason in _REASONS.items()
        if contributions[name] > _MIN_REASON_CONTRIBUTION
    ]
    strongest = [reason for _, reason in sorted(reasons)[:_MAX_REASONS]]
    return probability, ", ".join(strongest) or "says little that could be checked"


def classify_kind(
    text: str, speaker: str | None, quantities: tuple[Quantity, ...]
) -> Kind:
    """Return the kind of a claim, judged by its form."""
    if _PREDICTION.search(text):
        return Kind.PREDICTION
    if any(map(_is_measured, quantities)):
        return Kind.QUANTITY
    is_opinion = _OPINION.search(text) is not None
    if speaker:
        is_short = len(text.split()) <= _MAX_SHORT_STATEMENT_WORDS
        return Kind.OPINION if is_opinion and is_short else Kind.STATEMENT
    if is_opinion:
        return Kind.OPINION
    return Kind.RELATION if _STATE_VERB.search(text) else Kind.EVENT


def _is_measured(quantity: Quantity) -> bool:
    return bool(quantity.unit and _MEASURED_AMOUNT.search(quantity.text))


@cache
def _load_weights() -> Mapping[str, float]:
    text = _WEIGHTS_PATH.read_text(encoding="utf-8")
    weights: Mapping[str, float] = json.loads(text)["weights"]
    return weights
