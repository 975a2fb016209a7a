"""Read a model's answer: all of it that follows its schema, and what does not.

A bad item costs one item. What has one meaning only is corrected, and every correction
is recorded: "Event" is the kind `event`, "0.8" is a number, null is an empty list. What
the result does not need (extra keys, missing links) costs nothing. A claim without a
kind or a check-worthiness gets a neutral one, which is recorded, too; a quote or a text
that is not there is never made up.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from claimcheck import answer_schemas, schemas
from claimcheck.lenient_json import FoundObject, find_objects
from claimcheck.models.brief import EMPTY_BRIEF, Brief
from claimcheck.schemas import Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# What a result can do without, and what stands for it then. Whoever speaks is not among
# them if the answer names somebody in a form that we do not understand.
_ROOT_DEFAULTS: Mapping[str, Any] = {
    "key_points": [],
    "positions": [],
    "open_questions": [],
}
_ITEM_DEFAULTS: Mapping[str, Any] = {
    "claims": [],
    "speaker": None,
}
# What a claim is ranked and filtered by; a claim without is still a claim.
_UNSTATED: Mapping[str, Any] = {"kind": "statement", "check_worthiness": 0.5}
_REPLACEABLE = ("claims", "open_questions")
_FIELDS = "fields"  # of a claim, as the user defined them
_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*")
_FIRST_KEY = re.compile(r"\s*\"([\w -]{1,40})\"\s*:")
# A number among words, such as "passage 3" or "[3]"; a second one would be another.
_ONLY_INTEGER = re.compile(r"[^\d.-]{0,20}(\d{1,6})[^\d.]{0,5}")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# Of shares, where the schema asks for a number from 0 to 1.
_SCALES = (10, 100)
# Some models put their answer into another object, such as {"result": {...}}.
_MAX_WRAPPERS = 3
# Of the required keys of an item; an object with fewer is something else.
_MIN_ITEM_KEYS = 0.5
_MAX_VALUE_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item that does not follow the schema: list `key`, number `index`."""

    key: str
    index: int
    value: Any
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """What an answer contains.

    `fields` has the valid properties; a list among them has its valid items, whose
    indexes in the model's own list are in `indexes`. `missing` says why there is no
    valid value for a property, or no object at all. `is_cut_off`: the text ends too
    early, in the list `open_list` if that is not None. `leftover` is the text without
    the items that were found in JSON that is broken as a whole.
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
        """All that does not follow the schema, by path."""
        inside = [problem for item in self.rejected for problem in item.problems]
        return (*self.missing, *inside)

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the answer is missing."""
        return not (self.missing or self.rejected or self.is_cut_off)


def parse_answer(
    schema_name: str, text: str, brief: Brief = EMPTY_BRIEF
) -> ParsedAnswer:
    """Find the object that fits the schema, wherever it is, and read it."""
    text = _decode_quoted_json(text)
    fitter = _Fitter(answer_schemas.load(schema_name, brief))
    text = fitter.open_object(text)
    found = find_objects(text)
    objects = _discard_drafts(text, found.objects)
    answer = fitter.find_answer(objects)
    items = fitter.find_items(objects)
    # Where the object as a whole is broken, its inner objects may look like an answer.
    if items and (answer is None or (found.error and not answer.has_items)):
        return fitter.fit_items(text, items, found.error)
    if answer is not None:
        return fitter.fit_answer(answer)
    is_cut_off = found.ends_in_reasoning or any(item.is_cut_off for item in objects)
    message = _describe_missing_object(text, found.error, objects)
    return ParsedAnswer(missing=(Problem("$", message),), is_cut_off=is_cut_off)


def _decode_quoted_json(text: str) -> str:
    """Decode an answer that was encoded twice: a JSON string of JSON."""
    stripped = text.strip()
    if not (stripped.startswith('"') and stripped.endswith('"')):
        return text
    try:
        decoded = json.loads(stripped)
    except (ValueError, RecursionError):
        return text
    return decoded if isinstance(decoded, str) else text


def _discard_drafts(text: str, objects: Sequence[FoundObject]) -> list[FoundObject]:
    """Leave out objects in the model's reasoning, unless it is the answer."""
    answers = [found for found in objects if not found.is_draft]
    if answers or not objects:
        return answers
    # Some models never close their reasoning, or write nothing after it.
    last = objects[-1]
    after = re.sub(r"</?\w+>|\[/?\w+\]|```", "", text[last.end :])
    is_last = not after.strip() and not last.is_cut_off
    return [last] if is_last else []


def _describe_missing_object(
    text: str, error: str | None, objects: Sequence[FoundObject]
) -> str:
    if error:
        return f"is not JSON: {error}"
    if objects:
        return "contains no object with the keys of the schema"
    if "{" in text:
        return "is not JSON: no object can be read"
    return "is not JSON: it contains no object"


class _MisfitError(Exception):
    """A value does not follow its schema."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object that has keys of the schema."""

    value: dict[str, Any]
    open_path: tuple[str, ...]
    found: FoundObject
    keys: frozenset[str]

    @property
    def has_items(self) -> bool:
        """Whether any list of it contains an object."""
        lists = [item for item in self.value.values() if isinstance(item, list)]
        return any(isinstance(item, dict) for items in lists for item in items)


class _Fitter:
    """Fits the objects of one answer to a schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._properties: dict[str, Any] = self._schema["properties"]
        self._corrections: list[Problem] = []
        self._rejected: list[RejectedItem] = []
        self._indexes: dict[str, tuple[int, ...]] = {}
        self._validators: dict[int, Validator] = {}

    def open_object(self, text: str) -> str:
        """Add the first brace if the text begins with a key of the answer.

        Some servers leave out what they make the model begin with.
        """
        first = _FIRST_KEY.match(text)
        if first is None or not _match_keys({first[1]: None}, self._properties):
            return text
        self._correct("$", "the brace before the first key was missing")
        return "{" + text

    def find_answer(self, objects: Sequence[FoundObject]) -> _Candidate | None:
        """Return the last object with most keys of the schema."""
        candidates: list[_Candidate] = []
        for found in objects:
            candidates += self._iter_candidates(found.value, found.open_path, found, 0)
        if not candidates:
            return None
        best = max(
            reversed(candidates),
            key=lambda candidate: (len(candidate.keys), _has_content(candidate.value)),
        )
        if best.found.is_cut_off:
            return best
        # Some models write an object for each part of the answer.
        merged = dict(best.value)
        keys = set(best.keys)
        for other in candidates:
            if not other.keys & keys and not other.found.is_cut_off:
                merged |= other.value
                keys |= other.keys
        return _Candidate(merged, (), best.found, frozenset(keys))

    def _iter_candidates(
        self,
        value: Any,
        open_path: tuple[str, ...],
        found: FoundObject,
        wrappers: int,
    ) -> Iterator[_Candidate]:
        if isinstance(value, list):
            for item in value if wrappers else ():
                yield from self._iter_candidates(item, (), found, wrappers)
        if isinstance(value, str) and "{" in value and wrappers:
            for inner in find_objects(value).objects:
                yield from self._iter_candidates(
                    inner.value, inner.open_path, inner, wrappers
                )
        if not isinstance(value, dict):
            return
        keys = frozenset(_match_keys(value, self._properties))
        if keys:
            yield _Candidate(value, open_path, found, keys)
        elif wrappers < _MAX_WRAPPERS:
            for key, inner in value.items():
                path = open_path[1:] if open_path[:1] == (key,) else ()
                yield from self._iter_candidates(inner, path, found, wrappers + 1)

    def find_items(self, objects: Sequence[FoundObject]) -> list[FoundObject]:
        """Return items of the main list without an object around them."""
        item_schema = self._resolve(self._main_list.get("items", {}))
        required = item_schema.get("required", ())
        items = []
        for found in objects:
            matched = _match_keys(found.value, item_schema.get("properties", {}))
            if found.is_cut_off or len(matched) >= _MIN_ITEM_KEYS * len(required) > 0:
                items.append(found)
        has_item = any(not found.is_cut_off for found in items)
        return items if has_item and required else []

    def fit_answer(self, answer: _Candidate) -> ParsedAnswer:
        """Read the properties of the object that is the answer."""
        self._note_syntax(answer.found)
        fields: dict[str, Any] = {}
        missing: list[Problem] = []
        keys = _match_keys(answer.value, self._properties)
        self._note_keys(keys, answer.value, "$")
        for name, schema in self._properties.items():
            path = f"$.{name}"
            try:
                if name in keys:
                    value = answer.value[keys[name]]
                    fields[name] = self._fit_property(schema, value, path, name)
                elif answer.found.is_cut_off and name in _ROOT_DEFAULTS:
                    fields[name] = _ROOT_DEFAULTS[name]
                else:
                    fields[name] = self._get_default(_ROOT_DEFAULTS, name, path)
            except _MisfitError as misfit:
                missing += misfit.problems
        self._read_headline(fields, missing)
        open_key = answer.open_path[0] if answer.open_path else None
        open_list = next((name for name in keys if keys[name] == open_key), None)
        return self._build(
            fields, missing, answer.found.is_cut_off, open_list=open_list
        )

    def _read_headline(self, fields: dict[str, Any], missing: list[Problem]) -> None:
        """Let the first sentence of a summary be the headline that it lacks."""
        problems = [problem for problem in missing if problem.path == "$.headline"]
        if problems and fields.get("sentences"):
            text = fields["sentences"][0]["text"]
            fields["headline"] = _convert_scalar(self._properties["headline"], text)
            self._correct("$.headline", "is missing; the first sentence was read as it")
            missing[:] = [problem for problem in missing if problem not in problems]

    def fit_items(
        self, text: str, items: Sequence[FoundObject], error: str | None
    ) -> ParsedAnswer:
        """Read items of the main list that have no object around them."""
        whole = [found for found in items if not found.is_cut_off]
        for found in whole:
            self._note_syntax(found)
        name = next(iter(self._properties))
        path = f"$.{name}"
        values = [found.value for found in whole]
        fields = {name: self._fit_items(self._main_list, values, path, name)}
        missing: list[Problem] = []
        leftover = None
        is_cut_off = len(whole) < len(items) or _is_open_array(text, whole)
        if error:
            missing.append(Problem("$", f"is not JSON: {error}"))
            leftover = _remove_items(text, whole)
        else:
            self._correct(path, "the list was read without an object around it")
        for other in self._properties:
            if other == name:
                continue
            try:
                other_path = f"$.{other}"
                fields[other] = self._get_default(_ROOT_DEFAULTS, other, other_path)
            except _MisfitError as misfit:
                missing += misfit.problems
        open_list = name if is_cut_off else None
        return self._build(
            fields, missing, is_cut_off, open_list=open_list, leftover=leftover
        )

    @property
    def _main_list(self) -> dict[str, Any]:
        """The schema of the first property, if that is a list of objects."""
        first: dict[str, Any] = next(iter(self._properties.values()))
        is_list = first.get("type") == "array"
        item_schema = self._resolve(first["items"]) if is_list else {}
        return first if item_schema.get("type") == "object" else {}

    def _build(
        self,
        fields: dict[str, Any],
        missing: Sequence[Problem],
        is_cut_off: bool,
        *,
        open_list: str | None,
        leftover: str | None = None,
    ) -> ParsedAnswer:
        return ParsedAnswer(
            fields=fields,
            indexes=self._indexes,
            rejected=tuple(self._rejected),
            missing=tuple(missing),
            corrections=tuple(self._corrections),
            is_cut_off=is_cut_off,
            open_list=open_list,
            leftover=leftover,
        )

    def _fit_property(self, schema: Any, value: Any, path: str, name: str) -> Any:
        item_schema = self._resolve(schema.get("items", {}))
        if item_schema.get("type") == "object":
            return self._fit_items(schema, value, path, name)
        return self._fit(schema, value, path, name)

    def _fit_items(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of objects; each that does not fit is rejected."""
        items = []
        indexes = []
        listed = self._fit_list(value, "object", path)
        listed = self._rescale(self._resolve(schema["items"]), listed, path)
        for index, item in enumerate(listed):
            item_path = f"{path}[{index}]"
            try:
                items.append(self._fit(schema["items"], item, item_path, name))
                indexes.append(index)
            except _MisfitError as misfit:
                rejected = RejectedItem(name, index, item, misfit.problems)
                self._rejected.append(rejected)
        most = schema.get("maxItems", len(items))
        if len(items) > most:
            self._correct(path, f"{len(items) - most} items above {most} were ignored")
        if len(items) < schema.get("minItems", 0):
            raise _MisfitError([Problem(path, "has no valid item")])
        self._indexes[name] = tuple(indexes[:most])
        return items[:most]

    def _rescale(self, schema: Any, items: list[Any], path: str) -> list[Any]:
        """Read shares that a model gives on a scale to 10, or to 100.

        Only if all of them are above 1: one alone may be a mistake.
        """
        for name, inner in schema.get("properties", {}).items():
            if inner.get("maximum") != 1 or inner.get("type") != "number":
                continue
            numbers: list[Any] = []
            for item in items:
                key = _match_keys(item, {name: inner}).get(name)
                numbers.append(_convert_number("number", item[key]) if key else None)
            scale = _find_scale(numbers)
            if scale is None:
                continue
            self._correct(f"{path}[].{name}", f"numbers up to {scale} read as shares")
            rescaled = []
            for item, number in zip(items, numbers, strict=True):
                others = {key: item[key] for key in item if not _is_key(key, name)}
                rescaled.append(others | {name: number / scale})
            items = rescaled
        return items

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
        if value == []:
            self._correct(path, "an empty list was read as null")
            return None
        if isinstance(value, str) and not value.strip():
            self._correct(path, "an empty text was read as null")
            return None
        inner = [other for other in schema["anyOf"] if other != {"type": "null"}]
        return self._fit(inner[0], value, path, name)

    def _fit_object(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, str) and _needs_only_text(schema):
            self._correct(path, "a text was read as an object with it")
            value = {"text": value}
        if not isinstance(value, dict):
            raise _MisfitError([Problem(path, f"{_quote(value)} is not an object")])
        keys = _match_keys(value, schema["properties"])
        self._note_keys(keys, value, path)
        fitted = {}
        problems: list[Problem] = []
        for name, inner in schema["properties"].items():
            inner_path = f"{path}.{name}"
            try:
                if name == _FIELDS:
                    fitted[name] = self._fit_fields(inner, value.get(name), inner_path)
                elif self._is_unstated(inner, name, value.get(keys.get(name, ""))):
                    fitted[name] = self._get_default(_UNSTATED, name, inner_path)
                elif name in keys:
                    fitted[name] = self._fit_or_replace(
                        inner, value[keys[name]], inner_path, name
                    )
                else:
                    fitted[name] = self._get_default(_ITEM_DEFAULTS, name, inner_path)
            except _MisfitError as misfit:
                problems += misfit.problems
        if problems:
            raise _MisfitError(problems)
        return fitted

    def _is_unstated(self, schema: Any, name: str, value: Any) -> bool:
        """Whether a claim lacks what it can be read without."""
        if name not in _UNSTATED or value not in (None, ""):
            return False
        return _UNSTATED[name] in self._resolve(schema).get("enum", _UNSTATED.values())

    def _fit_fields(self, schema: Any, value: Any, path: str) -> dict[str, Any]:
        """Fit the user's fields of a claim; each that does not fit is null."""
        if not isinstance(value, dict):
            self._correct(path, f"{_quote(value)} was read as no fields")
            value = {}
        keys = _match_keys(value, schema["properties"])
        self._note_keys(keys, value, path)
        fitted = {}
        for name, inner in schema["properties"].items():
            inner_path = f"{path}.{name}"
            found = value.get(keys.get(name, ""))
            try:
                fitted[name] = self._fit_nullable(inner, found, inner_path, _FIELDS)
            except _MisfitError as misfit:
                message = misfit.problems[0].message
                self._correct(inner_path, f"was read as null: {message}")
                fitted[name] = None
        return fitted

    def _fit_or_replace(self, schema: Any, value: Any, path: str, name: str) -> Any:
        """Fit a value, or replace it if the result can do without it."""
        try:
            return self._fit(schema, value, path, name)
        except _MisfitError:
            if name not in _REPLACEABLE:
                raise
            self._correct(path, f"{_quote(value)} was ignored")
            return _ITEM_DEFAULTS[name]

    def _fit_values(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of texts or numbers."""
        item_schema = self._resolve(schema["items"])
        fitted = []
        for index, item in enumerate(
            self._fit_list(value, item_schema.get("type", ""), path)
        ):
            item_path = f"{path}[{index}]"
            try:
                fitted.append(self._fit_scalar(item_schema, item, item_path))
            except _MisfitError:
                if name not in _REPLACEABLE:
                    raise
                self._correct(item_path, f"{_quote(item)} was ignored")
        most = schema.get("maxItems", len(fitted))
        if len(fitted) > most:
            self._correct(path, f"{len(fitted) - most} values above {most} ignored")
        return fitted[:most]

    def _fit_list(self, value: Any, item_type: str, path: str) -> list[Any]:
        """Return a list: null has no items, and a single item is one."""
        if isinstance(value, list):
            return value
        if value is None:
            self._correct(path, "null was read as an empty list")
            return []
        if item_type == "object" and _is_map_of_objects(value):
            self._correct(path, "an object of objects was read as a list")
            return list(value.values())
        types = {"object": dict, "string": str, "integer": int, "number": int | float}
        is_item = isinstance(value, types.get(item_type, ()))
        if not is_item or isinstance(value, bool):
            raise _MisfitError([Problem(path, f"{_quote(value)} is not a list")])
        self._correct(path, "a single value was read as a list of one")
        return [value]

    def _fit_scalar(self, schema: Any, value: Any, path: str) -> Any:
        read = _convert_scalar(schema, value)
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = _build_validator(json.dumps(schema))
            self._validators[id(schema)] = validator
        errors = list(validator.iter_errors(read))
        if errors:
            messages = [schemas.shorten_message(error.message) for error in errors]
            raise _MisfitError([Problem(path, message) for message in messages])
        if read != value or type(read) is not type(value):
            self._correct(path, f"{_quote(value)} was read as {_quote(read)}")
        return read

    def _get_default(self, defaults: Mapping[str, Any], name: str, path: str) -> Any:
        if name not in defaults:
            raise _MisfitError([Problem(path, f"{name!r} is a required property")])
        default = defaults[name]
        self._correct(path, f"is missing; read as {_quote(default)}")
        return default

    def _note_syntax(self, found: FoundObject) -> None:
        for correction in found.corrections:
            self._correct("$", correction)

    def _note_keys(
        self, keys: Mapping[str, str], value: Mapping[str, Any], path: str
    ) -> None:
        for name, key in keys.items():
            if name != key:
                self._correct(f"{path}.{name}", f"the key {_quote(key)} was read so")
        for key in value:
            if key not in keys.values():
                self._correct(path, f"the key {_quote(key)} was ignored")

    def _correct(self, path: str, message: str) -> None:
        self._corrections.append(Problem(path, message))

    def _resolve(self, schema: Any) -> Any:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return self._schema["$defs"][reference.rpartition("/")[2]]


def _match_keys(value: Any, properties: Mapping[str, Any]) -> dict[str, str]:
    """Map the names of properties to the keys of an object that mean them.

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


def _is_key(key: str, name: str) -> bool:
    return _fold_name(key) == _fold_name(name)


def _fold_name(name: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", name).casefold()


def _needs_only_text(schema: Mapping[str, Any]) -> bool:
    """Whether an object of this schema can do without all but a text."""
    rest = schema["properties"].keys() - {"text"}
    return "text" in schema["properties"] and rest <= _ITEM_DEFAULTS.keys()


def _is_map_of_objects(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(item, dict) for item in value.values())


def _has_content(value: Mapping[str, Any]) -> bool:
    return any(item not in (None, "", [], {}) for item in value.values())


def _convert_scalar(schema: Mapping[str, Any], value: Any) -> Any:
    """Return what the value means in the schema's type, or the value."""
    if isinstance(value, list) and len(value) == 1:
        return _convert_scalar(schema, value[0])
    if "enum" in schema and isinstance(value, str):
        folded = {_fold_name(choice): choice for choice in schema["enum"]}
        return folded.get(_fold_name(value), value)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return _convert_number(kind, value)
    if kind != "string" or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return str(value)
    most = schema.get("maxLength")
    if isinstance(value, str) and most and len(value) > most:
        return value[: most - 1].rstrip() + "…"
    return value


def _find_scale(numbers: Sequence[Any]) -> int | None:
    """Return 10 or 100 if all numbers are above 1 and at most that."""
    for number in numbers:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not number > 1:
            return None
    most = max(numbers, default=math.inf)
    return next((scale for scale in _SCALES if most <= scale), None)


def _convert_number(kind: str, value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
        if value.is_integer() and abs(value) < 2**53:
            value = int(value)
    if isinstance(value, str) and kind == "integer":
        only = _ONLY_INTEGER.fullmatch(value)
        return int(only[1]) if only else value
    if isinstance(value, str) and value.rstrip().endswith("%"):
        percent = value.rstrip()[:-1]
        return float(percent) / 100 if _NUMBER.fullmatch(percent) else value
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@cache
def _build_validator(schema_json: str) -> Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads(schema_json))


def _quote(value: Any) -> str:
    """Quote a value of the answer for a message, on one line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _MAX_VALUE_CHARACTERS:
        return text
    return text[: _MAX_VALUE_CHARACTERS - 1] + "…"


def _is_open_array(text: str, items: Sequence[FoundObject]) -> bool:
    """Whether the items are those of an array that the text does not close."""
    before = text[: items[0].start].rstrip()
    return before.endswith("[") and "]" not in text[items[-1].end :]


def _remove_items(text: str, items: Sequence[FoundObject]) -> str:
    """Return the text without these objects and the commas after them."""
    parts = []
    position = 0
    for found in items:
        parts.append(text[position : found.start])
        comma = re.compile(r"\s*,\s*").match(text, found.end)
        position = comma.end() if comma else found.end
    parts.append(text[position:])
    return "".join(parts)
