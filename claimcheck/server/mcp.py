"""The MCP server: tools that an AI assistant can call (extra `mcp`).

The Model Context Protocol is described at https://modelcontextprotocol.io. Arguments
and results of the tools follow the project's own schemas.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from claimcheck.api.check import check
from claimcheck.api.ground import ground
from claimcheck.api.prompts_and_schemas import load_schema
from claimcheck.api.summarize import summarize
from claimcheck.errors import ClaimcheckError
from claimcheck.models.run import Check, Run
from claimcheck.server import requests
from claimcheck.server.requests import Arguments
from claimcheck.settings import SearchSettings, Settings
from claimcheck.version import __version__

# An assistant reads these texts to choose a tool and to report its results.
_INSTRUCTIONS = (
    "claimcheck finds the checkable claims of a text, with the exact characters that "
    "state each one, and checks claims against evidence that you provide. Grounded "
    "means found in the text, never true; supported means supported by the evidence "
    "provided."
)
_TOOL_DESCRIPTIONS = {
    "summarize": "Summarize a text or web page and list its checkable claims with "
    "their exact locations. Set check to compare the summary and the claims with the "
    "document.",
    "extract_claims": "List the checkable claims of a text or web page: what it says "
    "that could be true or false, who says it, and where.",
    "check_claims": "Check claims against documents that you provide, and with search "
    "also against pages that a search finds, if the user allowed it: for each one "
    "supported, refuted, conflicting_evidence or not_enough_evidence, with the "
    "passages that decided it. A claim with a speaker gets two findings: one on "
    "whether the speaker said it, and one on the statement itself.",
    "ground_quotes": "Locate quotes in a text or web page, character by character, or "
    "say why they are not there. A changed number, name, date or negation makes a "
    "different quote.",
}


def build_server(
    settings: Settings, search: SearchSettings | None = None
) -> Server[Any]:
    """Build the MCP server whose tools use these settings.

    `check_claims` may search for evidence as `search` says; None forbids it.
    """
    tools: dict[str, Callable[[Arguments, Settings], Arguments]] = {
        "summarize": _summarize,
        "extract_claims": _extract_claims,
        "check_claims": partial(_check_claims, search=search),
        "ground_quotes": _ground_quotes,
    }

    async def list_tools(context: Any, parameters: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_build_tool(name) for name in tools])

    async def call_tool(
        context: Any, parameters: types.CallToolRequestParams
    ) -> types.CallToolResult:
        name, arguments = parameters.name, parameters.arguments or {}
        if name not in tools:
            available = ", ".join(tools)
            return _build_error_result(f"Unknown tool {name!r}. Available: {available}")
        try:
            requests.validate_arguments(name, arguments)
            # A tool that blocked the event loop would also block the connection.
            result = await asyncio.to_thread(tools[name], arguments, settings)
        except ClaimcheckError as error:
            return _build_error_result(str(error))
        # The protocol asks for the JSON also as text, for clients that read only text.
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


def serve(settings: Settings, search: SearchSettings | None = None) -> None:
    """Serve on standard input and output until they are closed."""

    async def run() -> None:
        server = build_server(settings, search)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    asyncio.run(run())


def _build_tool(name: str) -> types.Tool:
    return types.Tool(
        name=name,
        description=_TOOL_DESCRIPTIONS[name],
        input_schema=load_schema(f"request.{name}"),
        # Clients validate `structured_content` against it.
        output_schema=requests.build_answer_schema(name),
    )


def _summarize(arguments: Arguments, settings: Settings) -> Arguments:
    document = requests.read_document(arguments)
    settings = requests.override_settings(arguments, settings)
    include_check = arguments.get("check", False)
    return _dump(summarize(document, settings=settings, check=include_check))


def _extract_claims(arguments: Arguments, settings: Settings) -> Arguments:
    document = requests.read_document(arguments)
    settings = requests.override_settings(arguments, settings)
    return {"claims": _dump(summarize(document, settings=settings))["claims"]}


def _check_claims(
    arguments: Arguments, settings: Settings, *, search: SearchSettings | None
) -> Arguments:
    search = requests.choose_search(arguments, search)
    evidence = [requests.read_document(item) for item in arguments.get("evidence", ())]
    claims = requests.build_statements(arguments)
    return _dump(check(claims, evidence or None, search=search, settings=settings))


def _ground_quotes(arguments: Arguments, settings: Settings) -> Arguments:
    document = requests.read_document(arguments)
    return requests.dump_quotes(ground(document, arguments["quotes"]))


def _dump(result: Run | Check) -> Arguments:
    """Return a result without its text, which the assistant already has."""
    fields: Arguments = json.loads(result.to_json(text=False))
    return fields


def _build_error_result(message: str) -> types.CallToolResult:
    content = types.TextContent(type="text", text=message)
    return types.CallToolResult(content=[content], is_error=True)
