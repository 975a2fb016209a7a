"""A local Ray with two workers: every document once, though one worker dies; a budget for all of them together."""

import os
import subprocess
import sys

import pytest

from claimcheck import RunStore
from claimcheck.batch.shards import import_shards
from claimcheck.store.outcome import DocumentState
from tests.conftest import ROOT
from tests.faults.batches import faulty, write_documents

pytest.importorskip("ray", reason="needs the extra `distributed`")
DOCUMENTS = 300


def job(tmp_path, url, *more):
    rows = write_documents(tmp_path / "rows.jsonl", DOCUMENTS)
    command = [sys.executable, "-m", "tests.distributed.job", str(rows), str(tmp_path / "shards"), url, *more]
    quiet = {"RAY_DEDUP_LOGS": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(300)
def test_a_worker_that_is_killed_loses_no_document_and_doubles_none(tmp_path):
    with faulty(delays=(0.02, 0.1)) as (url, counts):
        done = job(tmp_path, url)
        seen = counts()
    assert done.returncode == 0, done.stderr[-2000:]
    assert "killed" in done.stdout
    with RunStore(tmp_path / "runs.db") as store:
        found = import_shards(store, tmp_path / "shards")
        (batch,) = store.batches()
        runs = dict(store.runs(batch.number))
    assert (found.documents, found.outcomes, found.repeated) == (DOCUMENTS, DOCUMENTS, 0)
    assert batch.counts[DocumentState.DONE] == DOCUMENTS
    assert runs.keys() == {f"row-{number}" for number in range(DOCUMENTS)}
    assert all(claim.spans for run in runs.values() for claim in run.claims)
    assert seen["requests"] >= DOCUMENTS  # what the dead worker had in its hands is asked for again


@pytest.mark.timeout(300)
def test_a_budget_is_one_for_all_workers_and_what_it_does_not_cover_waits(tmp_path):
    with faulty() as (url, counts):
        done = job(tmp_path, url, "100000")
        spent = counts()["tokens"]
    assert done.returncode == 0, done.stderr[-2000:]
    assert 50_000 < spent <= 100_000
    with RunStore(tmp_path / "runs.db") as store:
        import_shards(store, tmp_path / "shards")
        (batch,) = store.batches()
    assert batch.counts[DocumentState.DONE] + batch.counts[DocumentState.PENDING] == DOCUMENTS
    assert 0 < batch.counts[DocumentState.DONE] < DOCUMENTS
