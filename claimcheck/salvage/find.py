"""Find the answer in a text that is not only JSON, and its items.

Models write JSON among prose, in code fences, after their reasoning, and sometimes do
not finish it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from claimcheck.salvage.lenient_json import MAX_DEPTH, CutOffError, InvalidError, Parser
from claimcheck.salvage.values import match_keys

# In a text full of braces, attempts to parse may overlap. All of them together read at
# most this many characters per character of the text. Chosen by hand.
_MAX_PASSES = 2 * MAX_DEPTH
_REASONING_END = re.compile(r"</(?:think|thinking|thought|reasoning)>|\[/THINK\]", re.I)
_REASONING_START = re.compile(r"<(?:think|thinking|thought|reasoning)>|\[THINK\]", re.I)

_DOUBLED_BRACES = re.compile(r'\{\{\s*"')
_FIRST_KEY = re.compile(r"\s*\"([\w -]{1,40})\"\s*:")
# Some models put their answer into another object, such as {"result": {...}}.
_MAX_WRAPPERS = 3
# The share of an item's required keys; an object with fewer is something else.
_MIN_ITEM_KEYS = 0.5


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object in a text: text[start:end].

    `is_cut_off` means that the text ends inside it; then `open_path` has the keys that
    lead to the unfinished value. `is_draft` means that it is part of the model's
    reasoning. `corrections` describes the deviations from strict JSON.
    """

    value: dict[str, Any]
    start: int
    end: int
    is_cut_off: bool = False
    open_path: tuple[str, ...] = ()
    is_draft: bool = False
    corrections: tuple[str, ...] = ()

    @property
    def has_items(self) -> bool:
        """Whether any of its lists contains an object."""
        lists = [item for item in self.value.values() if isinstance(item, list)]
        return any(isinstance(item, dict) for item in chain.from_iterable(lists))


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """The objects of a text, in order.

    `error` says where broken JSON was skipped. `ends_in_reasoning` means that the text
    ends in reasoning that the model did not close.
    """

    objects: tuple[FoundObject, ...]
    error: str | None
    ends_in_reasoning: bool


def find_objects(text: str) -> FoundObjects:
    """Find the outermost objects that can be parsed."""
    objects: list[FoundObject] = []
    error: str | None = None
    budget = _MAX_PASSES * len(text)
    start = text.find("{")
    while start >= 0 and budget > 0:
        parser = Parser(text, start)
        try:
            value = parser.parse_object()
        except CutOffError as cut:
            next_start = _find_next_start(text, start, cut.value)
            # An object that another one follows is a draft that the model abandoned.
            end = len(text) if next_start < 0 else start + 1
            found = FoundObject(cut.value, start, end, True, cut.path)
            objects.append(replace(found, corrections=parser.corrections))
            budget -= len(text) - start
            start = next_start
        except InvalidError as problem:
            # Prose in braces has no key; text with a key was meant to be JSON.
            if parser.has_key:
                error = error or str(problem)
            if parser.is_too_deep:
                break
            budget -= parser.position - start
            start = text.find("{", start + 1)
        else:
            found = FoundObject(value, start, parser.position)
            objects.append(replace(found, corrections=parser.corrections))
            budget -= parser.position - start
            start = text.find("{", parser.position)
    reasoning_end = _find_reasoning_end(text, objects)
    ends_in_reasoning = reasoning_end is None
    drafts_end = len(text) if reasoning_end is None else reasoning_end
    marked = [replace(found, is_draft=found.start < drafts_end) for found in objects]
    return FoundObjects(tuple(marked), error, ends_in_reasoning)


def _find_next_start(text: str, start: int, unfinished: dict[str, Any]) -> int:
    """Return where a complete object may follow an unfinished one, or -1.

    The object begins with the same key; after a stray brace, any object counts.
    """
    if not unfinished:
        return text.find("{", start + 1)
    key = re.escape(next(iter(unfinished)))
    again = re.compile(rf'\{{\s*"{key}"\s*:').search(text, start + 1)
    return again.start() if again else -1


def _find_reasoning_end(text: str, objects: list[FoundObject]) -> int | None:
    """Return the end of the model's reasoning; 0 if none, None if unclosed.

    The start tag may be missing, because some endpoints write it themselves.
    """
    # A quote from the document may contain a tag, so only tags between objects count.
    edges = [0]
    for found in objects:
        edges += [found.start, found.end]
    edges.append(len(text))
    reasoning_end = 0
    is_open = False
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        for match in _REASONING_END.finditer(text, low, high):
            reasoning_end = match.end()
            is_open = False
        is_open = is_open or bool(
            _REASONING_START.search(text, max(low, reasoning_end), high)
        )
    return None if is_open else reasoning_end


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
) -> FoundObject | None:
    """Return the object with the most schema keys; the last one if tied."""
    candidates: list[FoundObject] = []
    for found in objects:
        candidates += _list_candidates(found, properties)
    if not candidates:
        return None

    def rank(found: FoundObject) -> tuple[int, bool]:
        return len(match_keys(found.value, properties)), _has_content(found.value)

    best = max(reversed(candidates), key=rank)
    if best.is_cut_off:
        return best
    # Some models write a separate object for each part of the answer.
    merged = dict(best.value)
    known = set(match_keys(merged, properties))
    for other in candidates:
        keys = match_keys(other.value, properties).keys()
        if known.isdisjoint(keys) and not other.is_cut_off:
            merged |= other.value
            known |= keys
    return replace(best, value=merged)


def _list_candidates(
    found: FoundObject, properties: Mapping[str, Any], wrappers: int = 0
) -> Iterator[FoundObject]:
    """Yield an object with keys of the schema, or such objects inside it."""
    keys = match_keys(found.value, properties).values()
    if keys:
        # A model may repeat the schema before its answer.
        if not all(_is_schema(found.value[key]) for key in keys):
            yield found
        return
    if wrappers == _MAX_WRAPPERS:
        return
    for key, inner in found.value.items():
        path = found.open_path[1:] if found.open_path[:1] == (key,) else ()
        for wrapped in _unwrap(inner, path, found):
            yield from _list_candidates(wrapped, properties, wrappers + 1)


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
