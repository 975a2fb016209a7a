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
_UNSURE = re.compile(r"\\u(?:[dD][89a-fA-F]|00(?:1[c-fC-F]|85))|[\x1c-\x1f\x85\ud800-\udfff]")
_LONGEST_MESSAGE = 160
_NOT_ON_THE_WIRE = ("minLength", "maxLength", "pattern", "$schema", "$id", "title", "description")


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a value does not follow its schema, and where: `$.claims[2].quote`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def names() -> tuple[str, ...]:
    """The names of the schemas there are."""
    return tuple(
        sorted(path.name.removesuffix(_SUFFIX) for path in resources.folder("schemas").glob("*" + _SUFFIX))
    )


def source(name: str) -> str:
    """The schema's file as it is.

    Raises:
        SchemaError: there is no schema of that name.
    """
    if name not in names():
        raise SchemaError(f"schema {name!r}: there is none; there are {', '.join(names())}")
    return (resources.folder("schemas") / (name + _SUFFIX)).read_text(encoding="utf-8")


@cache
def digest(name: str) -> str:
    """The sha256 of the schema's file."""
    return hashlib.sha256(source(name).encode()).hexdigest()


@cache
def load(name: str) -> dict[str, Any]:
    """The schema, checked against JSON Schema 2020-12 itself. Not to be changed by the caller.

    Raises:
        SchemaError: there is no such schema, or its file is broken.
    """
    import jsonschema

    where = resources.folder("schemas") / (name + _SUFFIX)
    try:
        schema: dict[str, Any] = json.loads(source(name))
        jsonschema.Draft202012Validator.check_schema(schema)
    except ValueError as error:
        raise SchemaError(f"{where}: is not JSON: {error}; restore the file") from None
    except jsonschema.SchemaError as error:
        raise SchemaError(
            f"{where}: is no JSON Schema: {error.json_path}: {error.message}; restore the file"
        ) from None
    return schema


def problems(name: str, value: Any) -> tuple[Problem, ...]:
    """All the ways in which `value` does not follow the schema, in document order."""
    errors = sorted(
        _validator(name).iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]
    )
    return tuple(Problem(leaf.json_path, _short(leaf.message)) for error in errors for leaf in _leaves(error))


def read(name: str, text: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """The JSON object in a model's answer, which may have a code fence or a sentence around it, and its problems.

    The object is None where there is none; with problems it does not follow the schema.
    """
    try:
        value = _object(text)
    except (ValueError, RecursionError) as error:
        return None, (Problem("$", f"is not JSON: {error}"),)
    if not _UNSURE.search(text) and _surely_follows(name, value):
        return value, ()
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        return None, (Problem("$", "holds half of a surrogate pair, which is no character"),)
    return value, problems(name, value)


def wire(name: str) -> dict[str, Any]:
    """A copy of the schema as an endpoint takes it: without the keywords that strict mode refuses."""
    copied: dict[str, Any] = json.loads(_wire(name))  # the fastest deep copy
    return copied


@cache
def _wire(name: str) -> str:
    return json.dumps(_stripped(load(name)))


def _object(text: str) -> Any:
    start = text.find("{")
    if start < 0:
        raise ValueError("it holds no object")
    value, end = json.JSONDecoder(parse_constant=_no_number).raw_decode(text, start)
    if "{" in text[end:]:
        raise ValueError("something follows the object")
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _surely_follows(name: str, value: Any) -> bool:
    """Whether a walk in Rust finds no problem; it takes a hundredth of the time, and most answers have none."""
    try:
        return _quick(name).is_valid(value)
    except ValueError:  # nested deeper than it goes
        return False


@cache
def _quick(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(load(name), validate_formats=True)


@cache
def _validator(name: str) -> Validator:
    import jsonschema

    schema = load(name)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _leaves(error: ValidationError) -> list[ValidationError]:
    """What is really wrong in an optional value: "or null" is no help to somebody who gave neither."""
    inner = [other for other in error.context or () if other.schema != {"type": "null"}]
    if error.validator != "anyOf" or not inner:
        return [error]
    return [leaf for other in inner for leaf in _leaves(other)]


def _short(message: str) -> str:
    """jsonschema puts the whole instance into its message; the end says what is wrong with it."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"


def _stripped(node: Any, *, properties: bool = False) -> Any:
    if isinstance(node, dict):
        return {
            key: _stripped(value, properties=key in ("properties", "$defs"))
            for key, value in node.items()
            if properties or key not in _NOT_ON_THE_WIRE
        }
    return [_stripped(item) for item in node] if isinstance(node, list) else node


def iter_objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object type in a schema: for checks of what all objects must have."""
    if schema.get("type") == "object" or "properties" in schema:
        yield schema
    for value in schema.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from iter_objects(item)
