"""Ask once more for the missing parts of an answer, and merge the two answers.

Valid items are never requested again: the model gets back only the invalid ones, each
with its problems. If no item is valid, it gets the entire answer back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from claimcheck import prompts
from claimcheck.models.llm import ModelRequest
from claimcheck.pipeline.requests import build_schema_message
from claimcheck.prompts import answer_schemas
from claimcheck.salvage import ParsedAnswer, RejectedItem
from claimcheck.schemas import Problem

# A repair sends the answer back, which costs its tokens again. Both limits were chosen
# by hand.
_MAX_REPAIR_CHARACTERS = 100_000
_MAX_PROBLEMS_TO_REPAIR = 8
# For each schema, the list that a repair asks for, and a schema of that list alone.
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
    """A request for the entire answer again, or for items of a list."""

    request: ModelRequest
    list_name: str | None = None
    requested: tuple[RejectedItem, ...] = ()

    @property
    def replaces_answer(self) -> bool:
        """Whether the second answer replaces the first."""
        return self.list_name is None


def plan_repair(
    request: ModelRequest, text: str, parsed: ParsedAnswer
) -> Repair | None:
    """Return the request for the missing parts of an answer, or None."""
    if len(text) > _MAX_REPAIR_CHARACTERS:
        return None
    if request.schema_name in _LISTS:
        name, _ = _LISTS[request.schema_name]
        rejected = tuple(item for item in parsed.rejected if item.key == name)
        if rejected and not parsed.leftover:
            return _plan_items(request, name, rejected)
        if parsed.fields.get(name):
            # A missing summary is written later from the claims, without a repair.
            return _plan_leftover(request, name, parsed)
    # What an answer that was cut off lacks is unknown; its passage is split instead.
    if parsed.is_cut_off or not parsed.problems:
        return None
    return Repair(_build_request(request, text, parsed.problems))


def _plan_leftover(
    request: ModelRequest, name: str, parsed: ParsedAnswer
) -> Repair | None:
    """Ask again for the unreadable part of broken JSON, if any."""
    if parsed.leftover is None or parsed.is_cut_off:
        return None
    repair = _build_request(request, parsed.leftover, parsed.missing[:1])
    return Repair(_restrict_to_list(repair, name), name)


def _plan_items(
    request: ModelRequest, name: str, rejected: Sequence[RejectedItem]
) -> Repair:
    requested = tuple(rejected[:_MAX_PROBLEMS_TO_REPAIR])
    problems = []
    for number, item in enumerate(requested):
        # In the answer that the model gets back, the items have other numbers.
        old, new = f"$.{name}[{item.index}]", f"$.{name}[{number}]"
        for problem in item.problems:
            path = new + problem.path.removeprefix(old)
            problems.append(Problem(path, problem.message))
    text = json.dumps({name: [item.value for item in requested]}, ensure_ascii=False)
    repair = _build_request(request, text, problems)
    return Repair(_restrict_to_list(repair, name), name, requested)


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
    message = build_schema_message(schema, request.brief)
    return replace(
        request, schema_name=schema_name, schema=schema, schema_message=message
    )


def count_content(parsed: ParsedAnswer) -> tuple[int, int]:
    """Return the number of valid properties, and of valid items."""
    items = sum(len(indexes) for indexes in parsed.indexes.values())
    return len(parsed.fields), items


def merge_items(
    first: ParsedAnswer, second: ParsedAnswer, repair: Repair
) -> ParsedAnswer:
    """Put the items of a repair in place of the rejected ones."""
    name = repair.list_name
    assert name is not None
    items = dict(zip(first.indexes[name], first.fields[name], strict=True))
    new = _find_new_items(items, second.fields.get(name, ()))
    repaired, others = _pair_items(repair.requested, new)
    numbers = (*items, *(item.index for item in first.rejected))
    next_index = max(numbers, default=-1) + 1
    items |= repaired
    items |= enumerate(others, next_index)
    replaced = [item for item in repair.requested if item.index in repaired]
    missing = first.missing
    if first.leftover and second.is_complete:
        missing = tuple(problem for problem in missing if problem.path != "$")
    indexes = tuple(sorted(items))
    return replace(
        first,
        fields=first.fields | {name: [items[index] for index in indexes]},
        indexes=first.indexes | {name: indexes},
        rejected=tuple(item for item in first.rejected if item not in replaced),
        missing=missing,
        corrections=(*first.corrections, *second.corrections),
    )


def _find_new_items(items: Mapping[int, Any], repaired: Sequence[Any]) -> list[Any]:
    """Return the repaired items that the first answer does not have.

    Some models repeat the entire answer, whatever the request.
    """
    known = [_fold_quote(item) for item in items.values()]
    return [item for item in repaired if _fold_quote(item) not in known]


def _pair_items(
    requested: Sequence[RejectedItem], new: Sequence[Any]
) -> tuple[dict[int, Any], list[Any]]:
    """Map indexes of rejected items to those that repair them.

    Also returns the new items that repair none.
    """
    unused = list(new)
    repaired: dict[int, Any] = {}
    for rejected in requested:
        quote = _fold_quote(rejected.value)
        same = [item for item in unused if quote and _fold_quote(item) == quote]
        if same:
            repaired[rejected.index] = same[0]
            unused.remove(same[0])
    # The others have a new quote, so they are paired by their order.
    open_indexes = [item.index for item in requested if item.index not in repaired]
    repaired |= zip(open_indexes, unused, strict=False)
    return repaired, unused[len(open_indexes) :]


def _fold_quote(item: Any) -> str:
    """Return the identity of an item: its number, and its quote or text."""
    if not isinstance(item, Mapping):
        return ""
    quote = " ".join(str(item.get("quote") or "").split())
    text = " ".join(str(item.get("text") or "").split())
    return f"{item.get('number', '')} {quote or text}".strip()


def renumber_links(parsed: ParsedAnswer) -> dict[str, Any]:
    """Return the fields, with links renumbered to the remaining claims.

    A model numbers its claims from 1, and counts those that were rejected.
    """
    fields = dict(parsed.fields)
    # Without claims of its own, the answer links to those in the request.
    if "claims" not in parsed.indexes:
        return fields
    numbers = {index + 1: n for n, index in enumerate(parsed.indexes["claims"], 1)}
    linked = {name: fields[name] for name in LINKED_LISTS if name in fields}
    for name, items in linked.items():
        fields[name] = [_renumber(item, numbers) for item in items]
    return fields


def _renumber(item: dict[str, Any], numbers: Mapping[int, int]) -> dict[str, Any]:
    links = [numbers[number] for number in item["claims"] if number in numbers]
    return item | {"claims": links}
