"""Read the valid parts of a model's answer, and report the rest.

A bad item costs only that item. What the text contains is found in `find.py`, which
parses JSON with `lenient_json.py`; `fit.py` fits its values to the schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from claimcheck.models.brief import EMPTY_BRIEF, Brief
from claimcheck.prompts import answer_schemas
from claimcheck.salvage.find import (
    FoundObject,
    discard_drafts,
    find_answer,
    find_items,
    find_objects,
    is_open_array,
    lacks_first_brace,
    list_readings,
    remove_items,
)
from claimcheck.salvage.fit import Fitter, MisfitError, fit_each
from claimcheck.salvage.values import (
    convert_number,
    convert_scalar,
    find_scale,
    match_keys,
    quote_value,
)
from claimcheck.schemas import Problem

__all__ = ["ParsedAnswer", "RejectedItem", "parse_answer"]

# Optional properties of an answer and their defaults.
_ROOT_DEFAULTS: Mapping[str, Any] = {
    "key_points": [],
    "positions": [],
    "open_questions": [],
}
# Empty in most answers, so its absence means nothing.
_OPTIONAL = "ambiguous"
_SHARE = "check_worthiness"  # from 0 to 1


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


def parse_answer(
    schema_name: str, text: str, brief: Brief = EMPTY_BRIEF
) -> ParsedAnswer:
    """Find the object that fits the schema, wherever it is, and read it."""
    schema = answer_schemas.load(schema_name, brief)
    # Escaped or quoted answers are rare, so the text is first read as it is.
    parsed: list[ParsedAnswer] = []
    for reading in list_readings(text):
        parsed.append(_parse(schema, reading))
        if parsed[-1].is_complete:
            return parsed[-1]
    return next((answer for answer in parsed if answer.fields), parsed[0])


def _parse(schema: dict[str, Any], text: str) -> ParsedAnswer:
    reader = _AnswerReader(schema)
    if lacks_first_brace(text, reader.properties):
        text = "{" + text
        reader.fitter.correct("$", "the brace before the first key was missing")
    found = find_objects(text)
    objects = discard_drafts(text, found.objects)
    answer = find_answer(objects, reader.properties)
    items = find_items(objects, reader.item_schema)
    # If the outer object is broken, its inner objects may look like an answer.
    if items and (answer is None or (found.error and not answer.has_items)):
        return reader.read_items(text, items, found.error)
    if answer is not None:
        return reader.read_answer(answer)
    is_cut_off = found.ends_in_reasoning or any(item.is_cut_off for item in objects)
    message = _describe_missing_object(text, found.error, objects)
    return ParsedAnswer(missing=(Problem("$", message),), is_cut_off=is_cut_off)


def _describe_missing_object(
    text: str, error: str | None, objects: Sequence[FoundObject]
) -> str:
    if error:
        return f"is not JSON: {error}"
    if objects:
        return "contains no object with the keys of the schema"
    if "{" in text:
        return "is not JSON: no object can be read"
    return f"is not JSON: it contains no object: {quote_value(text.strip())}"


class _AnswerReader:
    """Reads one answer: its object, or items without an object around them."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.fitter = Fitter(schema)
        self.properties: dict[str, Any] = schema["properties"]
        self._rejected: list[RejectedItem] = []
        self._indexes: dict[str, tuple[int, ...]] = {}

    @property
    def item_schema(self) -> dict[str, Any]:
        """The item schema of the first property, if the items are objects."""
        first: dict[str, Any] = next(iter(self.properties.values()))
        item_schema = self.fitter.resolve(first.get("items", {}))
        return item_schema if item_schema.get("type") == "object" else {}

    def read_answer(self, answer: FoundObject) -> ParsedAnswer:
        """Fit the properties of the answer's object."""
        self.fitter.note_syntax(answer)
        keys = self.fitter.match_keys(answer.value, self.properties, "$")
        fit = partial(self._fit_root, answer, keys)
        fields, missing = fit_each(self.properties, "$", fit)
        self._read_headline(fields, missing)
        open_key = answer.open_path[0] if answer.open_path else None
        open_list = next((name for name in keys if keys[name] == open_key), None)
        is_cut_off = answer.is_cut_off
        is_there = keys.keys() >= self.properties.keys() - {_OPTIONAL}
        if is_cut_off and open_key is None and is_there:
            is_cut_off = False
            self.fitter.correct("$", "the last brace was missing")
        return ParsedAnswer(
            fields=fields,
            indexes=self._indexes,
            rejected=tuple(self._rejected),
            missing=tuple(missing),
            corrections=tuple(self.fitter.corrections),
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
        return self.fitter.get_default(_ROOT_DEFAULTS, name, path)

    def _read_headline(self, fields: dict[str, Any], missing: list[Problem]) -> None:
        """Use a summary's first sentence as the headline if it lacks one."""
        others = [problem for problem in missing if problem.path != "$.headline"]
        # Weak models omit it; a sentence of theirs is better than no summary.
        if len(others) < len(missing) and fields.get("sentences"):
            text = fields["sentences"][0]["text"]
            fields["headline"] = convert_scalar(self.properties["headline"], text)
            self.fitter.correct(
                "$.headline", "is missing; the first sentence was read as it"
            )
            missing[:] = others

    def read_items(
        self, text: str, items: Sequence[FoundObject], error: str | None
    ) -> ParsedAnswer:
        """Fit items of the main list that have no object around them."""
        whole = [found for found in items if not found.is_cut_off]
        for found in whole:
            self.fitter.note_syntax(found)
        name = next(iter(self.properties))
        if not error:
            self.fitter.correct(
                f"$.{name}", "the list was read without an object around it"
            )
        is_cut_off = len(whole) < len(items) or is_open_array(text, whole)
        value = {name: [found.value for found in whole]}
        open_path = (name,) if is_cut_off else ()
        around = FoundObject(value, 0, len(text), is_cut_off, open_path)
        parsed = self.read_answer(around)
        if not error:
            return parsed
        problem = Problem("$", f"is not JSON: {error}")
        leftover = remove_items(text, whole)
        missing = (problem, *parsed.missing)
        return replace(parsed, missing=missing, leftover=leftover)

    def _fit_property(self, name: str, value: Any, path: str) -> Any:
        schema = self.properties[name]
        item_schema = self.fitter.resolve(schema.get("items", {}))
        if item_schema.get("type") == "object":
            return self._fit_items(schema, value, path, name)
        return self.fitter.fit(schema, value, path, name)

    def _fit_items(self, schema: Any, value: Any, path: str, name: str) -> list[Any]:
        """Fit a list of objects; items that do not fit are rejected."""
        fitted: dict[int, Any] = {}
        item_schema = self.fitter.resolve(schema["items"])
        listed = self.fitter.read_list(item_schema, value, path)
        for index, item in enumerate(self._rescale(item_schema, listed, path)):
            try:
                fitted[index] = self.fitter.fit(
                    item_schema, item, f"{path}[{index}]", name
                )
            except MisfitError as misfit:
                rejected = RejectedItem(name, index, item, misfit.problems)
                self._rejected.append(rejected)
        if len(fitted) < schema.get("minItems", 0):
            raise MisfitError([Problem(path, "has no valid item")])
        self._indexes[name] = tuple(fitted)[: schema.get("maxItems")]
        return self.fitter.cut_list(schema, list(fitted.values()), path)

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
        self.fitter.correct(
            f"{path}[].{_SHARE}", f"numbers up to {scale} read as shares"
        )
        rescaled = []
        for item, key, number in zip(items, keys, numbers, strict=True):
            rescaled.append(item | {key: number / scale})
        return rescaled
