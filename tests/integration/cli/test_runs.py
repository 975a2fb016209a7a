"""The command `runs retry`, against a server."""

import asyncio
import json

from claimcheck import Batch, Limits, RunStore, Settings
from tests.support.batches import run_faulty_server
from tests.support.command import claimcheck
from tests.support.scripted import ScriptedClient, response


def test_retry_sends_the_same_requests_again(tmp_path):
    rows, path = tmp_path / "r.jsonl", tmp_path / "s.db"
    texts = {"ferry": "The ferry carried 900 people in 2020.", "venus": "Venus is hot."}
    rows.write_text(
        "\n".join(
            json.dumps({"id": name, "text": text}) for name, text in texts.items()
        )
    )
    with run_faulty_server() as (url, counts):
        settings = Settings(engine="llm", model="m", base_url=url, attempts=1)
        with RunStore(path) as store:
            batch = Batch(store, settings, Limits(concurrency=1))
            batch.add(str(rows))
            asyncio.run(
                batch.run(client=ScriptedClient([response(None, refusal="no")] * 2))
            )
        done = claimcheck("runs", "retry", "--no-cache", "--store", path)
        assert (done.returncode, counts()["requests"]) == (0, 2), done.err
    assert "retrying 2 documents" in done.err
