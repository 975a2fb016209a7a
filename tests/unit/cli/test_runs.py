"""The commands `runs` and `bundle`."""

import json

import pytest

from claimcheck import Batch, Document, RunStore, Settings, summarize
from claimcheck.bundles.verify import verify_bundle
from claimcheck.reports.diff import compare_batches
from tests.support.command import claimcheck
from tests.support.scripted_batches import write_store

SETTINGS = Settings(engine="llm", model="scripted")
FERRY, VENUS = "The ferry carried 900 people in 2020.", "Venus is hot."


def test_bundles_a_run_from_the_latest_batch_that_has_it(tmp_path):
    with RunStore(tmp_path / "s.db") as store:
        for text, max_claims in (
            ("The ferry carried 900 people in 2020.", 30),
            ("Venus is hot.", 3),
        ):
            document = Document.from_text(text, source=f"{max_claims}.txt")
            summarize(
                document,
                settings=Settings(engine="extractive", max_claims=max_claims),
                store=store,
            )
    done = {
        name: claimcheck("bundle", name, "--store", "s.db", "-o", f"{name}.zip")
        for name in ("30.txt", "3.txt", "none.txt")
    }
    assert [run.returncode for run in done.values()] == [0, 0, 2]
    assert all(step.holds for step in verify_bundle(tmp_path / "30.txt.zip"))
    assert "no document 'none.txt'" in done["none.txt"].err


@pytest.fixture
def path(tmp_path):
    return write_store(tmp_path)


@pytest.fixture
def runs(path):
    def run(*words):
        done = claimcheck("runs", *words, "--store", path)
        return done.returncode, done.out, done.err

    return run


def test_lists_the_state_of_each_document(runs):
    _, out, _ = runs("list", "--batch", "1")
    counts = "1 done, 1 failed, 300 tokens, $0.0000"
    assert out.splitlines() == [
        f"* batch 1: llm scripted at api.openai.com: {counts}",
        f"  batch 2: llm other at api.openai.com: {counts}",
        "",
        "done     ferry",
        "failed   venus  refused: the model refused: no",
    ]
    _, out, _ = runs("list", "--state", "failed", "--format", "json")
    (row,) = map(json.loads, out.splitlines())
    assert (row["key"], row["state"], row["cause"]) == ("venus", "failed", "refused")


def test_shows_one_run_and_exports_all(runs, tmp_path):
    code, out, _ = runs("show", "ferry", "--format", "json")
    assert (code, json.loads(out)["document"]["text"]) == (0, FERRY)
    code, _, stderr = runs("export", "-o", str(tmp_path / "out.jsonl"))
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["document"]["source"] for line in lines] == [
        "ferry",
        "venus",
    ]
    assert "1 of 2 documents have no result or only a failure" in stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "mars"), "no document 'mars'"),
        (("list", "--batch", "7"), "no batch 7. Available: 1, 2"),
        (
            ("list", "--state", "lost"),
            "'lost' is not one of 'pending', 'done', 'partial', 'failed'",
        ),
        (("compare", "1", "9"), "no batch 9"),
        (("import", "nowhere"), "nowhere: is not a folder"),
        (("delete", "ferry", "mars"), "no document 'mars'"),
        (("delete", "ferry", "--batch", "7"), "no document 'ferry' in batch 7"),
    ],
)
def test_names_what_does_not_exist(runs, words, message):
    code, _, stderr = runs(*words)
    assert (code, message in stderr) == (2, True), stderr


def test_compares_two_batches(runs, path):
    with RunStore(path) as store:
        found = compare_batches(store, 1, 2)
    ferry = found.documents["ferry"]
    assert (ferry.same, ferry.added, ferry.gone) == (
        0,
        ("A ferry sailed in 2020.",),
        (FERRY,),
    )
    _, out, _ = runs("compare", "1", "2")
    assert (
        "0 claims the same, 1 added, 1 gone, 0 reworded, 0 moved; 0 verdicts changed"
        in out
    )
    assert (
        json.loads(runs("compare", "1", "2", "--format", "json")[1])["only_first"] == 0
    )


def test_deletes_a_document_from_every_batch_and_from_the_file(runs, path):
    assert FERRY.encode() in path.read_bytes()
    assert runs("delete", "venus", "--batch", "1", "--quiet")[0] == 0
    assert "venus" in runs("list", "--batch", "2")[1]
    code, _, stderr = runs("delete", "ferry", "venus")
    assert (code, stderr) == (0, f"{path}: 3 runs deleted\n")
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
