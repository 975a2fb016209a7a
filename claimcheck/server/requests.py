"""Arguments and answers that the HTTP API and the MCP tools share.

Arguments follow `schemas/request.*`. They contain texts and public URLs, never paths:
no client may read the files of the server's machine.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from typing import Any

from claimcheck.api.documents import build_document
from claimcheck.api.ground import GroundedQuote
from claimcheck.api.prompts_and_schemas import find_schema_problems, load_schema
from claimcheck.errors import InputError
from claimcheck.models.claim import Statement, make_statement_id
from claimcheck.models.document import Document
from claimcheck.settings import SearchSettings, Settings

Arguments = dict[str, Any]
_MAX_PROBLEMS = 5  # in one message; more would hide the first ones


def validate_arguments(name: str, arguments: object) -> None:
    """Check the arguments against `schemas/request.NAME`.

    Raises:
        InputError: the arguments do not match; the message names each location and
            problem.
    """
    problems = find_schema_problems(f"request.{name}", arguments)
    if problems:
        raise InputError("; ".join(problems[:_MAX_PROBLEMS]))


def read_document(arguments: Arguments, *, allow_private: bool = False) -> Document:
    """Read the document from `text`, from a file's `data`, or from `url`.

    Raises:
        InputError: the document can't be read or fetched.
    """
    title = arguments.get("title")
    published = arguments.get("date") or None
    if "url" in arguments:
        return Document.from_url(
            arguments["url"],
            title=title,
            published=published,
            allow_private=allow_private,
        )
    if "text" in arguments:
        return Document.from_text(arguments["text"], title=title, published=published)

    # The name labels the document in messages and helps to detect its format.
    name = _sanitize_file_name(arguments.get("name"))
    document = build_document(_decode_file(name, arguments["data"]), name, name=name)
    return document.with_metadata(title=title, published=published)


def _decode_file(name: str, data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise InputError(f"{name}: `data` is not valid base64: {error}") from None


def _sanitize_file_name(name: str | None) -> str:
    """Return the last path component, with printable characters only."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(character for character in last if character.isprintable())
    return printable.strip() or "file"


def build_statements(arguments: Arguments) -> list[Statement]:
    """Return the claims to check as statements."""
    return [
        Statement(make_statement_id(claim["text"]), claim["text"], claim.get("speaker"))
        for claim in arguments["claims"]
    ]


def choose_search(
    arguments: Arguments, search: SearchSettings | None
) -> SearchSettings | None:
    """Return how to search for evidence; None if no search is requested.

    Raises:
        InputError: this server does not search, or the check has no evidence at all.
    """
    if not arguments.get("search"):
        if not arguments.get("evidence"):
            raise InputError("$.evidence: is empty; add a document, or set search")
        return None
    if search is None:
        raise InputError(
            "$.search: this server does not search; start it with --search PROVIDER"
        )
    return search


def override_settings(arguments: Arguments, settings: Settings) -> Settings:
    """Return the settings, overridden by the arguments."""
    if "max_claims" not in arguments:
        return settings
    return replace(settings, max_claims=arguments["max_claims"])


def dump_quotes(quotes: tuple[GroundedQuote, ...]) -> Arguments:
    """Return grounded quotes as JSON-compatible values."""
    # The way through JSON converts enums and tuples, which structured MCP content must
    # not have.
    text = json.dumps({"quotes": [asdict(quote) for quote in quotes]})
    answer: Arguments = json.loads(text)
    return answer


def build_answer_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an answer: a published one or parts of it."""
    if name == "summarize":
        return load_schema("run")
    if name == "check_claims":
        return load_schema("check")
    run = load_schema("run")
    if name == "extract_claims":
        return _build_partial_schema(run, {"claims": run["properties"]["claims"]})

    if name == "decide":
        # Only this definition is needed, because it refers to no other.
        decision: dict[str, Any] = run["$defs"]["decision"]
        return decision

    excerpts = {"type": "array", "items": {"$ref": "#/$defs/excerpt"}}
    quote = build_object_schema(
        {
            "quote": {"type": "string"},
            "match": run["$defs"]["claim"]["properties"]["match"],
            "spans": excerpts,
            "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "suggestion": excerpts,
        }
    )
    return _build_partial_schema(run, {"quotes": {"type": "array", "items": quote}})


def build_object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with these properties, all required."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _build_partial_schema(
    schema: dict[str, Any], properties: dict[str, Any]
) -> dict[str, Any]:
    """Return a schema of these properties, with another schema's `$defs`."""
    return {
        "$schema": schema["$schema"],
        **build_object_schema(properties),
        "$defs": schema["$defs"],
    }
