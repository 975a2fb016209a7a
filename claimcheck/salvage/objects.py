"""Find the answer among the objects in a model's text, and its items."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from claimcheck.salvage.find import FoundObject, find_objects
from claimcheck.salvage.values import match_keys

_DOUBLED_BRACES = re.compile(r'\{\{\s*"')
_FIRST_KEY = re.compile(r"\s*\"([\w -]{1,40})\"\s*:")
# Some models put their answer into another object, such as {"result": {...}}.
_MAX_WRAPPERS = 3
# The share of an item's required keys; an object with fewer is something else.
_MIN_ITEM_KEYS = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object with keys of the schema."""

    value: dict[str, Any]
    open_path: tuple[str, ...]
    found: FoundObject
    keys: frozenset[str]

    @property
    def has_items(self) -> bool:
        """Whether any of its lists contains an object."""
        lists = [item for item in self.value.values() if isinstance(item, list)]
        return any(isinstance(item, dict) for items in lists for item in items)


def list_readings(text: str) -> Iterator[str]:
    """Yield the text, and possible texts from before it was escaped."""
    yield text
    if "&quot;" in text or "&#34;" in text:
        yield html.unescape(text)
    if '\\"' in text:
        start, end = text.find('"'), text.rfind('"')
        for quoted in (text[start : end + 1], f'"{text}"'):  # a string of JSON
            with suppress(ValueError, RecursionError):
                yield str(json.loads(quoted, strict=False))
    if _DOUBLED_BRACES.search(text):  # as in a template that nobody has filled in
        yield text.replace("{{", "{").replace("}}", "}")
    if text.lstrip().startswith(">"):  # a quotation of Markdown
        yield re.sub(r"^[ \t]*> ?", "", text, flags=re.M)


def lacks_first_brace(text: str, properties: Mapping[str, Any]) -> bool:
    """Whether the text begins with a key of the answer.

    Some servers omit the prefix that they prescribe to the model.
    """
    first = _FIRST_KEY.match(text)
    return first is not None and bool(match_keys({first[1]: None}, properties))


def discard_drafts(text: str, objects: Sequence[FoundObject]) -> list[FoundObject]:
    """Drop objects in the model's reasoning, unless it contains the answer."""
    answers = [found for found in objects if not found.is_draft]
    if answers or not objects:
        return answers
    # Some models never close their reasoning, or write nothing after it.
    last = objects[-1]
    after = re.sub(r"</?\w+>|\[/?\w+\]|```", "", text[last.end :])
    is_last = not after.strip() and not last.is_cut_off
    return [last] if is_last else []


def find_answer(
    objects: Sequence[FoundObject], properties: Mapping[str, Any]
) -> Candidate | None:
    """Return the object with the most schema keys; the last one if tied."""
    candidates: list[Candidate] = []
    for found in objects:
        candidates += _iter_candidates(found, properties)
    if not candidates:
        return None
    best = max(
        reversed(candidates),
        key=lambda candidate: (len(candidate.keys), _has_content(candidate.value)),
    )
    if best.found.is_cut_off:
        return best
    # Some models write a separate object for each part of the answer.
    merged = dict(best.value)
    keys = set(best.keys)
    for other in candidates:
        if not other.keys & keys and not other.found.is_cut_off:
            merged |= other.value
            keys |= other.keys
    return Candidate(merged, (), best.found, frozenset(keys))


def _iter_candidates(
    found: FoundObject, properties: Mapping[str, Any], wrappers: int = 0
) -> Iterator[Candidate]:
    """Yield an object with keys of the schema, or such objects inside it."""
    matched = match_keys(found.value, properties)
    keys = frozenset(matched)
    if keys and all(_is_schema(found.value[key]) for key in matched.values()):
        return  # the model repeats the schema
    if keys:
        yield Candidate(found.value, found.open_path, found, keys)
    elif wrappers < _MAX_WRAPPERS:
        for key, inner in found.value.items():
            is_open = found.open_path[:1] == (key,)
            path = found.open_path[1:] if is_open else ()
            for wrapped in _unwrap(inner, path, found):
                yield from _iter_candidates(wrapped, properties, wrappers + 1)


def _unwrap(
    value: Any, open_path: tuple[str, ...], found: FoundObject
) -> Iterator[FoundObject]:
    """Yield the objects in a value: itself, items, or JSON in a string."""
    if isinstance(value, dict):
        yield replace(found, value=value, open_path=open_path)
    elif isinstance(value, list):
        for item in value:
            yield from _unwrap(item, (), found)
    elif isinstance(value, str) and "{" in value:
        yield from find_objects(value).objects


def find_items(
    objects: Sequence[FoundObject], item_schema: Mapping[str, Any]
) -> list[FoundObject]:
    """Return items of the main list without an object around them."""
    required = item_schema.get("required", ())
    items = []
    for found in objects:
        matched = match_keys(found.value, item_schema.get("properties", {}))
        if found.is_cut_off or len(matched) >= _MIN_ITEM_KEYS * len(required) > 0:
            items.append(found)
    has_item = any(not found.is_cut_off for found in items)
    return items if has_item and required else []


def is_open_array(text: str, items: Sequence[FoundObject]) -> bool:
    """Whether the items belong to an array that the text does not close."""
    before = text[: items[0].start].rstrip()
    return before.endswith("[") and "]" not in text[items[-1].end :]


def remove_items(text: str, items: Sequence[FoundObject]) -> str:
    """Return the text without these objects and the commas after them."""
    parts = []
    position = 0
    for found in items:
        parts.append(text[position : found.start])
        comma = re.compile(r"\s*,\s*").match(text, found.end)
        position = comma.end() if comma else found.end
    parts.append(text[position:])
    return "".join(parts)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict) and bool({"type", "$ref", "anyOf"} & value.keys())


def _has_content(value: Mapping[str, Any]) -> bool:
    return any(item not in (None, "", [], {}) for item in value.values())
