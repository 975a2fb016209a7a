"""Fit a model's answer to its schema, and report what does not fit.

A bad item costs only that item. A value with an unambiguous meaning is corrected, and
every correction is recorded: "Event" is the kind `event`, "0.8" is a number, null is an
empty list. Details that the result does not need (extra keys, missing links) cost
nothing. A claim without a kind or a check-worthiness gets a neutral one, which is also
recorded. A missing quote or text is never made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from claimcheck import schemas
from claimcheck.counting import format_count
from claimcheck.salvage.find import FoundObject
from claimcheck.salvage.values import (
    convert_scalar,
    decode_json,
    get_only_value,
    is_blank,
    match_keys,
    means_nothing,
    quote_value,
)
from claimcheck.schemas import Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# Optional properties of items and their defaults. The speaker does not get a default if
# the answer names somebody in a form that we do not understand.
_ITEM_DEFAULTS: Mapping[str, Any] = {"claims": [], "speaker": None}
# Only used to rank and filter claims, so a claim without them is still a claim.
_UNSTATED: Mapping[str, Any] = {"kind": "statement", "check_worthiness": 0.5}
_REPLACEABLE = ("claims", "open_questions", "check_worthiness")
_FIELDS = "fields"  # of a claim, as the user defined them
# The types of items; JSON's true is a Python int, but not of this type.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
}


class MisfitError(Exception):
    """A value does not follow its schema."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class Fitter:
    """Fits the values of one answer to a schema, and records corrections."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self.corrections: list[Problem] = []

    def fit(self, schema: Any, value: Any, path: str, name: str) -> Any:
        """Return the value of a property in the form that its schema requires.

        Raises:
            MisfitError: it has no such form.
        """
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return self._fit_nullable(schema, value, path, name)
        if schema.get("type") == "object":
            return self._fit_object(schema, value, path)
        if schema.get("type") == "array":
            return self._fit_values(schema, value, path, name)
        return self._fit_scalar(schema, value, path)

    def _fit_nullable(self, schema: Any, value: Any, path: str, name: str) -> Any:
        if value is None:
            return None
        # In a user's field, "none" may be an answer, and so is false.
        if is_blank(value) or (name != _FIELDS and means_nothing(value)):
            self.correct(path, f"{quote_value(value)} was read as null")
            return None
        inner = next(other for other in schema["anyOf"] if other != {"type": "null"})
        return self.fit(inner, value, path, name)

    def _fit_object(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        properties = schema["properties"]
        value = self._read_object(schema, value, path)
        keys = self.match_keys(value, properties, path)
        fit = partial(self._fit_member, properties, value, keys)
        # All problems at once, so that one repair can fix them.
        fitted, problems = fit_each(properties, path, fit)
        if problems:
            raise MisfitError(problems)
        return fitted

    def _read_object(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        value = self._decode(value, path)
        if isinstance(value, str) and _needs_only_text(schema):
            self.correct(path, "a text was read as an object with it")
            return {"text": value}
        if not isinstance(value, dict):
            message = f"{quote_value(value)} is not an object"
            raise MisfitError([Problem(path, message)])
        inner = get_only_value(value)
        if isinstance(inner, dict) and not match_keys(value, schema["properties"]):
            self.correct(path, "an object around it was ignored")
            return inner
        return value

    def _fit_member(
        self,
        properties: Mapping[str, Any],
        value: Mapping[str, Any],
        keys: Mapping[str, str],
        name: str,
        path: str,
    ) -> Any:
        """Fit a property of an item."""
        schema = properties[name]
        found = value.get(keys.get(name, ""))
        if name == _FIELDS:
            return self._fit_fields(schema, value.get(name), path)
        if self._is_unstated(schema, name, found):
            return self.get_default(_UNSTATED, name, path)
        if name not in keys:
            return self.get_default(_ITEM_DEFAULTS, name, path)
        try:
            return self.fit(schema, found, path, name)
        except MisfitError:
            if name not in _REPLACEABLE:
                raise
            self.correct(path, f"{quote_value(found)} was ignored")
            return {**_ITEM_DEFAULTS, **_UNSTATED}[name]

    def _is_unstated(self, schema: Any, name: str, value: Any) -> bool:
        """Whether a claim lacks a property that has a neutral value."""
        if name not in _UNSTATED or value not in (None, ""):
            return False
        # The user's own kinds may not include the neutral one.
        return _UNSTATED[name] in self.resolve(schema).get("enum", _UNSTATED.values())

    def _fit_fields(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        """Fit a claim's user-defined fields; invalid ones become null."""
        if not isinstance(value, dict):
            self.correct(path, f"{quote_value(value)} was read as no fields")
            value = {}
        keys = self.match_keys(value, schema["properties"], path)
        fitted = {}
        for name, inner in schema["properties"].items():
            found = value.get(keys.get(name, ""))
            fitted[name] = self._fit_field(inner, found, f"{path}.{name}")
        return fitted

    def _fit_field(self, schema: Any, value: Any, path: str) -> Any:
        try:
            return self._fit_nullable(schema, value, path, _FIELDS)
        except MisfitError as misfit:
            self.correct(path, f"was read as null: {misfit.problems[0].message}")
            return None

    def _fit_values(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of texts or numbers."""
        item_schema = self.resolve(schema["items"])
        fitted = []
        for index, item in enumerate(self.read_list(item_schema, value, path)):
            item_path = f"{path}[{index}]"
            try:
                fitted.append(self._fit_scalar(item_schema, item, item_path))
            except MisfitError:
                if name not in _REPLACEABLE:
                    raise
                self.correct(item_path, f"{quote_value(item)} was ignored")
        least = schema.get("minItems", 0)
        if len(fitted) < least:
            raise MisfitError([Problem(path, f"has fewer than {least} values")])
        return self.cut_list(schema, fitted, path)

    def cut_list(self, schema: Any, items: list[Any], path: str) -> list[Any]:
        """Return as many items as the schema allows."""
        most = schema.get("maxItems", len(items))
        if len(items) > most:
            ignored = format_count(len(items) - most, "item")
            self.correct(path, f"ignored {ignored} above {most}")
        return items[:most]

    def read_list(self, item_schema: Any, value: Any, path: str) -> list[Any]:
        """Return a list: null has no items, and a single item is one."""
        value = self._unwrap_list(value, path)
        item_type = item_schema.get("type", "")
        if isinstance(value, list):
            return value
        if value is None:
            self.correct(path, "null was read as an empty list")
            return []
        if item_type == "object" and _is_map_of_objects(value):
            self.correct(path, "an object of objects was read as a list")
            return list(value.values())
        is_text = type(value) is str and _needs_only_text(item_schema)
        if not is_text and type(value) not in _TYPES.get(item_type, ()):
            raise MisfitError([Problem(path, f"{quote_value(value)} is not a list")])
        self.correct(path, "a single value was read as a list of one")
        return [value]

    def _unwrap_list(self, value: Any, path: str) -> Any:
        """Return the list in a text, an object, or a list; else the value."""
        value = self._decode(value, path)
        inner = get_only_value(value)
        if isinstance(inner, list):
            self.correct(path, "an object around the list was ignored")
            return inner
        is_nested = isinstance(value, list) and list(map(type, value)) == [list]
        return value[0] if is_nested else value

    def _fit_scalar(self, schema: Any, value: Any, path: str) -> Any:
        read = convert_scalar(schema, value)
        problems = []
        for error in _build_validator(json.dumps(schema)).iter_errors(read):
            problems.append(Problem(path, schemas.shorten_message(error.message)))
        if problems:
            raise MisfitError(problems)
        if read != value or type(read) is not type(value):
            self.correct(path, f"{quote_value(value)} was read as {quote_value(read)}")
        return read

    def get_default(self, defaults: Mapping[str, Any], name: str, path: str) -> Any:
        """Return the default of a missing property, or raise MisfitError."""
        if name not in defaults:
            raise MisfitError([Problem(path, f"{name!r} is a required property")])
        default = defaults[name]
        self.correct(path, f"is missing; read as {quote_value(default)}")
        return default

    def note_syntax(self, found: FoundObject) -> None:
        """Record the deviations of an object from strict JSON."""
        for correction in found.corrections:
            self.correct("$", correction)

    def match_keys(
        self, value: Mapping[str, Any], properties: Mapping[str, Any], path: str
    ) -> dict[str, str]:
        """Map properties to the keys that mean them; record what is odd."""
        keys = match_keys(value, properties)
        for name, key in keys.items():
            if name != key:
                message = f"the key {quote_value(key)} was read so"
                self.correct(f"{path}.{name}", message)
        for key in value:
            if key not in keys.values():
                self.correct(path, f"the key {quote_value(key)} was ignored")
        return keys

    def _decode(self, value: Any, path: str) -> Any:
        """Return the value in a JSON text; return other values unchanged."""
        decoded = decode_json(value)
        if decoded is None:
            return value
        self.correct(path, "a text was decoded as JSON")
        return decoded

    def correct(self, path: str, message: str) -> None:
        """Record a correction."""
        self.corrections.append(Problem(path, message))

    def resolve(self, schema: Any) -> Any:
        """Return the schema that a reference names; others unchanged."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return self._schema["$defs"][reference.rpartition("/")[2]]


def fit_each(
    properties: Iterable[str], path: str, fit: Callable[[str, str], Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Fit each property by its name and path; also return the misfits."""
    fitted = {}
    problems: list[Problem] = []
    for name in properties:
        try:
            fitted[name] = fit(name, f"{path}.{name}")
        except MisfitError as misfit:
            problems += misfit.problems
    return fitted, problems


def _needs_only_text(schema: Mapping[str, Any]) -> bool:
    """Whether an object of this schema needs only a text."""
    properties = schema.get("properties", {}).keys()
    return "text" in properties and properties - {"text"} <= _ITEM_DEFAULTS.keys()


def _is_map_of_objects(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(item, dict) for item in value.values())


@cache
def _build_validator(schema_json: str) -> Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads(schema_json))
