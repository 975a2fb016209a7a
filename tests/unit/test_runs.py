"""`claimcheck runs`: what is in a store, as people and as programs read it; and shards from elsewhere."""

import asyncio
import json
import sys

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.batch.plan import Plan
from claimcheck.batch.shards import build_shard_row, import_shards
from claimcheck.models.document import Document
from claimcheck.pipeline import check, long_document, summarize
from claimcheck.reports.diff import compare_batches
from claimcheck.store.outcome import DocumentState
from tests.flow.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(engine="llm", model="scripted")
FERRY, VENUS = "The ferry carried 900 people in 2020.", "Venus is hot."


@pytest.fixture
def path(tmp_path):
    """Two documents, one of which failed; and the first again with another model."""
    (tmp_path / "r.jsonl").write_text(
        json.dumps({"id": "ferry", "text": FERRY}) + "\n" + json.dumps({"id": "venus", "text": VENUS})
    )
    with RunStore(tmp_path / "s.db") as store:
        for settings, text in ((SETTINGS, FERRY), (Settings(engine="llm", model="other"), "A ferry sailed.")):
            batch = Batch(store, settings, Limits(concurrency=1))
            batch.add(str(tmp_path / "r.jsonl"))
            client = ScriptedClient([response(answer(claim(FERRY, text))), response(None, refusal="no")])
            asyncio.run(batch.run(client=client))
    return tmp_path / "s.db"


@pytest.fixture
def runs(path, capsys, monkeypatch):
    from claimcheck.cli import main

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["claimcheck", "runs", *words, "--store", str(path)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return go


def test_the_list_says_what_became_of_each(runs):
    _, out, _ = runs("list", "--batch", "1")
    assert out.splitlines() == [
        "* batch 1: llm scripted at api.openai.com: 1 done, 1 failed, 300 tokens, $0.0000",
        "  batch 2: llm other at api.openai.com: 1 done, 1 failed, 300 tokens, $0.0000",
        "",
        "done     ferry",
        "failed   venus  refused: the model refused: no",
    ]
    _, out, _ = runs("list", "--state", "failed", "--format", "json")
    (row,) = map(json.loads, out.splitlines())
    assert (row["key"], row["state"], row["cause"]) == ("venus", "failed", "refused")


def test_one_run_and_all_of_them(runs, tmp_path):
    code, out, _ = runs("show", "ferry", "--format", "json")
    assert (code, json.loads(out)["document"]["text"]) == (0, FERRY)
    code, _, said = runs("export", "-o", str(tmp_path / "out.jsonl"))
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["document"]["source"] for line in lines] == ["ferry", "venus"]
    assert "1 of 2 documents have no result or only a failure" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "mars"), "holds no document 'mars'"),
        (("list", "--batch", "7"), "has no batch 7; it has 1, 2"),
        (("list", "--state", "lost"), "--state 'lost': is none; there are pending, done, partial, failed"),
        (("compare", "1", "9"), "has no batch 9"),
        (("import", "nowhere"), "nowhere: is no folder"),
        (("delete", "ferry", "mars"), "holds no document 'mars'"),
        (("delete", "ferry", "--batch", "7"), "holds no document 'ferry' in batch 7"),
    ],
)
def test_what_is_not_there_is_said(runs, words, message):
    code, _, said = runs(*words)
    assert (code, message in said) == (2, True), said


def test_two_batches_are_compared(runs, path):
    with RunStore(path) as store:
        found = compare_batches(store, 1, 2)
    ferry = found.documents["ferry"]
    assert (ferry.same, ferry.added, ferry.gone) == (0, ("A ferry sailed.",), (FERRY,))
    _, out, _ = runs("compare", "1", "2")
    assert "0 claims the same, 1 added, 1 gone, 0 reworded, 0 moved; 0 verdicts changed" in out
    assert json.loads(runs("compare", "1", "2", "--format", "json")[1])["only_first"] == 0


def test_what_is_deleted_is_gone_from_every_batch_and_from_the_file(runs, path):
    assert FERRY.encode() in path.read_bytes()
    assert runs("delete", "venus", "--batch", "1", "--quiet")[0] == 0
    assert "venus" in runs("list", "--batch", "2")[1]
    code, _, said = runs("delete", "ferry", "venus")
    assert (code, said) == (0, f"{path}: 3 runs deleted\n")
    assert [
        line
        for batch in ("1", "2")
        for line in runs("list", "--batch", batch)[1].splitlines()
        if "ferry" in line
    ] == []
    left = b"".join(file.read_bytes() for file in path.parent.glob("s.db*"))
    assert FERRY.encode() not in left
    assert b"Venus" not in left
    with RunStore(path) as store:
        assert (
            Batch(store, SETTINGS).add(str(path.parent / "r.jsonl")).new == 2
        )  # who reads the file again has it back


def test_a_retry_asks_as_before(runs, path):
    from tests.faults.batches import faulty

    with faulty() as (url, counts):
        with RunStore(path) as store:
            batch = Batch(
                store, Settings(engine="llm", model="m", base_url=url, attempts=1), Limits(concurrency=1)
            )
            batch.add(str(path.parent / "r.jsonl"))
            asyncio.run(batch.run(client=ScriptedClient([response(None, refusal="no")] * 2)))
        code, _, said = runs("retry", "--no-cache")
        assert (code, counts()["requests"]) == (0, 2), said
    assert "2 documents to ask for again" in said


def test_a_way_of_reading_names_every_prompt_and_schema_that_its_flows_use():
    way = Plan.of(SETTINGS, Limits(), check=True).way()
    used = {*summarize._PROMPTS, *long_document._PROMPTS, *check._PROMPTS}
    assert way["prompts"].keys() == used
    assert way["schemas"].keys() >= {*long_document._SCHEMAS, summarize._SCHEMA, check.SCHEMA}
    assert "verdict" not in Plan.of(SETTINGS, Limits()).way()["prompts"]


def test_shards_come_into_a_store_each_document_once(path, tmp_path):
    plan = Plan.of(SETTINGS, Limits())
    with RunStore(path) as store:
        run = store.run(1, "ferry")
    from claimcheck.store.outcome import Outcome

    document = Document.from_text(FERRY, source="ferry")
    rows = [
        build_shard_row(plan, "a", document, Outcome.of(run), None),
        build_shard_row(plan, "a", document, Outcome.of(run), None),
        build_shard_row(plan, "b", Document.from_text(VENUS), None, None),
        build_shard_row(plan, "c", None, None, "is empty"),
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
        assert batch.spent_tokens == run.usage.input_tokens + run.usage.output_tokens > 0
        assert store.run(batch.number, "a") == run
        assert import_shards(store, shards).outcomes == 0
        assert Batch(store, SETTINGS).number == batch.number  # a batch goes on with what waits


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", "x", "holds no shards"),
        ("x.jsonl", "{", r"x\.jsonl:1: is not JSON"),
        ("x.jsonl", '{"key": "a"}', "is no outcome: it has no state, way"),
        ("x.jsonl", "3", r"x\.jsonl:1: is no row"),
    ],
)
def test_shards_that_are_none_are_said(tmp_path, name, content, message):
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / name).write_text(content)
    with RunStore(tmp_path / "s.db") as store, pytest.raises(errors.InputError, match=message):
        import_shards(store, tmp_path / "shards")
