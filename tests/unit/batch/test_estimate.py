"""Estimates and prices before a batch starts."""

import asyncio

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors, tokens
from tests.support.batches import write_documents
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
