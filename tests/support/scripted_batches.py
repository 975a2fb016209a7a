"""Runs batches with a scripted model; their documents are rows of a table."""

import asyncio
import json

from claimcheck import Batch, Limits, RunStore, Settings
from tests.support.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(engine="llm", model="scripted")
FERRY = "The ferry carried 900 people in 2020. It was built in Gdansk."


def rows(path, *items):
    """Write documents, and return their path."""
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return str(path)


def run(batch, *responses, **more):
    """Run a batch that gets these responses; return its progress and the client."""
    client = ScriptedClient(list(responses))
    return asyncio.run(batch.run(client=client, **more)), client


def good(quote="The ferry carried 900 people in 2020."):
    """Return a response with one claim."""
    return response(answer(claim(quote)))


def write_store(folder):
    """Store two documents, one of which failed, and the first again by another model."""
    first, second = "The ferry carried 900 people in 2020.", "Venus is hot."
    table = rows(
        folder / "r.jsonl",
        {"id": "ferry", "text": first},
        {"id": "venus", "text": second},
    )
    with RunStore(folder / "s.db") as store:
        for settings, text in (
            (SETTINGS, first),
            (Settings(engine="llm", model="other"), "A ferry sailed in 2020."),
        ):
            batch = Batch(store, settings, Limits(concurrency=1))
            batch.add(table)
            answered = response(answer(claim(first, text)))
            run(batch, answered, response(None, refusal="no"))
    return folder / "s.db"
