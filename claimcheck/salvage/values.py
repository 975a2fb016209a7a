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
    # Of two keys with the same letters, the first counts.
    by_letters: dict[str, str] = {}
    for key in value:
        by_letters.setdefault(_fold_name(key), key)
    matched = {}
    for name in properties:
        key = name if name in value else by_letters.get(_fold_name(name))
        if key is not None:
            matched[name] = key
    return matched


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
        return _match_choice(schema["enum"], value)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return convert_number(kind, value)
    return _convert_to_text(schema, value) if kind == "string" else value


def _match_choice(choices: Sequence[Any], text: str) -> Any:
    """Return the choice that a text means, or the text."""
    # The choices of a user may be numbers, which models like to put in quotes.
    folded = {_fold_name(str(choice)): choice for choice in choices}
    name = _fold_name(text)
    return folded.get(_fold_name(_LABELS.get(name, name)), text)


def _convert_to_text(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a number as text, and a long text cut to the maximum length."""
    # true is a Python int, but not of this type.
    text = str(value) if type(value) in (int, float) else value
    most = schema.get("maxLength", math.inf)
    if isinstance(text, str) and len(text) > most:
        return text[: most - 1].rstrip() + "…"
    return text


def get_only_value(value: Any) -> Any:
    """Return the value of an object with a single key, or None."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return None


def is_blank(value: Any) -> bool:
    """Whether this is an empty list, or a text without characters to see."""
    return value == [] or (isinstance(value, str) and not value.strip())


def means_nothing(value: Any) -> bool:
    """Whether this is a word that models write for a missing value."""
    return value is False or (isinstance(value, str) and value.lower() in _NOTHING)


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
    # true is a Python int, but not of this type.
    if not all(type(number) in (int, float) and number > 1 for number in numbers):
        return None
    most = max(numbers, default=math.inf)
    return next((scale for scale in _SCALES if most <= scale), None)


def convert_number(kind: str, value: Any) -> Any:
    """Convert a value to a number or integer; if unclear, return it as is."""
    if isinstance(value, str):
        value = _read_integer(value) if kind == "integer" else _read_share(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _read_integer(text: str) -> Any:
    """Return the number in a text such as "3" or "passage 3", or the text."""
    only = _ONLY_INTEGER.fullmatch(text)
    return int(only[1]) if only else _read_number(text)


def _read_share(text: str) -> Any:
    """Return the number in a text such as "0,9" or "90 %", or the text."""
    number = text.rstrip()
    if number.endswith("%"):
        percent = _read_number(number[:-1])
        return text if isinstance(percent, str) else float(percent) / 100
    return _read_number(_DECIMAL_COMMA.sub(r"\1.\2", text))


def _read_number(text: str) -> float | str:
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    # From 2**53 on, not every integer is a float.
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def quote_value(value: Any) -> str:
    """Quote a value of the answer for a message, on one line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _MAX_VALUE_CHARACTERS:
        return text
    return text[: _MAX_VALUE_CHARACTERS - 1] + "…"
