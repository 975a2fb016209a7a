"""claimcheck as a server of the Model Context Protocol: tools that an assistant can call (extra `mcp`).

https://modelcontextprotocol.io. Arguments are validated by the project's own schemas, results follow them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from claimcheck import schemas
from claimcheck.api.check import check
from claimcheck.api.ground import ground
from claimcheck.api.summarize import summarize
from claimcheck.errors import ClaimcheckError
from claimcheck.server import requests
from claimcheck.server.requests import Arguments
from claimcheck.settings import Settings
from claimcheck.version import __version__

_INSTRUCTIONS = (
    "claimcheck finds the checkable claims of a text, each tied to the exact characters that carry it, and checks claims "
    "against evidence that you give. Grounded means found in the text, never true; supported means by the evidence given."
)
_TOOL_DESCRIPTIONS = {
    "summarize": "A summary of a text or page, and its checkable claims with their exact places. Set check to hold the "
    "summary against its own document.",
    "extract_claims": "The checkable claims of a text or page: what it says that could be true or false, who says it, where.",
    "check_claims": "For each claim: supported, refuted, conflicting_evidence or not_enough_evidence by the documents given, "
    "with the passages that say so. Words that somebody is said to have said are asked about twice.",
    "ground_quotes": "Where quotes stand in a text or page, character by character, or why they do not: a changed number, "
    "name, date or negation is another quote.",
}


def build_server(settings: Settings) -> Server[Any]:
    """Build the MCP server whose tools use these settings."""
    tools: dict[str, Callable[[Arguments], Arguments]] = {
        "summarize": lambda given: _summarize(given, settings),
        "extract_claims": lambda given: _extract(given, settings),
        "check_claims": lambda given: _check(given, settings),
        "ground_quotes": _ground,
    }

    async def list_tools(context: Any, parameters: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_build_tool(name) for name in tools])

    async def call_tool(
        context: Any, parameters: types.CallToolRequestParams
    ) -> types.CallToolResult:
        if parameters.name not in tools:
            return _build_error_result(
                f"there is no tool {parameters.name!r}; there are {', '.join(tools)}"
            )
        given = parameters.arguments or {}
        try:
            requests.validate_arguments(parameters.name, given)
            result = await asyncio.to_thread(tools[parameters.name], given)
        except ClaimcheckError as error:
            return _build_error_result(str(error))
        text = json.dumps(result, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)],
            structured_content=result,
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
        made = build_server(settings)
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    asyncio.run(run())


def _build_tool(name: str) -> types.Tool:
    return types.Tool(
        name=name,
        description=_TOOL_DESCRIPTIONS[name],
        input_schema=schemas.load(f"request.{name}"),
        output_schema=requests.build_answer_schema(name),
    )


def _summarize(given: Arguments, settings: Settings) -> Arguments:
    wanted = requests.override_settings(given, settings)
    run = summarize(
        requests.read_document(given), settings=wanted, check=given.get("check", False)
    )
    return _parse_object(run.to_json(text=False))


def _extract(given: Arguments, settings: Settings) -> Arguments:
    run = summarize(
        requests.read_document(given),
        settings=requests.override_settings(given, settings),
    )
    return {"claims": _parse_object(run.to_json(text=False))["claims"]}


def _check(given: Arguments, settings: Settings) -> Arguments:
    evidence = [requests.read_document(item) for item in given["evidence"]]
    return _parse_object(
        check(requests.build_statements(given), evidence, settings=settings).to_json(
            text=False
        )
    )


def _ground(given: Arguments) -> Arguments:
    return requests.dump_quotes(ground(requests.read_document(given), given["quotes"]))


def _parse_object(text: str) -> Arguments:
    value: Arguments = json.loads(text)
    return value


def _build_error_result(message: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=message)], is_error=True
    )
