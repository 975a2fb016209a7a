"""The command `runs retry`, against a server."""

import asyncio
import json
import sys

import pytest

from claimcheck import Batch, Limits, RunStore, Settings
from tests.support.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(engine="llm", model="scripted")
FERRY, VENUS = "The ferry carried 900 people in 2020.", "Venus is hot."


@pytest.fixture
def path(tmp_path):
    """Two documents, one of which failed; and the first again with another model."""
    (tmp_path / "r.jsonl").write_text(
        json.dumps({"id": "ferry", "text": FERRY})
        + "\n"
        + json.dumps({"id": "venus", "text": VENUS})
    )
    with RunStore(tmp_path / "s.db") as store:
        for settings, text in (
            (SETTINGS, FERRY),
            (Settings(engine="llm", model="other"), "A ferry sailed."),
        ):
            batch = Batch(store, settings, Limits(concurrency=1))
            batch.add(str(tmp_path / "r.jsonl"))
            client = ScriptedClient(
                [response(answer(claim(FERRY, text))), response(None, refusal="no")]
            )
            asyncio.run(batch.run(client=client))
    return tmp_path / "s.db"


@pytest.fixture
def runs(path, capsys, monkeypatch):
    from claimcheck.cli import main

    def go(*words):
        monkeypatch.setattr(
            sys, "argv", ["claimcheck", "runs", *words, "--store", str(path)]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return go


def test_retry_sends_the_same_requests_again(runs, path):
    from tests.support.batches import faulty

    with faulty() as (url, counts):
        with RunStore(path) as store:
            batch = Batch(
                store,
                Settings(engine="llm", model="m", base_url=url, attempts=1),
                Limits(concurrency=1),
            )
            batch.add(str(path.parent / "r.jsonl"))
            asyncio.run(
                batch.run(client=ScriptedClient([response(None, refusal="no")] * 2))
            )
        code, _, said = runs("retry", "--no-cache")
        assert (code, counts()["requests"]) == (0, 2), said
    assert "2 documents to ask for again" in said
