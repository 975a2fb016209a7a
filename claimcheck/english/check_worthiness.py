"""How much a sentence is worth checking, and why.

A logistic model over readable features: `check_worthiness.json` has the weights, and
where they come from. The words of the features are in `data/feature_*.txt`; after a
change to them, fit the weights again with `benchmarks/fit_check_worthiness.py`.
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
from claimcheck.english.vocabulary import (
    compute_rarity,
    compute_topic_vector,
    get_part_of_speech,
)
from claimcheck.models.claim import Kind, Quantity
from claimcheck.resources import read_words

_WEIGHTS_PATH = Path(__file__).with_suffix(".json")
# A sentence is called check-worthy from here on: the best F1 in cross-validation.
CHECK_WORTHY_FROM = 0.35
# A feature that adds less to the logit is not given as a reason. Chosen by hand.
_MIN_REASON_CONTRIBUTION = 0.05
_MAX_REASONS = 3
_MAX_SHORT_STATEMENT_WORDS = 11  # a longer one with an opinion word says more than that


def _join_words(name: str) -> str:
    """Return a pattern of the words in a list; `*` and `?` are letters."""
    words = [re.escape(word) for word in read_words(name)]
    return "|".join(words).replace(r"\*", r"\w*").replace(r"\?", r"\w")


def _compile_words(name: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_join_words(name)})\b", flags)


_PAST_VERB = _compile_words("past_verbs")
_FEATURE_PATTERNS = {
    "percent or money": re.compile(
        r"%|\bper\s?cent|[$€£¥₹₽]\s?\d|\b(?:dollars|euros)\b"
    ),
    "year": re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    "comparison": _compile_words("feature_comparison"),
    "public matter": _compile_words("feature_public_matter"),
    "opinion words": _compile_words("feature_opinion"),
    "future": re.compile(r"\b(?:will|would|going to|shall|won't|i'll|we'll)\b"),
    "question": re.compile(r"\?[\"”']?\s*$"),
    "reported": _compile_words("feature_reported"),
    "position": _compile_words("feature_position"),
    "own record": re.compile(
        rf"""
        \b(?:i|we)(?:['’]ve|['’]d)?\s+
        (?:(?:have|had|also|never|already|didn['’]t)\s+)*
        (?:{_join_words("past_verbs")})\b
        """,
        re.X,
    ),
    "obligation": _compile_words("feature_obligation"),
    "conditional": re.compile(r"\b(?:if|unless|suppose|whether)\b"),
    "values": _compile_words("feature_values"),
    "quantifier": _compile_words("feature_quantifier"),
    "time span": _compile_words("feature_time_span"),
    "quotation": re.compile(r"[\"“”]"),
}
# Searched in the text as written, where "I" is a capital.
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|me|my|myself)\b")
_WORD = re.compile(r"\d[\d.,]*|[^\W\d_]+")
_REASONS = {
    "quantity": "gives a quantity",
    "percent or money": "gives a share or a sum",
    "names": "names who or where",
    "year": "names a time",
    "own record": "tells what somebody did",
    "position": "is about a policy",
    "comparison": "compares",
    "public matter": "is about a public matter",
    "reported": "reports what somebody said",
    "digits": "gives a number",
}
_PREDICTION = re.compile(
    r"""
    \b(?:will|would|(?:is|are)\ expected\ to|is\ likely\ to|forecasts?|predict\w*
    |projected\ to|set\ to)\b
    """,
    re.I | re.X,
)
_OPINION = _compile_words("opinion_claims", re.I)
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
    lowered = text.lower()
    words = _WORD.findall(lowered)
    count = len(words) or 1
    parts = [get_part_of_speech(word) for word in words]
    capitals = [word for word in text.split()[1:] if word[0].isupper()]
    long_words = [word for word in words if len(word) > 7]
    # The caps and the order are those that the weights were fitted with.
    features = {
        "digits": float(bool(re.search(r"\d", text))),
        "quantity": min(len(quantities), 3) / 3,
        "names": min(len(find_names(text)), 4) / 4,
        "capitals": min(len(capitals), 6) / 6,
        "length": min(count, 40) / 40,
        "short": float(count < 7),
        "long words": len(long_words) / count,
        "rare words": sum(map(compute_rarity, words)) / count,
        "verbs": parts.count("v") / count,
        "adjectives": parts.count("a") / count,
        "past verbs": min(len(_PAST_VERB.findall(lowered)), 3) / 3,
        "first person": float(bool(_FIRST_PERSON.search(text))),
    }
    for name, pattern in _FEATURE_PATTERNS.items():
        features[name] = float(bool(pattern.search(lowered)))
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
