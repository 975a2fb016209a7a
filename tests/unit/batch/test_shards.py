"""Shards: one budget for all workers, and each document once in the store."""

import json

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.batch.plan import Plan
from claimcheck.batch.shards import build_shard_row, import_shards
from claimcheck.models.document import Document
from claimcheck.models.outcome import DocumentState, Outcome
from tests.support.scripted_batches import write_store

SETTINGS = Settings(engine="llm", model="scripted")
FERRY, VENUS = "The ferry carried 900 people in 2020.", "Venus is hot."


@pytest.fixture
def path(tmp_path):
    return write_store(tmp_path)


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


def test_names_a_folder_without_shards(tmp_path):
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "x.txt").write_text("x")
    with (
        RunStore(tmp_path / "s.db") as store,
        pytest.raises(errors.InputError, match="contains no shards"),
    ):
        import_shards(store, tmp_path / "shards")


def test_a_broken_row_of_a_shard_costs_itself(path, tmp_path):
    plan = Plan.from_settings(SETTINGS, Limits())
    text = f"{FERRY}\u2028It is red.\u0085"
    row = build_shard_row(plan, "a", Document.from_text(text), None)
    other = build_shard_row(plan, "b", Document.from_text(VENUS), None)
    broken = [
        b'{"key": "c"}',
        b"3",
        b'"words"',
        json.dumps(row | {"key": "\ud83d"}).encode(),
        json.dumps(row | {"key": 7}).encode(),
        json.dumps(row | {"state": "lost"}).encode(),
        json.dumps(row | {"config": "{"}).encode(),
        json.dumps(row | {"key": "d", "run": "{}"}).encode(),
        b"\xff",
    ]
    good = [json.dumps(item, ensure_ascii=False).encode() for item in (row, other)]
    lines = [b"\xef\xbb\xbf" + good[0], *broken, good[1], good[0][:-40]]
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "x.jsonl").write_bytes(b"\n".join(lines))
    with RunStore(tmp_path / "new.db") as store:
        found = import_shards(store, tmp_path / "shards")
        documents = [document.text for _, document in store.iter_pending(1)]
    assert documents == [text, VENUS]
    assert (found.documents, len(found.broken)) == (2, len(broken) + 1)
    assert "x.jsonl:2: not an outcome. Missing: state, config" in found.broken[0]
    assert "x.jsonl:12: is not JSON" in found.broken[-1]
