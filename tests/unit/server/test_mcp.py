"""The MCP server in this process, called by the SDK's own client."""

import asyncio
import json

import jsonschema
import pytest
from mcp import Client

from claimcheck import Settings, schemas
from claimcheck.server.mcp import build_server
from tests.support.paths import SEED

FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."


def called(*calls):
    """The results of calls, one after another, on one connection in this process."""

    async def run():
        async with Client(build_server(Settings(engine="extractive"))) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            return tools, [
                await client.call_tool(name, arguments) for name, arguments in calls
            ]

    return asyncio.run(run())


def test_every_tool_follows_the_published_schemas():
    text = SEED.read_text(encoding="utf-8")
    calls = [
        (
            "summarize",
            {"text": text, "check": True, "title": "Talks", "date": "2019-03-20"},
        ),
        ("extract_claims", {"text": text, "max_claims": 3}),
        (
            "check_claims",
            {
                "claims": [{"text": "The night ferry carries 700 passengers."}],
                "evidence": [{"text": FERRY}],
            },
        ),
        (
            "ground_quotes",
            {"text": FERRY, "quotes": ["built in Gdansk", "built in Oslo"]},
        ),
    ]
    tools, results = called(*calls)
    assert tools.keys() == {name for name, _ in calls}
    for (name, _), result in zip(calls, results, strict=True):
        assert not result.is_error, result.content
        jsonschema.Draft202012Validator(tools[name].output_schema).validate(
            result.structured_content
        )
        assert json.loads(result.content[0].text) == result.structured_content
        assert tools[name].input_schema == schemas.load(f"request.{name}")
    run, claims, checked, grounded = (result.structured_content for result in results)
    assert (
        run["document"]["title"],
        run["document"]["text"],
        len(run["verdicts"]) > 10,
    ) == (
        "Talks",
        None,
        True,
    )
    assert len(claims["claims"]) == 3
    assert checked["verdicts"][0]["finding"]["label"] == "refuted"
    assert [item["match"] for item in grounded["quotes"]] == ["exact", "none"]


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
    _, (result,) = called((name, arguments))
    assert result.is_error
    assert message in result.content[0].text
