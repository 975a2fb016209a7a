"""How much a sentence is worth checking, and why: a logistic model over readable features.

The weights are in `weights.json`, with where they come from.
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

_WEIGHTS_PATH = Path(__file__).with_name("weights.json")
CHECK_WORTHY_FROM = 0.35  # from here on a sentence is called check-worthy: the best F1 in cross-validation

_PAST_FORMS = r"(?:\w{2,}ed|went|came|took|gave|made|fell|rose|won|lost|led|cut|spent|left|grew|said|brought|got|kept|built|put|done|had|been|was|were|did|sent|met|paid|bought|sold|ran|began|wrote|told|saw|knew|became|broke|held)"
# of texts in lower case
_FEATURE_PATTERNS = {
    "percent or money": re.compile(
        r"%|\bper\s?cent|[$€£¥₹₽]\s?\d|\b(?:dollars|euros)\b"
    ),
    "year": re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    "comparison": re.compile(
        r"\b(?:more|less|fewer|most|least|higher|lower|highest|lowest|largest|biggest|first|worst|best|than|doubled|tripled|half|increased?|decreased?|rose|fell|grew|declin\w+|only|record|every|never|ever)\b",
    ),
    "public matter": re.compile(
        r"\b(?:tax\w*|jobs?|budget|deficit|trade|econom\w*|unemploy\w*|billions?|millions?|percent|congress|senate|law|bill|vote[ds]?|sanction\w*|troops?|war|attack\w*|nuclear|oil|inflation|wages?|income|spending|crime|court|election|government|health|insurance|schools?|disease|deaths?|killed|people|countr\w+)\b",
    ),
    "opinion words": re.compile(
        r"\b(?:think|believe|feel|hope|want|wish|should|ought|must|need to|let's|let us|great|good|bad|wonderful|terrible|important|understand|agree|love|proud|right|wrong|maybe|perhaps)\b",
    ),
    "future": re.compile(r"\b(?:will|would|going to|shall|won't|i'll|we'll)\b"),
    "question": re.compile(r"\?[\"”']?\s*$"),
    "reported": re.compile(
        r"\b(?:said|says|told|according to|quoted|reported|claimed|announced|estimates?)\b"
    ),
    "position": re.compile(
        r"\b(?:support(?:s|ed)?|oppos(?:es?|ed)|favou?r(?:s|ed)?|vot(?:es?|ed|ing)|propos(?:es?|ed|al)|promis(?:es?|ed)|pledg\w+|veto\w*|sponsor\w*|sign(?:s|ed)|position|policy|plan|bill|amendment|legislation)\b",
    ),
    "own record": re.compile(
        rf"\b(?:i|we)(?:['’]ve|['’]d)?\s+(?:(?:have|had|also|never|already|didn['’]t)\s+)*{_PAST_FORMS}\b"
    ),
    "obligation": re.compile(
        r"\b(?:have to|has to|got to|gotta|needs? to|must|let['’]s|let us|ought|should|make sure|we can|we need)\b",
    ),
    "conditional": re.compile(r"\b(?:if|unless|suppose|whether)\b"),
    "values": re.compile(
        r"\b(?:best|great|better|strong\w*|freedom|future|hope|dream|values?|leadership|together|opportunit\w+|respect|important|principle\w*|character|moral\w*|decent|fair)\b",
    ),
    "quantifier": re.compile(
        r"\b(?:few|many|majority|most|half|double[sd]?|single|every|all|each|number of|thousands?|hundreds?|none|any|twice|average|rate|total)\b",
    ),
    "time span": re.compile(
        r"\b(?:years?|months?|days?|weeks?|decade|century|since|ago|last|during|when|term)\b"
    ),
    "quotation": re.compile(r"[\"“”]"),
}
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|me|my|myself)\b")
_PAST_VERB = re.compile(rf"\b{_PAST_FORMS}\b")
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
    r"\b(?:will|would|is expected to|are expected to|is likely to|forecasts?|predict\w*|projected to|set to)\b",
    re.I,
)
_OPINION = re.compile(
    r"\b(?:catastroph\w*|disast\w*|useful|positive|serious|best|worst|great|terrible|good|bad|wonderful|wrong|right|should|must|crucial|important|disgrace\w*|shame\w*|brilliant|unfair)\b",
    re.I,
)
_STATE_VERB = re.compile(
    r"\b(?:is|are|remains?|retains?|backs?|belongs?|consists?|owns?|has been)\b", re.I
)


def compute_features(
    text: str, quantities: tuple[Quantity, ...] | None = None
) -> dict[str, float]:
    """Compute the features of a sentence: most from 0 to 1, topics around 0."""
    found = find_quantities(text) if quantities is None else quantities
    plain = text.lower()
    words = _WORD.findall(plain)
    count = len(words) or 1
    speech = [get_part_of_speech(word) for word in words]
    return {
        "digits": float(bool(re.search(r"\d", text))),
        "quantity": min(len(found), 3) / 3,
        "names": min(len(find_names(text)), 4) / 4,
        "capitals": min(6, sum(word[:1].isupper() for word in text.split()[1:])) / 6,
        "length": min(count, 40) / 40,
        "short": float(count < 7),
        "long words": sum(len(word) > 7 for word in words) / count,
        "rare words": sum(map(compute_rarity, words)) / count,
        "verbs": speech.count("v") / count,
        "adjectives": speech.count("a") / count,
        "past verbs": min(3, len(_PAST_VERB.findall(plain))) / 3,
        "first person": float(bool(_FIRST_PERSON.search(text))),
        **{
            name: float(bool(pattern.search(plain)))
            for name, pattern in _FEATURE_PATTERNS.items()
        },
        **{
            f"topic {number}": float(value)
            for number, value in enumerate(compute_topic_vector(words), 1)
        },
    }


def score_check_worthiness(
    text: str, quantities: tuple[Quantity, ...]
) -> tuple[float, str]:
    """Return the probability that a sentence is check-worthy, and the reason."""
    weights = _load_weights()
    values = compute_features(text, quantities)
    logit = weights["bias"] + sum(
        weights[name] * value for name, value in values.items()
    )
    reasons = sorted(
        (-weights[name] * values[name], words)
        for name, words in _REASONS.items()
        if weights[name] * values[name] > 0.05
    )
    reason = (
        ", ".join(words for _, words in reasons[:3])
        or "says little that could be checked"
    )
    return round(1 / (1 + math.exp(-logit)), 2), reason


def classify_kind(
    text: str, speaker: str | None, quantities: tuple[Quantity, ...]
) -> Kind:
    """Return the kind of a claim, judged by its form."""
    measured = any(
        quantity.unit and re.search(r"\d|illion|thousand|hundred", quantity.text)
        for quantity in quantities
    )
    if _PREDICTION.search(text):
        return Kind.PREDICTION
    if measured:
        return Kind.QUANTITY
    if speaker:
        return (
            Kind.OPINION
            if len(text.split()) < 12 and _OPINION.search(text)
            else Kind.STATEMENT
        )
    if _OPINION.search(text):
        return Kind.OPINION
    return Kind.RELATION if _STATE_VERB.search(text) else Kind.EVENT


@cache
def _load_weights() -> Mapping[str, float]:
    weights: Mapping[str, float] = json.loads(
        _WEIGHTS_PATH.read_text(encoding="utf-8")
    )["weights"]
    return weights
