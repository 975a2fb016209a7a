"""Shards: one budget for all workers, and each document once in the store."""

import asyncio
import json

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.batch.plan import Plan
from claimcheck.batch.shards import build_shard_row, import_shards
from claimcheck.models.document import Document
from claimcheck.models.outcome import DocumentState, Outcome
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


def test_imports_each_document_of_the_shards_once(path, tmp_path):
    plan = Plan.from_settings(SETTINGS, Limits())
    with RunStore(path) as store:
        run = store.run(1, "ferry")
    document = Document.from_text(FERRY, source="ferry")
    rows = [
        build_shard_row(plan, "a", document, Outcome.from_run(run)),
        build_shard_row(plan, "a", document, Outcome.from_run(run)),
        build_shard_row(plan, "b", Document.from_text(VENUS), None),
        build_shard_row(
            plan, "c", None, Outcome.from_failure("unreadable", "is empty")
        ),
    ]
    shards = tmp_path / "shards"
    shards.mkdir()
    (shards / "0.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with RunStore(tmp_path / "new.db") as store:
        found = import_shards(store, shards)
        assert (found.documents, found.outcomes, found.repeated) == (3, 1, 1)
        (batch,) = store.batches()
        assert batch.counts == {
            DocumentState.PENDING: 1,
            DocumentState.DONE: 1,
            DocumentState.PARTIAL: 0,
            DocumentState.FAILED: 1,
        }
        assert (
            batch.spent_tokens == run.usage.input_tokens + run.usage.output_tokens > 0
        )
        assert store.run(batch.number, "a") == run
        assert import_shards(store, shards).outcomes == 0
        assert (
            Batch(store, SETTINGS).number == batch.number
        )  # a batch resumes with the pending ones


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", "x", "contains no shards"),
        ("x.jsonl", "{", r"x\.jsonl:1: not valid JSON"),
        ("x.jsonl", '{"key": "a"}', r"not an outcome\. Missing: state, way"),
        ("x.jsonl", "3", r"x\.jsonl:1: expected an object"),
    ],
)
def test_names_what_is_wrong_with_shards(tmp_path, name, content, message):
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / name).write_text(content)
    with (
        RunStore(tmp_path / "s.db") as store,
        pytest.raises(errors.InputError, match=message),
    ):
        import_shards(store, tmp_path / "shards")
