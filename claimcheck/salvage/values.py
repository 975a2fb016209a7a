"""Convert values of an answer to the types that its schema requires."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*")
# A share such as "0,8"; in other numbers, the comma may separate thousands.
_DECIMAL_COMMA = re.compile(r"^(\s*0),(\d+\s*)$")
# The only number among words, such as "passage 3" or "[3]".
_ONLY_INTEGER = re.compile(r"[^\d.-]{0,20}(\d{1,6})[^\d.]{0,5}")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# FEVER's labels and AVeriTeC's, and the relations of entailment.
_LABELS = {
    "supports": "supported",
    "entailment": "supported",
    "entailed": "supported",
    "refutes": "refuted",
    "contradiction": "refuted",
    "contradicted": "refuted",
    "neutral": "not_enough_evidence",
    "notenoughinfo": "not_enough_evidence",
    "notenoughinformation": "not_enough_evidence",
    "insufficientevidence": "not_enough_evidence",
    "conflicting": "conflicting_evidence",
    "conflictingevidencecherrypicking": "conflicting_evidence",
}
_NOTHING = ("null", "none", "nil", "n/a", "undefined")
# Scales of shares for which the schema requires a number from 0 to 1.
_SCALES = (10, 100)
_MAX_VALUE_CHARACTERS = 40


def match_keys(value: Any, properties: Mapping[str, Any]) -> dict[str, str]:
    """Map property names to the keys of an object that mean them.

    "Check-Worthiness" and "checkWorthiness" mean `check_worthiness`.
    """
    if not isinstance(value, dict):
        return {}
    by_letters: dict[str, str] = {}
    for key in value:
        by_letters.setdefault(_fold_name(key), key)
    matched = {}
    for name in properties:
        key = name if name in value else by_letters.get(_fold_name(name))
        if key is not None:
            matched[name] = key
    return matched


def is_key(key: str, name: str) -> bool:
    """Whether a key means a property, whatever its case and punctuation."""
    return _fold_name(key) == _fold_name(name)


def _fold_name(name: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", name).casefold()


def convert_scalar(schema: Mapping[str, Any], value: Any) -> Any:
    """Convert a value to the schema's type; return it unchanged if unclear."""
    only = get_only_value(value)
    if isinstance(value, list) and len(value) == 1:
        only = value[0]
    if only is not None:
        return convert_scalar(schema, only)
    if "enum" in schema and isinstance(value, str):
        folded = {_fold_name(choice): choice for choice in schema["enum"]}
        name = _fold_name(value)
        name = _fold_name(_LABELS.get(name, name))
        return folded.get(name, value)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return convert_number(kind, value)
    if kind != "string" or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return str(value)
    return _shorten(value, schema.get("maxLength"))


def get_only_value(value: Any) -> Any:
    """Return the value of an object with a single key, or None."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return None


def means_nothing(value: Any) -> bool:
    """Whether this is a word that models write for a missing value."""
    return value is False or (isinstance(value, str) and value.lower() in _NOTHING)


def _shorten(value: Any, most: int | None) -> Any:
    if isinstance(value, str) and most and len(value) > most:
        return value[: most - 1].rstrip() + "…"
    return value


def decode_json(value: Any) -> Any:
    """Return the list or object in a JSON text, or None."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def find_scale(numbers: Sequence[Any]) -> int | None:
    """Return 10 or 100 if all numbers are above 1 and at most that."""
    for number in numbers:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not number > 1:
            return None
    most = max(numbers, default=math.inf)
    return next((scale for scale in _SCALES if most <= scale), None)


def convert_number(kind: str, value: Any) -> Any:
    """Convert a value to a number or integer; if unclear, return it as is."""
    if isinstance(value, str):
        value = _read_number(kind, value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _read_number(kind: str, text: str) -> Any:
    """Return the number in a text, such as "0.9" or "90 %", or the text."""
    if kind == "number":
        text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    if _NUMBER.fullmatch(text):
        value = float(text)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if kind == "integer":
        only = _ONLY_INTEGER.fullmatch(text)
        return int(only[1]) if only else text
    percent = text.rstrip().removesuffix("%")
    if percent != text.rstrip() and _NUMBER.fullmatch(percent):
        return float(percent) / 100
    return text


def quote_value(value: Any) -> str:
    """Quote a value of the answer for a message, on one line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _MAX_VALUE_CHARACTERS:
        return text
    return text[: _MAX_VALUE_CHARACTERS - 1] + "…"
