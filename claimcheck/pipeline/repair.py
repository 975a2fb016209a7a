"""Ask once more for what an answer lacks, and merge the two answers.

Items that are valid are never asked for again: the model gets back only those that are
not, each with its problems. Without a valid item, it gets its whole answer back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from claimcheck import answer_schemas, prompts
from claimcheck.models.llm import ModelRequest
from claimcheck.salvage import ParsedAnswer, RejectedItem
from claimcheck.schemas import Problem

# A repair sends the answer back, and pays for it again. Chosen by hand, as is the
# number of problems.
_MAX_REPAIR_CHARACTERS = 100_000
_MAX_PROBLEMS_TO_REPAIR = 8
# The list whose items are asked for, and the schema that asks for nothing else.
_LISTS = {
    "summary.answer": ("claims", "claims.answer"),
    "claims.answer": ("claims", "claims.answer"),
    "correct.answer": ("corrections", "correct.answer"),
    "verdict.answer": ("verdicts", "verdict.answer"),
    "queries.answer": ("searches", "queries.answer"),
    "match.answer": ("relations", "match.answer"),
}
# The parts of a summary that name claims by their number.
LINKED_LISTS = ("sentences", "key_points", "positions")


@dataclass(frozen=True, slots=True)
class Repair:
    """A request for what is missing: the whole answer, or items of a list."""

    request: ModelRequest
    list_name: str | None = None
    asked_for: tuple[RejectedItem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the second answer stands for the first."""
        return self.list_name is None


def plan_repair(
    request: ModelRequest, text: str, parsed: ParsedAnswer
) -> Repair | None:
    """Return the request for what an answer lacks, or None."""
    if len(text) > _MAX_REPAIR_CHARACTERS:
        return None
    if request.schema_name in _LISTS:
        name, _ = _LISTS[request.schema_name]
        rejected = tuple(item for item in parsed.rejected if item.key == name)
        if rejected and not parsed.leftover:
            return _plan_items(request, name, rejected)
        if parsed.fields.get(name):
            # A summary is made from its claims, without the document.
            return _plan_leftover(request, name, parsed)
    # Nobody knows what is missing of an answer that was cut off; its passage is halved.
    if parsed.is_cut_off or not parsed.problems:
        return None
    return Repair(_build_request(request, text, parsed.problems))


def _plan_leftover(
    request: ModelRequest, name: str, parsed: ParsedAnswer
) -> Repair | None:
    """Ask again for what could not be read of broken JSON, if there is any."""
    if parsed.leftover is None or parsed.is_cut_off:
        return None
    repair = _build_request(request, parsed.leftover, parsed.missing[:1])
    return Repair(_restrict_to_list(repair, name), name)


def _plan_items(
    request: ModelRequest, name: str, rejected: Sequence[RejectedItem]
) -> Repair:
    asked_for = tuple(rejected[:_MAX_PROBLEMS_TO_REPAIR])
    problems = []
    for number, item in enumerate(asked_for):
        # In the answer that the model gets back, the items have other numbers.
        old, new = f"$.{name}[{item.index}]", f"$.{name}[{number}]"
        for problem in item.problems:
            path = new + problem.path.removeprefix(old)
            problems.append(Problem(path, problem.message))
    text = json.dumps({name: [item.value for item in asked_for]}, ensure_ascii=False)
    repair = _build_request(request, text, problems)
    return Repair(_restrict_to_list(repair, name), name, asked_for)


def _build_request(
    request: ModelRequest, text: str, problems: Sequence[Problem]
) -> ModelRequest:
    variables = {"answer": text, "problems": problems[:_MAX_PROBLEMS_TO_REPAIR]}
    messages = prompts.render("repair", variables, request.brief.prompts)
    return replace(request, messages=request.messages + messages)


def _restrict_to_list(request: ModelRequest, name: str) -> ModelRequest:
    """Ask for the list alone, with the same limits."""
    _, schema_name = _LISTS[request.schema_name]
    if schema_name == request.schema_name:
        return request
    schema = answer_schemas.build_strict(schema_name, request.brief)
    schema["properties"] = {name: deepcopy(request.schema["properties"][name])}
    schema["required"] = [name]
    compact = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    own = request.brief.prompts
    (message,) = prompts.render("json-only", {"schema": compact}, own)
    return replace(
        request, schema_name=schema_name, schema=schema, schema_message=message
    )


def count_content(parsed: ParsedAnswer) -> tuple[int, int]:
    """Return how many valid properties and items an answer has."""
    items = sum(len(indexes) for indexes in parsed.indexes.values())
    return len(parsed.fields), items


def merge_items(
    first: ParsedAnswer, second: ParsedAnswer, repair: Repair
) -> ParsedAnswer:
    """Add the items of a repair in the places of those they repair."""
    name = repair.list_name
    assert name is not None
    items = dict(zip(first.indexes[name], first.fields[name], strict=True))
    new = _find_new_items(items, second.fields.get(name, ()))
    remaining = []
    for rejected, item in _pair_items(repair.asked_for, new):
        if item is None:
            remaining.append(rejected)
        else:
            items[rejected.index] = item
            new.remove(item)
    numbers = (*items, *(item.index for item in first.rejected))
    next_index = max(numbers, default=-1) + 1
    for offset, item in enumerate(new):
        items[next_index + offset] = item
    missing = first.missing
    if first.leftover and second.is_complete:
        missing = tuple(problem for problem in missing if problem.path != "$")
    not_asked_for = [item for item in first.rejected if item not in repair.asked_for]
    indexes = tuple(sorted(items))
    return replace(
        first,
        fields=first.fields | {name: [items[index] for index in indexes]},
        indexes=first.indexes | {name: indexes},
        rejected=(*remaining, *not_asked_for),
        missing=missing,
        corrections=(*first.corrections, *second.corrections),
    )


def _find_new_items(items: Mapping[int, Any], repaired: Sequence[Any]) -> list[Any]:
    """Leave out repaired items that are not new.

    Some models answer in full, whatever they are asked.
    """
    known = [_fold_quote(item) for item in items.values()]
    return [item for item in repaired if _fold_quote(item) not in known]


def _pair_items(
    asked_for: Sequence[RejectedItem], new: Sequence[Any]
) -> list[tuple[RejectedItem, Any]]:
    """Pair each rejected item with the one that repairs it, or with None."""
    unused = list(new)
    repaired: dict[int, Any] = {}
    for rejected in asked_for:
        quote = _fold_quote(rejected.value)
        for item in unused:
            if quote and _fold_quote(item) == quote:
                repaired[rejected.index] = item
                unused.remove(item)
                break
    # What is left was repaired in its quote; the model keeps the order.
    for rejected in asked_for:
        if rejected.index not in repaired and unused:
            repaired[rejected.index] = unused.pop(0)
    return [(item, repaired.get(item.index)) for item in asked_for]


def _fold_quote(item: Any) -> str:
    """Return what identifies an item: its number, and its quote or text."""
    if not isinstance(item, Mapping):
        return ""
    quote = " ".join(str(item.get("quote") or "").split())
    text = " ".join(str(item.get("text") or "").split())
    return f"{item.get('number', '')} {quote or text}".strip()


def renumber_links(parsed: ParsedAnswer) -> dict[str, Any]:
    """Return the fields, with links to the claims that are left.

    A model numbers its claims from 1, and counts those that had to be left out.
    """
    numbers = {
        index + 1: position
        for position, index in enumerate(parsed.indexes.get("claims", ()), 1)
    }
    fields = dict(parsed.fields)
    if all(number == position for number, position in numbers.items()):
        return fields
    for name in LINKED_LISTS:
        linked = []
        for item in fields.get(name, ()):
            links = [numbers[link] for link in item["claims"] if link in numbers]
            linked.append(item | {"claims": links})
        if name in fields:
            fields[name] = linked
    return fields
