"""Validation against `schemas/`: every problem, each with its JSON path.

`schemas/` holds two kinds: what a model must answer (`*.answer.schema.json`, OpenAI's strict subset) and
what claimcheck publishes. A model never counts characters, so offsets appear only in the second.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from claimcheck import resources
from claimcheck.errors import SchemaError

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_SUFFIX = ".schema.json"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# halves of characters, and what is white space to Python alone: on these the two validators may differ
_VALIDATORS_MAY_DIFFER = re.compile(
    r"\\u(?:[dD][89a-fA-F]|00(?:1[c-fC-F]|85))|[\x1c-\x1f\x85\ud800-\udfff]"
)
_MAX_MESSAGE_CHARACTERS = 160
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
    """One way in which a value does not follow its schema, and where: `$.claims[2].quote`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def list_names() -> tuple[str, ...]:
    """Return the names of all schemas."""
    return tuple(
        sorted(
            path.name.removesuffix(_SUFFIX)
            for path in resources.find_folder("schemas").glob("*" + _SUFFIX)
        )
    )


def read_source(name: str) -> str:
    """Return the text of the schema file.

    Raises:
        SchemaError: there is no schema of that name.
    """
    if name not in list_names():
        raise SchemaError(
            f"schema {name!r}: there is none; there are {', '.join(list_names())}"
        )
    return (resources.find_folder("schemas") / (name + _SUFFIX)).read_text(
        encoding="utf-8"
    )


@cache
def compute_digest(name: str) -> str:
    """Return the SHA-256 hash of the schema file."""
    return hashlib.sha256(read_source(name).encode()).hexdigest()


@cache
def load(name: str) -> dict[str, Any]:
    """The schema, checked against JSON Schema 2020-12 itself. Not to be changed by the caller.

    Raises:
        SchemaError: there is no such schema, or its file is broken.
    """
    import jsonschema

    where = resources.find_folder("schemas") / (name + _SUFFIX)
    try:
        schema: dict[str, Any] = json.loads(read_source(name))
        jsonschema.Draft202012Validator.check_schema(schema)
    except ValueError as error:
        raise SchemaError(f"{where}: is not JSON: {error}; restore the file") from None
    except jsonschema.SchemaError as error:
        raise SchemaError(
            f"{where}: is no JSON Schema: {error.json_path}: {error.message}; restore the file"
        ) from None
    return schema


def find_problems(name: str, value: Any) -> tuple[Problem, ...]:
    """Return every way in which `value` violates the schema, in document order."""
    errors = sorted(
        _build_validator(name).iter_errors(value),
        key=lambda error: [str(part) for part in error.absolute_path],
    )
    return tuple(
        Problem(leaf.json_path, _shorten_message(leaf.message))
        for error in errors
        for leaf in _find_leaf_errors(error)
    )


def parse_answer(
    name: str, text: str
) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """Parse the JSON object in a model's answer and validate it.

    The object is None where there is none; with problems it does not follow the schema.
    """
    try:
        value = _parse_object(text)
    except (ValueError, RecursionError) as error:
        return None, (Problem("$", f"is not JSON: {error}"),)
    if not _VALIDATORS_MAY_DIFFER.search(text) and _passes_fast_validator(name, value):
        return value, ()
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        return None, (
            Problem("$", "holds half of a surrogate pair, which is no character"),
        )
    return value, find_problems(name, value)


def build_strict_schema(name: str) -> dict[str, Any]:
    """Return a copy of the schema without the keywords that strict mode refuses."""
    copied: dict[str, Any] = json.loads(
        _dump_strict_schema(name)
    )  # the fastest deep copy
    return copied


@cache
def _dump_strict_schema(name: str) -> str:
    return json.dumps(_strip_keywords(load(name)))


def _parse_object(text: str) -> Any:
    start = text.find("{")
    if start < 0:
        raise ValueError("it holds no object")
    value, end = json.JSONDecoder(parse_constant=_reject_constant).raw_decode(
        text, start
    )
    if "{" in text[end:]:
        raise ValueError("something follows the object")
    return value


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _passes_fast_validator(name: str, value: Any) -> bool:
    """Tell whether the fast Rust validator accepts the value; most answers pass."""
    try:
        return _build_fast_validator(name).is_valid(value)
    except ValueError:  # nested deeper than it goes
        return False


@cache
def _build_fast_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(load(name), validate_formats=True)


@cache
def _build_validator(name: str) -> Validator:
    import jsonschema

    schema = load(name)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _find_leaf_errors(error: ValidationError) -> list[ValidationError]:
    """Return the errors inside an `anyOf`, without the unhelpful "or null" branch."""
    inner = [other for other in error.context or () if other.schema != {"type": "null"}]
    if error.validator != "anyOf" or not inner:
        return [error]
    return [leaf for other in inner for leaf in _find_leaf_errors(other)]


def _shorten_message(message: str) -> str:
    """Cut the middle of a long message; its end says what is wrong."""
    if len(message) <= _MAX_MESSAGE_CHARACTERS:
        return message
    half = _MAX_MESSAGE_CHARACTERS // 2
    return f"{message[:half]} … {message[-half:]}"


def _strip_keywords(node: Any, *, properties: bool = False) -> Any:
    if isinstance(node, dict):
        return {
            key: _strip_keywords(value, properties=key in ("properties", "$defs"))
            for key, value in node.items()
            if properties or key not in _KEYWORDS_REFUSED_IN_STRICT_MODE
        }
    return [_strip_keywords(item) for item in node] if isinstance(node, list) else node


def iter_objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object type in a schema: for checks of what all objects must have."""
    if schema.get("type") == "object" or "properties" in schema:
        yield schema
    for value in schema.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from iter_objects(item)
