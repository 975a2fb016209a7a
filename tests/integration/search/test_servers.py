"""The page and MCP search for evidence if the server allows it and somebody asks."""

import asyncio

import pytest

from claimcheck import Settings
from claimcheck.settings import SearchSettings
from tests.support.newsstand import page
from tests.support.web import run_server

NAIROBI = "Nairobi was founded in 1899 as a rail depot. It is a capital."
CLAIM = "Nairobi was founded in 1899 as a rail depot."
SEARCH = SearchSettings(("searxng",))


@pytest.fixture
def nairobi(stand):
    stand.pages["/nairobi"] = page("Nairobi", NAIROBI)
    return stand


def call_mcp(arguments, search):
    # All workers import this file, and the package takes a second.
    from mcp import Client

    from claimcheck.server.mcp import build_server

    async def run():
        server = build_server(Settings(engine="extractive"), search)
        async with Client(server) as client:
            return await client.call_tool("check_claims", arguments)

    return asyncio.run(run())


def test_a_page_shows_what_was_searched_and_read(nairobi, tmp_path):
    with run_server(tmp_path / "runs.db", search=SEARCH) as api:
        assert api.get("/api/about").json()["search"] == ["searxng"]
        fields = {"claims": [{"text": CLAIM}], "search": True}
        done = api.post("/api/checks", json=fields)
        assert done.status_code == 201, done.text
        assert done.json()["verdicts"][0]["finding"]["label"] == "supported"
        shown = api.get(done.headers["location"].removeprefix("/api")).text
    assert "Searched searxng for" in shown
    assert f"Read: Nairobi ({nairobi.url}/nairobi)" in shown


def test_a_claim_of_a_run_offers_the_search(nairobi, tmp_path):
    with run_server(tmp_path / "runs.db", search=SEARCH) as api:
        run = api.post("/api/runs", json={"text": CLAIM})
        location = run.headers["location"]
        shown = api.get(location.removeprefix("/api")).text
        assert "Search searxng, which sends words of the claim to it" in shown
        claim = run.json()["claims"][0]["id"]
        done = api.post(f"{location}/claims/{claim}/checks", json={"search": True})
    # The page that was found is not the document with the claim.
    assert done.json()["search"]["pages"][0]["document_id"]


@pytest.mark.parametrize(
    ("fields", "search", "problem"),
    [
        ({"search": True}, None, "this server does not search"),
        ({}, SEARCH, "add a document, or set search"),
    ],
)
def test_nothing_is_searched_unless_allowed_and_asked(
    nairobi, tmp_path, fields, search, problem
):
    arguments = {"claims": [{"text": CLAIM}], **fields}
    with run_server(tmp_path / "runs.db", search=search) as api:
        refused = api.post("/api/checks", json=arguments)
    assert refused.status_code == 400
    assert problem in refused.text
    result = call_mcp(arguments, search)
    assert result.is_error
    assert problem in result.content[0].text
    assert nairobi.queries == []


def test_an_assistant_can_search(nairobi):
    result = call_mcp({"claims": [{"text": CLAIM}], "search": True}, SEARCH)
    checked = result.structured_content
    assert checked["verdicts"][0]["finding"]["label"] == "supported"
    assert checked["search"]["providers"] == ["searxng"]
