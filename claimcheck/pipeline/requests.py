"""Builds requests from templates, variables, and schemas of answers.

Texts for a model have “ ” for ", which its answers undo: a model that copies " into a
JSON string often ends the string there, and the rest of the claim is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from claimcheck import prompts, resources
from claimcheck.models.brief import Brief
from claimcheck.models.document import Document
from claimcheck.models.llm import Message, ModelRequest
from claimcheck.prompts import answer_schemas
from claimcheck.settings import Settings

# Of votes and repeated runs, if the settings have no temperature, or 0, at which all
# answers would be the same.
_SAMPLING_TEMPERATURE = 0.7
Item = TypeVar("Item")
# A change to the schema in the request: property, keyword, value. The answer is
# validated against the original schema.
SchemaOverride = tuple[str, str, Any]
# At the start of a text, and after white space, an opening bracket, or a dash.
_OPENING = re.compile(r'(?:(?<=[\s(\[{<\u2012-\u2015/])|^)"', re.MULTILINE)
_TYPOGRAPHIC = re.compile("[“”]")


@cache
def _read_language_names() -> dict[str, str]:
    lines = resources.read_words("language_names")
    return dict(line.split(maxsplit=1) for line in lines)


def describe_document(document: Document) -> dict[str, str | None]:
    """Return title, date, and language in the form that prompts use.

    The language is None if it or its English name is unknown.
    """
    published = document.published
    return {
        "title": fold_text(document.title or "") or None,
        # The weekday says what "on Tuesday" means.
        "published": published.strftime("%A, %Y-%m-%d") if published else None,
        "document_language": _read_language_names().get(document.language or ""),
    }


def build_request(
    brief: Brief,
    template: str,
    variables: dict[str, Any],
    schema_name: str,
    *overrides: SchemaOverride,
) -> ModelRequest:
    """Render a template into a request, with overrides of its schema."""
    schema, schema_message = _prepare_schema(brief, schema_name, overrides)
    variables = variables | brief.list_variables()
    # "in this language: German": a small model may not know what "de" means.
    language = variables["language"] or ""
    names = _read_language_names()
    variables["language"] = names.get(language.lower(), language)
    messages = prompts.render(template, variables, brief.prompts)
    fence = str(variables["fence"])
    return ModelRequest(
        messages, schema_name, schema, schema_message, brief=brief, fence=fence
    )


# Cached, because every request of a run sends one of a few schemas.
@cache
def _prepare_schema(
    brief: Brief, schema_name: str, overrides: tuple[SchemaOverride, ...]
) -> tuple[dict[str, Any], Message]:
    """Return the schema, and the message for endpoints without schemas."""
    # An override replaces a keyword that the schema already has, or adds one.
    schema = answer_schemas.build_strict(schema_name, brief)
    for name, keyword, value in overrides:
        schema["properties"][name][keyword] = value
    return schema, build_schema_message(schema, brief)


def build_schema_message(schema: dict[str, Any], brief: Brief) -> Message:
    """Return the message that describes a schema to a model without it."""
    compact = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    (message,) = prompts.render("json-only", {"schema": compact}, brief.prompts)
    return message


def build_document_request(
    document: Document,
    brief: Brief,
    names: tuple[str, str],
    material: Mapping[str, str | list[str]],
    *overrides: SchemaOverride,
    **variables: Any,
) -> ModelRequest:
    """Build a request about a document; `names` are (template, schema).

    `material` has the variables whose text comes from the document or a model.
    """
    fields = describe_document(document)
    texts = [*chain.from_iterable(material.values()), fields["title"] or ""]
    # The fence must not occur in any text of others; otherwise they could close it.
    fence = prompts.choose_fence("".join(texts))
    template, schema_name = names
    variables |= {**fields, **material, "fence": fence}
    return build_request(brief, template, variables, schema_name, *overrides)


def vary_request(
    request: ModelRequest, settings: Settings, offset: int
) -> ModelRequest:
    """Return the request with another seed, so that the answer may differ.

    Seeds are fixed, so that runs can be repeated.
    """
    seed = settings.seed if request.seed is None else request.seed
    temperature = request.temperature or settings.temperature
    return replace(
        request,
        seed=(seed or 0) + offset,
        temperature=temperature or _SAMPLING_TEMPERATURE,
    )


def require_count(list_name: str, count: int) -> tuple[SchemaOverride, ...]:
    """Require a list of the answer to have exactly this many items."""
    return (list_name, "minItems", count), (list_name, "maxItems", count)


def split_into_groups(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Split items into groups that share a request and its instructions."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def curl_marks(text: str) -> str:
    """Return the text with “ and ” for each ", at the same offsets."""
    return _OPENING.sub("“", text).replace('"', "”")


def fold_white_space(text: str) -> str:
    """Return the text on one line, with single spaces."""
    return " ".join(text.split())


def fold_text(text: str) -> str:
    """Return the text on one line, with “ and ” for each "."""
    return curl_marks(fold_white_space(text))


def has_only_straight_marks(text: str) -> bool:
    """Whether every “ and ” that a model returns was a " in this text."""
    return '"' in text and not _TYPOGRAPHIC.search(text)


def straighten_marks(text: str) -> str:
    """Return the text with " for each “ and ”."""
    return _TYPOGRAPHIC.sub('"', text)


def map_texts(
    value: Any, change: Callable[[str], str], skipped: Sequence[str] = ()
) -> Any:
    """Return a JSON value with changed texts, except under skipped keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(item, change, skipped) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, item in value.items():
        is_kept = key in skipped
        changed[key] = item if is_kept else map_texts(item, change, skipped)
    return changed
