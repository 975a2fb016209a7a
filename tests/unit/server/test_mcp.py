"""The MCP server in this process, called by the SDK's own client."""

import asyncio
import json

import jsonschema
import pytest

from claimcheck import Settings, schemas
from tests.support.paths import SEED

FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."
CALLS = {
    "summarize": {
        "text": SEED.read_text(encoding="utf-8"),
        "check": True,
        "title": "Talks",
        "date": "2019-03-20",
    },
    "extract_claims": {"text": SEED.read_text(encoding="utf-8"), "max_claims": 3},
    "check_claims": {
        "claims": [{"text": "The night ferry carries 700 passengers."}],
        "evidence": [{"text": FERRY}],
    },
    "ground_quotes": {"text": FERRY, "quotes": ["built in Gdansk", "built in Oslo"]},
}


def call(name, arguments):
    """Return the tools of a server, and the result of one call."""
    # All workers import this file, and the package takes a second.
    from mcp import Client

    from claimcheck.server.mcp import build_server

    async def run():
        async with Client(build_server(Settings(engine="extractive"))) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            return tools, await client.call_tool(name, arguments)

    return asyncio.run(run())


def call_valid(name):
    _, result = call(name, CALLS[name])
    assert not result.is_error, result.content
    return result.structured_content


@pytest.mark.parametrize("name", CALLS)
def test_tools_follow_the_published_schemas(name):
    tools, result = call(name, CALLS[name])
    assert tools.keys() == CALLS.keys()
    assert tools[name].input_schema == schemas.load(f"request.{name}")
    validator = jsonschema.Draft202012Validator(tools[name].output_schema)
    validator.validate(result.structured_content)
    assert json.loads(result.content[0].text) == result.structured_content


def test_summarizes_and_checks_without_repeating_the_text():
    run = call_valid("summarize")
    assert run["document"]["title"] == "Talks"
    assert run["document"]["text"] is None
    assert len(run["verdicts"]) > 10


def test_extracts_up_to_max_claims():
    assert len(call_valid("extract_claims")["claims"]) == 3


def test_checks_claims_against_evidence():
    (verdict,) = call_valid("check_claims")["verdicts"]
    assert verdict["finding"]["label"] == "refuted"


def test_grounds_quotes():
    quotes = call_valid("ground_quotes")["quotes"]
    assert [quote["match"] for quote in quotes] == ["exact", "none"]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("fly", {}, "Unknown tool 'fly'"),
        ("summarize", {}, "$: "),
        ("summarize", {"text": "x", "url": "http://x"}, "$: "),
        ("summarize", {"path": "/etc/passwd"}, "'path' was unexpected"),
        ("summarize", {"url": "file:///etc/passwd"}, "$.url"),
        ("summarize", {"url": "http://127.0.0.1/"}, "private"),
        ("summarize", {"text": "..."}, "has no words"),
        ("summarize", {"text": FERRY, "date": "tomorrow"}, "$.date"),
        ("check_claims", {"claims": [], "evidence": [{"text": FERRY}]}, "$.claims"),
        ("check_claims", {"claims": [{"text": "x y"}], "evidence": []}, "$.evidence"),
        ("ground_quotes", {"text": FERRY, "quotes": [""]}, "$.quotes[0]"),
    ],
)
def test_bad_arguments_give_errors_that_name_the_problem(name, arguments, message):
    _, result = call(name, arguments)
    assert result.is_error
    assert message in result.content[0].text
