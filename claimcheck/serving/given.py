"""What a request brings, and what its answer looks like: the same for assistants and over HTTP.

Arguments follow `schemas/request.*`. They name texts and public addresses, never paths: what somebody asks to be read
must not become a way to the files of whoever runs the server.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from claimcheck import schema
from claimcheck.api import GroundedQuote
from claimcheck.core.document import Document
from claimcheck.core.settings import Settings
from claimcheck.core.statement import Statement, statement_id
from claimcheck.errors import InputError

Arguments = dict[str, Any]
_SHOWN = 5


def require(name: str, given: object) -> None:
    """The arguments follow `schemas/request.NAME`.

    Raises:
        InputError: they do not; the message says where and why.
    """
    problems = schema.problems(f"request.{name}", given)
    if problems:
        raise InputError("; ".join(map(str, problems[:_SHOWN])))


def document(given: Arguments) -> Document:
    """The document that is given as `text`, or fetched from `url`.

    Raises:
        InputError: it can't be read or fetched.
    """
    published = date.fromisoformat(given["date"]) if given.get("date") else None
    if "url" in given:
        return Document.from_url(given["url"], title=given.get("title"), published=published)
    return Document.from_text(given["text"], title=given.get("title"), published=published)


def statements(given: Arguments) -> list[Statement]:
    """The claims to check."""
    return [
        Statement(statement_id(item["text"]), item["text"], item.get("speaker")) for item in given["claims"]
    ]


def narrowed(given: Arguments, settings: Settings) -> Settings:
    """The settings with what the arguments say of them."""
    return replace(settings, max_claims=given["max_claims"]) if "max_claims" in given else settings


def quotes_answer(found: tuple[GroundedQuote, ...]) -> Arguments:
    """Grounded quotes as they are answered."""
    answer: Arguments = json.loads(json.dumps({"quotes": [asdict(item) for item in found]}))
    return answer


def answer_schema(name: str) -> dict[str, Any]:
    """The schema of an answer: the project's own, or made of parts of it."""
    run = schema.load("run")
    if name == "summarize":
        return run
    if name == "check_claims":
        return schema.load("check")
    if name == "extract_claims":
        return _part(run, {"claims": run["properties"]["claims"]})
    place = {"type": "array", "items": {"$ref": "#/$defs/excerpt"}}
    fields = {
        "quote": {"type": "string"},
        "match": run["$defs"]["claim"]["properties"]["match"],
        "spans": place,
        "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "suggestion": place,
    }
    return _part(run, {"quotes": {"type": "array", "items": _object(fields)}})


def _part(whole: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": whole["$schema"], **_object(fields), "$defs": whole["$defs"]}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": fields,
    }
