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
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.document import Document
from claimcheck.readers.file import build_document
from claimcheck.settings import Settings

Arguments = dict[str, Any]
_MAX_PROBLEMS = 5


def validate_arguments(name: str, given: object) -> None:
    """Check the arguments against `schemas/request.NAME`.

    Raises:
        InputError: they do not; the message says where and why.
    """
    problems = schemas.find_problems(f"request.{name}", given)
    if problems:
        raise InputError("; ".join(map(str, problems[:_MAX_PROBLEMS])))


def read_document(given: Arguments, *, allow_private: bool = False) -> Document:
    """Read the document from `text`, from a file's `data`, or from `url`.

    Raises:
        InputError: it can't be read or fetched.
    """
    published = date.fromisoformat(given["date"]) if given.get("date") else None
    title = given.get("title")
    if "url" in given:
        return Document.from_url(
            given["url"], title=title, published=published, allow_private=allow_private
        )
    if "text" in given:
        return Document.from_text(given["text"], title=title, published=published)
    name = _sanitize_file_name(given.get("name"))
    try:
        data = base64.b64decode(given["data"], validate=True)
    except ValueError as error:
        raise InputError(f"{name}: its data is not base64: {error}") from None
    return build_document(data, name, name=name).with_metadata(
        title=title, published=published
    )


def _sanitize_file_name(name: str | None) -> str:
    """Return the last path component, printable characters only, for messages."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip() or "file"


def build_statements(given: Arguments) -> list[Statement]:
    """Return the claims to check as statements."""
    return [
        Statement(make_statement_id(item["text"]), item["text"], item.get("speaker"))
        for item in given["claims"]
    ]


def override_settings(given: Arguments, settings: Settings) -> Settings:
    """Return the settings, overridden by the arguments."""
    return (
        replace(settings, max_claims=given["max_claims"])
        if "max_claims" in given
        else settings
    )


def dump_quotes(found: tuple[GroundedQuote, ...]) -> Arguments:
    """Return grounded quotes as JSON-compatible values."""
    answer: Arguments = json.loads(
        json.dumps({"quotes": [asdict(item) for item in found]})
    )
    return answer


def build_answer_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an answer: a published schema or parts of one."""
    run = schemas.load("run")
    if name == "summarize":
        return run
    if name == "check_claims":
        return schemas.load("check")
    if name == "extract_claims":
        return _build_partial_schema(run, {"claims": run["properties"]["claims"]})
    place = {"type": "array", "items": {"$ref": "#/$defs/excerpt"}}
    fields = {
        "quote": {"type": "string"},
        "match": run["$defs"]["claim"]["properties"]["match"],
        "spans": place,
        "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "suggestion": place,
    }
    return _build_partial_schema(
        run, {"quotes": {"type": "array", "items": _build_object_schema(fields)}}
    )


def _build_partial_schema(
    whole: dict[str, Any], fields: dict[str, Any]
) -> dict[str, Any]:
    return {
        "$schema": whole["$schema"],
        **_build_object_schema(fields),
        "$defs": whole["$defs"],
    }


def _build_object_schema(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": fields,
    }
