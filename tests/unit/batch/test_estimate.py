"""Estimates and prices before a batch starts."""

import asyncio
import json

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors, tokens
from claimcheck.llm.budget import count_input_tokens
from claimcheck.llm.openai_client import OpenAIClient
from tests.support.batches import write_documents
from tests.support.chronicle import CHRONICLE
from tests.support.command import claimcheck
from tests.support.faulty_server import build_answer
from tests.support.paths import SEED
from tests.support.scripted import ScriptedClient, answer, claim, response


def test_a_budget_in_dollars_needs_a_price(tmp_path):
    with (
        RunStore(tmp_path / "s.db") as store,
        pytest.raises(errors.SettingsError, match=r"price of 'x' .* is unknown"),
    ):
        Batch(
            store,
            Settings(engine="llm", model="x", base_url="http://localhost:1/v1"),
            Limits(budget_usd=1),
        )


def test_the_estimate_is_within_15_percent_of_what_is_sent(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 40)
    with RunStore(tmp_path / "s.db") as store:
        batch = Batch(
            store, Settings(engine="llm", model="m", base_url="http://localhost:1/v1")
        )
        batch.add(str(rows))
        found = batch.estimate()
        client = ScriptedClient([response(answer(claim("x")))] * 40)
        asyncio.run(batch.run(client=client))
    asked = sum(
        tokens.count(message.content)
        for request in client.requests
        for message in request.messages
    )
    assert (found.documents, found.requests, found.cost_usd) == (40, 40, None)
    assert abs(found.input_tokens - asked) <= 0.15 * asked
    assert found.output_source == "a guess"


class Answering:
    """A client that answers as the faulty server does, and counts what it reads."""

    def __init__(self, settings):
        self._client = OpenAIClient(settings)
        self.requests = self.tokens = 0

    async def acomplete(self, request):
        body = self._client.build_body(request)
        self.requests += 1
        self.tokens += count_input_tokens(body, schema=False)
        return response(json.dumps(build_answer(body)))


def test_the_estimate_covers_checks_and_the_summaries_of_long_documents(tmp_path):
    (tmp_path / "long.txt").write_text(CHRONICLE)
    rows = write_documents(tmp_path / "rows.jsonl", 10)
    settings = Settings(
        engine="llm", model="m", base_url="http://localhost:1/v1", passage_tokens=2_000
    )
    with RunStore(tmp_path / "s.db") as store:
        batch = Batch(store, settings, check=True)
        batch.add(str(rows), str(tmp_path / "long.txt"), str(SEED))
        found = batch.estimate()
        client = Answering(settings)
        asyncio.run(batch.run(client=client))
        first = Batch(store, settings)
        first.add(str(rows))
        assert first.estimate().requests == 10
    # the server names 6 claims for each passage, and models about 12
    assert client.requests <= found.requests <= 2 * client.requests
    assert client.tokens <= found.input_tokens <= 2 * client.tokens


def test_an_estimate_leaves_the_store_as_it_is(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 4)
    command = ("batch", rows, "--store", tmp_path / "s.db", "--model", "m")
    command += ("--base-url", "http://localhost:1/v1", "--estimate")
    done = claimcheck(*command)
    assert "documents      4\nrequests       4;" in done.out, done.err
    assert "s.db: 4 documents; 4 to do" in done.err
    assert [path.name for path in tmp_path.glob("*.db*")] == []

    settings = Settings(engine="llm", model="m", base_url="http://localhost:1/v1")
    with RunStore(tmp_path / "s.db") as store:
        batch = Batch(store, settings)
        batch.add(str(rows))
        client = ScriptedClient(
            [response(answer(claim("x")))] * 3 + [response("no")] * 2
        )
        asyncio.run(batch.run(client=client))
    before = (tmp_path / "s.db").read_bytes()
    names = {path.name for path in tmp_path.glob("*.db*")}
    assert names == {"s.db", "s.db.lock"}
    (tmp_path / "more.txt").write_text("The ferry carried 900 people in 2020.")
    done = claimcheck(*command, "--retry-failed", tmp_path / "more.txt")
    assert "documents      2\n" in done.out, done.err
    assert (tmp_path / "s.db").read_bytes() == before
    assert {path.name for path in tmp_path.glob("*.db*")} == names


def test_the_batch_api_is_estimated_at_its_own_prices(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 4)
    command = ("--store", tmp_path / "s.db", "--model", "gpt-4o-mini", "--estimate")

    def estimate_usd(*arguments):
        done = claimcheck("batch", *arguments, *command)
        return float(done.out.partition("cost           $")[2])

    full = estimate_usd(rows)
    half = estimate_usd("submit", rows, "--via", "batch-api")
    assert full > 0
    assert half == pytest.approx(full / 2, abs=1e-4)
