"""What a request brings, and what its answer looks like: the same for assistants and over HTTP.

Arguments follow `schemas/request.*`. They name texts and public addresses, never paths: what somebody asks to be read
must not become a way to the files of whoever runs the server.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from claimcheck import schemas
from claimcheck.api.ground import GroundedQuote
from claimcheck.errors import InputError
from claimcheck.models.claim import Statement, statement_id
from claimcheck.models.document import Document
from claimcheck.readers.file import document_of
from claimcheck.settings import Settings

Arguments = dict[str, Any]
_SHOWN = 5


def require(name: str, given: object) -> None:
    """The arguments follow `schemas/request.NAME`.

    Raises:
        InputError: they do not; the message says where and why.
    """
    problems = schemas.problems(f"request.{name}", given)
    if problems:
        raise InputError("; ".join(map(str, problems[:_SHOWN])))


def document(given: Arguments, *, allow_private: bool = False) -> Document:
    """The document that is given as `text`, as a file's `data`, or fetched from `url`.

    Raises:
        InputError: it can't be read or fetched.
    """
    published = date.fromisoformat(given["date"]) if given.get("date") else None
    title = given.get("title")
    if "url" in given:
        return Document.from_url(given["url"], title=title, published=published, allow_private=allow_private)
    if "text" in given:
        return Document.from_text(given["text"], title=title, published=published)
    name = _file_name(given.get("name"))
    try:
        data = base64.b64decode(given["data"], validate=True)
    except ValueError as error:
        raise InputError(f"{name}: its data is not base64: {error}") from None
    return document_of(data, name, name=name).given(title=title, published=published)


def _file_name(name: str | None) -> str:
    """The last part of a file's name, as messages may show it: it leads nowhere."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip() or "file"


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
    run = schemas.load("run")
    if name == "summarize":
        return run
    if name == "check_claims":
        return schemas.load("check")
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
