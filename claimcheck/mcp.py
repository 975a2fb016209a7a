"""claimcheck as a server of the Model Context Protocol: tools that an assistant can call (extra `mcp`). Layer 7.

https://modelcontextprotocol.io. Arguments are validated by the project's own schemas, results follow them. A tool takes
texts and public addresses, never paths: what an assistant reads must not become a way to the files of its user.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from claimcheck import schema
from claimcheck.api import check, ground, summarize
from claimcheck.core.document import Document
from claimcheck.core.settings import Settings
from claimcheck.core.statement import Statement, statement_id
from claimcheck.errors import ClaimcheckError
from claimcheck.version import __version__

Arguments = dict[str, Any]
_INSTRUCTIONS = (
    "claimcheck finds the checkable claims of a text, each tied to the exact characters that carry it, and checks claims "
    "against evidence that you give. Grounded means found in the text, never true; supported means by the evidence given."
)
_DESCRIPTIONS = {
    "summarize": "A summary of a text or page, and its checkable claims with their exact places. Set check to hold the "
    "summary against its own document.",
    "extract_claims": "The checkable claims of a text or page: what it says that could be true or false, who says it, where.",
    "check_claims": "For each claim: supported, refuted, conflicting_evidence or not_enough_evidence by the documents given, "
    "with the passages that say so. Words that somebody is said to have said are asked about twice.",
    "ground_quotes": "Where quotes stand in a text or page, character by character, or why they do not: a changed number, "
    "name, date or negation is another quote.",
}


def server(settings: Settings) -> Server[Any]:
    """The server, its tools working with these settings."""
    tools: dict[str, Callable[[Arguments], Arguments]] = {
        "summarize": lambda given: _summarize(given, settings),
        "extract_claims": lambda given: _extract(given, settings),
        "check_claims": lambda given: _check(given, settings),
        "ground_quotes": _ground,
    }

    async def list_tools(context: Any, parameters: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name) for name in tools])

    async def call_tool(context: Any, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        if parameters.name not in tools:
            return _failed(f"there is no tool {parameters.name!r}; there are {', '.join(tools)}")
        given = parameters.arguments or {}
        problems = schema.problems(f"mcp.{parameters.name}", given)
        if problems:
            return _failed("; ".join(map(str, problems[:5])))
        try:
            result = await asyncio.to_thread(tools[parameters.name], given)
        except ClaimcheckError as error:
            return _failed(str(error))
        text = json.dumps(result, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=result
        )

    return Server(
        "claimcheck",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve(settings: Settings) -> None:
    """Serves on standard input and output until these are closed."""

    async def run() -> None:
        made = server(settings)
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    asyncio.run(run())


def _tool(name: str) -> types.Tool:
    return types.Tool(
        name=name,
        description=_DESCRIPTIONS[name],
        input_schema=schema.load(f"mcp.{name}"),
        output_schema=_output(name),
    )


def _output(name: str) -> dict[str, Any]:
    """The schema of a tool's result: the project's own, or a part of it."""
    run = schema.load("run")
    if name == "summarize":
        return run
    if name == "check_claims":
        return schema.load("check")
    if name == "extract_claims":
        part = {"claims": run["properties"]["claims"]}
    else:
        place = {"type": "array", "items": {"$ref": "#/$defs/excerpt"}}
        said = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        match = run["$defs"]["claim"]["properties"]["match"]
        fields = {
            "quote": {"type": "string"},
            "match": match,
            "spans": place,
            "reason": said,
            "suggestion": place,
        }
        item = {
            "type": "object",
            "additionalProperties": False,
            "required": list(fields),
            "properties": fields,
        }
        part = {"quotes": {"type": "array", "items": item}}
    return {
        "$schema": run["$schema"],
        "type": "object",
        "additionalProperties": False,
        "required": list(part),
        "properties": part,
        "$defs": run["$defs"],
    }


def _summarize(given: Arguments, settings: Settings) -> Arguments:
    run = summarize(_document(given), settings=_narrowed(given, settings), check=given.get("check", False))
    return _object(run.to_json(text=False))


def _extract(given: Arguments, settings: Settings) -> Arguments:
    run = summarize(_document(given), settings=_narrowed(given, settings))
    return {"claims": _object(run.to_json(text=False))["claims"]}


def _check(given: Arguments, settings: Settings) -> Arguments:
    claims = [
        Statement(statement_id(item["text"]), item["text"], item.get("speaker")) for item in given["claims"]
    ]
    found = check(claims, [_document(item) for item in given["evidence"]], settings=settings)
    return _object(found.to_json(text=False))


def _ground(given: Arguments) -> Arguments:
    return {"quotes": [_plain(asdict(item)) for item in ground(_document(given), given["quotes"])]}


def _document(given: Arguments) -> Document:
    published = date.fromisoformat(given["date"]) if given.get("date") else None
    if "url" in given:
        return Document.from_url(given["url"], title=given.get("title"), published=published)
    return Document.from_text(given["text"], title=given.get("title"), published=published)


def _narrowed(given: Arguments, settings: Settings) -> Settings:
    return replace(settings, max_claims=given["max_claims"]) if "max_claims" in given else settings


def _object(text: str) -> Arguments:
    value: Arguments = json.loads(text)
    return value


def _plain(value: Arguments) -> Arguments:
    return _object(json.dumps(value, ensure_ascii=False))


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)
