"""Find the JSON objects in a text that is not only JSON.

Models write JSON among prose, in code fences, after their reasoning, and sometimes do
not finish it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from claimcheck.salvage.lenient_json import MAX_DEPTH, CutOffError, InvalidError, Parser

# In a text full of braces, attempts to parse may overlap. All of them together read at
# most this many characters per character of the text. Chosen by hand.
_MAX_PASSES = 2 * MAX_DEPTH
_REASONING_END = re.compile(r"</(?:think|thinking|thought|reasoning)>|\[/THINK\]", re.I)
_REASONING_START = re.compile(r"<(?:think|thinking|thought|reasoning)>|\[THINK\]", re.I)


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
            corrections = parser.corrections
            objects.append(
                FoundObject(cut.value, start, end, True, cut.path, False, corrections)
            )
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
            corrections = parser.corrections
            objects.append(
                FoundObject(value, start, parser.position, corrections=corrections)
            )
            budget -= parser.position - start
            start = text.find("{", parser.position)
    reasoning_end = _find_reasoning_end(text, objects)
    ends_in_reasoning = reasoning_end is None
    marked = []
    for item in objects:
        is_draft = reasoning_end is None or item.start < reasoning_end
        marked.append(replace(item, is_draft=is_draft))
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
