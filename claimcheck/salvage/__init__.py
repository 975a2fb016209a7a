"""Read the valid parts of a model's answer, and report the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claimcheck.models.brief import EMPTY_BRIEF, Brief
from claimcheck.prompts import answer_schemas
from claimcheck.salvage.find import (
    FoundObject,
    discard_drafts,
    find_answer,
    find_items,
    find_objects,
    lacks_first_brace,
    list_readings,
)
from claimcheck.salvage.fit import Fitter, ParsedAnswer, RejectedItem
from claimcheck.salvage.values import quote_value
from claimcheck.schemas import Problem

__all__ = ["ParsedAnswer", "RejectedItem", "parse_answer"]


def parse_answer(
    schema_name: str, text: str, brief: Brief = EMPTY_BRIEF
) -> ParsedAnswer:
    """Find the object that fits the schema, wherever it is, and read it."""
    schema = answer_schemas.load(schema_name, brief)
    parsed: list[ParsedAnswer] = []
    for reading in list_readings(text):
        parsed.append(_parse(schema, reading))
        if parsed[-1].is_complete:
            return parsed[-1]
    return next((answer for answer in parsed if answer.fields), parsed[0])


def _parse(schema: dict[str, Any], text: str) -> ParsedAnswer:
    fitter = Fitter(schema)
    if lacks_first_brace(text, fitter.properties):
        text = "{" + text
        fitter.correct("$", "the brace before the first key was missing")
    found = find_objects(text)
    objects = discard_drafts(text, found.objects)
    answer = find_answer(objects, fitter.properties)
    items = find_items(objects, fitter.item_schema)
    # If the outer object is broken, its inner objects may look like an answer.
    if items and (answer is None or (found.error and not answer.has_items)):
        return fitter.fit_items(text, items, found.error)
    if answer is not None:
        return fitter.fit_answer(answer)
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
