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
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from claimcheck import schemas
from claimcheck.counting import format_count
from claimcheck.salvage.find import FoundObject, is_open_array, remove_items
from claimcheck.salvage.values import (
    convert_number,
    convert_scalar,
    decode_json,
    find_scale,
    get_only_value,
    is_blank,
    match_keys,
    means_nothing,
    quote_value,
)
from claimcheck.schemas import Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# Optional properties and their defaults. The speaker does not get a default if the
# answer names somebody in a form that we do not understand.
_ROOT_DEFAULTS: Mapping[str, Any] = {
    "key_points": [],
    "positions": [],
    "open_questions": [],
}
# Empty in most answers, so its absence means nothing.
_OPTIONAL = "ambiguous"
_ITEM_DEFAULTS: Mapping[str, Any] = {
    "claims": [],
    "speaker": None,
}
# Only used to rank and filter claims, so a claim without them is still a claim.
_UNSTATED: Mapping[str, Any] = {"kind": "statement", "check_worthiness": 0.5}
_REPLACEABLE = ("claims", "open_questions", "check_worthiness")
_FIELDS = "fields"  # of a claim, as the user defined them
_SHARE = "check_worthiness"  # from 0 to 1
# The types of items; JSON's true is a Python int, but not of this type.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
}


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item that does not fit the schema: number `index` of list `key`."""

    key: str
    index: int
    value: Any
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The content of an answer.

    `fields` has the valid properties; a list among them has its valid items, whose
    indexes in the model's own list are in `indexes`. `missing` says why a property, or
    the entire object, has no valid value. `is_cut_off` means that the text ends too
    early, in the list `open_list` if it is not None. If the JSON is broken, `leftover`
    is the text without the items that were found in it.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    indexes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    rejected: tuple[RejectedItem, ...] = ()
    missing: tuple[Problem, ...] = ()
    corrections: tuple[Problem, ...] = ()
    is_cut_off: bool = False
    open_list: str | None = None
    leftover: str | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All violations of the schema, sorted by path."""
        inside = [problem for item in self.rejected for problem in item.problems]
        return (*self.missing, *inside)

    @property
    def is_complete(self) -> bool:
        """Whether no part of the answer is missing."""
        return not (self.missing or self.rejected or self.is_cut_off)


class _MisfitError(Exception):
    """A value does not follow its schema."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class Fitter:
    """Fits the objects of one answer to a schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self.properties: dict[str, Any] = self._schema["properties"]
        self._corrections: list[Problem] = []
        self._rejected: list[RejectedItem] = []
        self._indexes: dict[str, tuple[int, ...]] = {}

    def fit_answer(self, answer: FoundObject) -> ParsedAnswer:
        """Fit the properties of the answer's object."""
        self._note_syntax(answer)
        keys = self._match_keys(answer.value, self.properties, "$")
        fit = partial(self._fit_root, answer, keys)
        fields, missing = _fit_each(self.properties, "$", fit)
        self._read_headline(fields, missing)
        open_key = answer.open_path[0] if answer.open_path else None
        open_list = next((name for name in keys if keys[name] == open_key), None)
        is_cut_off = answer.is_cut_off
        is_there = keys.keys() >= self.properties.keys() - {_OPTIONAL}
        if is_cut_off and open_key is None and is_there:
            is_cut_off = False
            self.correct("$", "the last brace was missing")
        return ParsedAnswer(
            fields=fields,
            indexes=self._indexes,
            rejected=tuple(self._rejected),
            missing=tuple(missing),
            corrections=tuple(self._corrections),
            is_cut_off=is_cut_off,
            open_list=open_list,
        )

    def _fit_root(
        self, answer: FoundObject, keys: Mapping[str, str], name: str, path: str
    ) -> Any:
        """Fit a property of the answer's object."""
        if name in keys:
            return self._fit_property(name, answer.value[keys[name]], path)
        if name == _OPTIONAL:
            return []
        # A model that was cut off did not leave these out.
        if answer.is_cut_off and name in _ROOT_DEFAULTS:
            return _ROOT_DEFAULTS[name]
        return self._get_default(_ROOT_DEFAULTS, name, path)

    def _read_headline(self, fields: dict[str, Any], missing: list[Problem]) -> None:
        """Use a summary's first sentence as the headline if it lacks one."""
        others = [problem for problem in missing if problem.path != "$.headline"]
        if len(others) < len(missing) and fields.get("sentences"):
            text = fields["sentences"][0]["text"]
            fields["headline"] = convert_scalar(self.properties["headline"], text)
            self.correct("$.headline", "is missing; the first sentence was read as it")
            missing[:] = others

    def fit_items(
        self, text: str, items: Sequence[FoundObject], error: str | None
    ) -> ParsedAnswer:
        """Fit items of the main list that have no object around them."""
        whole = [found for found in items if not found.is_cut_off]
        for found in whole:
            self._note_syntax(found)
        name = next(iter(self.properties))
        if not error:
            self.correct(f"$.{name}", "the list was read without an object around it")
        is_cut_off = len(whole) < len(items) or is_open_array(text, whole)
        value = {name: [found.value for found in whole]}
        open_path = (name,) if is_cut_off else ()
        around = FoundObject(value, 0, len(text), is_cut_off, open_path)
        parsed = self.fit_answer(around)
        if not error:
            return parsed
        problem = Problem("$", f"is not JSON: {error}")
        leftover = remove_items(text, whole)
        missing = (problem, *parsed.missing)
        return replace(parsed, missing=missing, leftover=leftover)

    @property
    def item_schema(self) -> dict[str, Any]:
        """The item schema of the first property, if the items are objects."""
        first: dict[str, Any] = next(iter(self.properties.values()))
        item_schema = self._resolve(first["items"] if first["type"] == "array" else {})
        return item_schema if item_schema.get("type") == "object" else {}

    def _fit_property(self, name: str, value: Any, path: str) -> Any:
        schema = self.properties[name]
        item_schema = self._resolve(schema.get("items", {}))
        if item_schema.get("type") == "object":
            return self._fit_items(schema, value, path, name)
        return self._fit(schema, value, path, name)

    def _fit_items(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of objects; items that do not fit are rejected."""
        fitted: dict[int, Any] = {}
        item_schema = self._resolve(schema["items"])
        listed = self._read_list(item_schema, value, path)
        for index, item in enumerate(self._rescale(item_schema, listed, path)):
            try:
                fitted[index] = self._fit(item_schema, item, f"{path}[{index}]", name)
            except _MisfitError as misfit:
                rejected = RejectedItem(name, index, item, misfit.problems)
                self._rejected.append(rejected)
        if len(fitted) < schema.get("minItems", 0):
            raise _MisfitError([Problem(path, "has no valid item")])
        self._indexes[name] = tuple(fitted)[: schema.get("maxItems")]
        return self._cut(schema, list(fitted.values()), path)

    def _rescale(self, schema: Any, items: list[Any], path: str) -> list[Any]:
        """Convert shares that a model gives on a scale to 10 or 100.

        Only if all of them are above 1, because a single one may be a mistake.
        """
        share = {_SHARE: None} if _SHARE in schema.get("properties", {}) else {}
        keys = [match_keys(item, share).get(_SHARE, "") for item in items]
        numbers: list[Any] = []
        for item, key in zip(items, keys, strict=True):
            numbers.append(convert_number("number", item[key]) if key else None)
        scale = find_scale(numbers)
        if scale is None:
            return items
        self.correct(f"{path}[].{_SHARE}", f"numbers up to {scale} read as shares")
        rescaled = []
        for item, key, number in zip(items, keys, numbers, strict=True):
            rescaled.append(item | {key: number / scale})
        return rescaled

    def _fit(self, schema: Any, value: Any, path: str, name: str) -> Any:
        schema = self._resolve(schema)
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
        return self._fit(inner, value, path, name)

    def _fit_object(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        properties = schema["properties"]
        value = self._read_object(schema, value, path)
        keys = self._match_keys(value, properties, path)
        fit = partial(self._fit_member, properties, value, keys)
        fitted, problems = _fit_each(properties, path, fit)
        if problems:
            raise _MisfitError(problems)
        return fitted

    def _read_object(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        value = self._decode(value, path)
        if isinstance(value, str) and _needs_only_text(schema):
            self.correct(path, "a text was read as an object with it")
            return {"text": value}
        if not isinstance(value, dict):
            message = f"{quote_value(value)} is not an object"
            raise _MisfitError([Problem(path, message)])
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
            return self._get_default(_UNSTATED, name, path)
        if name not in keys:
            return self._get_default(_ITEM_DEFAULTS, name, path)
        try:
            return self._fit(schema, found, path, name)
        except _MisfitError:
            if name not in _REPLACEABLE:
                raise
            self.correct(path, f"{quote_value(found)} was ignored")
            return {**_ITEM_DEFAULTS, **_UNSTATED}[name]

    def _is_unstated(self, schema: Any, name: str, value: Any) -> bool:
        """Whether a claim lacks a property that has a neutral value."""
        if name not in _UNSTATED or value not in (None, ""):
            return False
        # The user's own kinds may not include the neutral one.
        return _UNSTATED[name] in self._resolve(schema).get("enum", _UNSTATED.values())

    def _fit_fields(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        """Fit a claim's user-defined fields; invalid ones become null."""
        if not isinstance(value, dict):
            self.correct(path, f"{quote_value(value)} was read as no fields")
            value = {}
        keys = self._match_keys(value, schema["properties"], path)
        fitted = {}
        for name, inner in schema["properties"].items():
            found = value.get(keys.get(name, ""))
            fitted[name] = self._fit_field(inner, found, f"{path}.{name}")
        return fitted

    def _fit_field(self, schema: Any, value: Any, path: str) -> Any:
        try:
            return self._fit_nullable(schema, value, path, _FIELDS)
        except _MisfitError as misfit:
            self.correct(path, f"was read as null: {misfit.problems[0].message}")
            return None

    def _fit_values(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of texts or numbers."""
        item_schema = self._resolve(schema["items"])
        fitted = []
        for index, item in enumerate(self._read_list(item_schema, value, path)):
            item_path = f"{path}[{index}]"
            try:
                fitted.append(self._fit_scalar(item_schema, item, item_path))
            except _MisfitError:
                if name not in _REPLACEABLE:
                    raise
                self.correct(item_path, f"{quote_value(item)} was ignored")
        least = schema.get("minItems", 0)
        if len(fitted) < least:
            raise _MisfitError([Problem(path, f"has fewer than {least} values")])
        return self._cut(schema, fitted, path)

    def _cut(self, schema: Any, items: list[Any], path: str) -> list[Any]:
        """Return as many items as the schema allows."""
        most = schema.get("maxItems", len(items))
        if len(items) > most:
            ignored = format_count(len(items) - most, "item")
            self.correct(path, f"ignored {ignored} above {most}")
        return items[:most]

    def _read_list(self, item_schema: Any, value: Any, path: str) -> list[Any]:
        """Return a list: null has no items, and a single item is one."""
        value = self._decode(value, path)
        item_type = item_schema.get("type", "")
        if isinstance(inner := get_only_value(value), list):
            self.correct(path, "an object around the list was ignored")
            value = inner
        if isinstance(value, list):
            is_nested = len(value) == 1 and isinstance(value[0], list)
            return value[0] if is_nested else value
        if value is None:
            self.correct(path, "null was read as an empty list")
            return []
        if item_type == "object" and _is_map_of_objects(value):
            self.correct(path, "an object of objects was read as a list")
            return list(value.values())
        is_text = type(value) is str and _needs_only_text(item_schema)
        if not is_text and type(value) not in _TYPES.get(item_type, ()):
            raise _MisfitError([Problem(path, f"{quote_value(value)} is not a list")])
        self.correct(path, "a single value was read as a list of one")
        return [value]

    def _fit_scalar(self, schema: Any, value: Any, path: str) -> Any:
        read = convert_scalar(schema, value)
        problems = []
        for error in _build_validator(json.dumps(schema)).iter_errors(read):
            problems.append(Problem(path, schemas.shorten_message(error.message)))
        if problems:
            raise _MisfitError(problems)
        if read != value or type(read) is not type(value):
            self.correct(path, f"{quote_value(value)} was read as {quote_value(read)}")
        return read

    def _get_default(self, defaults: Mapping[str, Any], name: str, path: str) -> Any:
        if name not in defaults:
            raise _MisfitError([Problem(path, f"{name!r} is a required property")])
        default = defaults[name]
        self.correct(path, f"is missing; read as {quote_value(default)}")
        return default

    def _note_syntax(self, found: FoundObject) -> None:
        for correction in found.corrections:
            self.correct("$", correction)

    def _match_keys(
        self, value: Mapping[str, Any], properties: Mapping[str, Any], path: str
    ) -> dict[str, str]:
        """Map properties to the keys that mean them, and record what is odd."""
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
        self._corrections.append(Problem(path, message))

    def _resolve(self, schema: Any) -> Any:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return self._schema["$defs"][reference.rpartition("/")[2]]


def _fit_each(
    properties: Iterable[str], path: str, fit: Callable[[str, str], Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Fit each property by its name and path; return also what does not fit."""
    fitted = {}
    problems: list[Problem] = []
    for name in properties:
        try:
            fitted[name] = fit(name, f"{path}.{name}")
        except _MisfitError as misfit:
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
