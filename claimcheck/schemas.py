"""Validates against `schemas/`, and lists every problem with its JSON path.

Schemas are of two kinds: those of a model's answers (`*.answer`, in the strict subset
that OpenAI accepts), and those that claimcheck publishes. A model never counts
characters, so only the second kind has offsets. The validator is `jsonschema`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from claimcheck import resources
from claimcheck.errors import SchemaError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_SUFFIX = ".schema.json"
# A message quotes the invalid value, which can be the entire answer.
_MAX_MESSAGE_CHARACTERS = 160
# What is wrong with a value that does not have this format or pattern.
_FORMS = {
    "date": "is not a date; use YYYY-MM-DD",
    "date-time": "is not a date and time; use YYYY-MM-DDTHH:MM:SSZ",
    r"\S": "has no text",
    "^https?://": "is not the address of a page; use https://...",
}
# Below these keys of a schema are names of properties, not keywords.
KEYS_OF_NAMES = ("properties", "$defs")
# Structured outputs of OpenAI and others refuse some of these keywords and ignore the
# rest, so they are enforced here, after the answer.
_KEYWORDS_REFUSED_IN_STRICT_MODE = (
    "minLength",
    "maxLength",
    "pattern",
    "$schema",
    "$id",
    "title",
    "description",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One violation of a schema, and its JSON path: `$.claims[2].quote`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def list_names() -> tuple[str, ...]:
    """Return the names of all schemas."""
    return resources.list_files("schemas", _SUFFIX)


def read_source(name: str) -> str:
    """Return the text of the schema file.

    Raises:
        SchemaError: the schema does not exist.
    """
    if name not in list_names():
        available = ", ".join(list_names())
        raise SchemaError(f"Unknown schema {name!r}. Available: {available}")
    path = resources.find_folder("schemas") / (name + _SUFFIX)
    return path.read_text(encoding="utf-8")


@cache
def compute_digest(name: str) -> str:
    """Return the SHA-256 hash of the schema file."""
    return hashlib.sha256(read_source(name).encode()).hexdigest()


@cache
def load(name: str) -> dict[str, Any]:
    """Return the schema, validated against JSON Schema 2020-12 itself.

    The dict is shared; do not change it.

    Raises:
        SchemaError: the schema does not exist, or its file is broken.
    """
    import jsonschema

    where = resources.find_folder("schemas") / (name + _SUFFIX)
    try:
        schema: dict[str, Any] = json.loads(read_source(name))
        jsonschema.Draft202012Validator.check_schema(schema)
    except ValueError as error:
        raise SchemaError(
            f"{where} is not valid JSON: {error}. Restore the file."
        ) from None
    except jsonschema.SchemaError as error:
        raise SchemaError(
            f"{where} is not a valid JSON Schema: {error.json_path}: {error.message}. "
            "Restore the file."
        ) from None
    return schema


def find_problems(name: str, value: Any) -> tuple[Problem, ...]:
    """Return all violations of the schema, ordered by path."""
    problems = []
    errors = _build_validator(name).iter_errors(value)
    for error in sorted(errors, key=lambda error: list(map(str, error.absolute_path))):
        for leaf in _find_leaf_errors(error):
            message = (
                _describe_choice(leaf)
                or _describe_form(leaf)
                or shorten_message(leaf.message)
            )
            problems.append(Problem(leaf.json_path, message))
    return tuple(problems)


def _describe_choice(error: ValidationError) -> str | None:
    """Say that one of several properties is needed; None for other errors."""
    if error.validator != "oneOf" or not isinstance(error.validator_value, list):
        return None
    names = []
    for alternative in error.validator_value:
        if list(alternative) != ["required"]:
            return None
        names += alternative["required"]
    listed = ", ".join(f"`{name}`" for name in names)
    return f"give exactly one of {listed}"


def _describe_form(error: ValidationError) -> str | None:
    """Say how to write a date, text, or address; None for other errors."""
    if error.validator not in ("format", "pattern"):
        return None
    advice = _FORMS.get(str(error.validator_value))
    return advice and f"{shorten_message(repr(error.instance))} {advice}"


def strip_keywords(
    schema: Any,
    keywords: Collection[str] = _KEYWORDS_REFUSED_IN_STRICT_MODE,
    *,
    are_properties: bool = False,
) -> Any:
    """Copy a schema without keywords; the default are those of strict mode.

    The keys of properties are names, not keywords.
    """
    if isinstance(schema, list):
        return [strip_keywords(item, keywords) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    stripped = {}
    for key, value in schema.items():
        if are_properties or key not in keywords:
            are_inner = key in KEYS_OF_NAMES and not are_properties
            stripped[key] = strip_keywords(value, keywords, are_properties=are_inner)
    return stripped


@cache
def _build_validator(name: str) -> Validator:
    import jsonschema

    schema = load(name)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _find_leaf_errors(error: ValidationError) -> list[ValidationError]:
    """Return the errors inside an `anyOf`, except that of "or null"."""
    inner = [other for other in error.context or () if other.schema != {"type": "null"}]
    if error.validator != "anyOf" or not inner:
        return [error]
    return [leaf for other in inner for leaf in _find_leaf_errors(other)]


def shorten_message(message: str) -> str:
    """Cut out the middle of a long message; its end says what is wrong."""
    if len(message) <= _MAX_MESSAGE_CHARACTERS:
        return message
    # jsonschema quotes the value first and says what is wrong last.
    half = _MAX_MESSAGE_CHARACTERS // 2
    return f"{message[:half]} … {message[-half:]}"
