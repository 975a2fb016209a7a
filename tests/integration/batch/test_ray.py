"""A local Ray with two workers: each document once although one worker dies, and one budget for all."""

import os
import subprocess
import sys

import pytest

from claimcheck import RunStore
from claimcheck.batch.shards import import_shards
from claimcheck.models.outcome import DocumentState
from tests.support.batches import faulty, write_documents
from tests.support.paths import ROOT

pytest.importorskip("ray", reason="needs the extra `distributed`")
DOCUMENTS = 300


def job(tmp_path, url, *more):
    rows = write_documents(tmp_path / "rows.jsonl", DOCUMENTS)
    command = [
        sys.executable,
        "-m",
        "tests.support.ray_job",
        str(rows),
        str(tmp_path / "shards"),
        url,
        *more,
    ]
    quiet = {
        "RAY_DEDUP_LOGS": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    }
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_a_killed_worker_loses_and_duplicates_no_document(tmp_path):
    with faulty(delays=(0.02, 0.1)) as (url, counts):
        done = job(tmp_path, url)
        seen = counts()
    assert done.returncode == 0, done.stderr[-2000:]
    assert "killed" in done.stdout
    with RunStore(tmp_path / "runs.db") as store:
        found = import_shards(store, tmp_path / "shards")
        (batch,) = store.batches()
        runs = dict(store.runs(batch.number))
    assert (found.documents, found.outcomes, found.repeated) == (
        DOCUMENTS,
        DOCUMENTS,
        0,
    )
    assert batch.counts[DocumentState.DONE] == DOCUMENTS
    assert runs.keys() == {f"row-{number}" for number in range(DOCUMENTS)}
    assert all(claim.spans for run in runs.values() for claim in run.claims)
    assert (
        seen["requests"] >= DOCUMENTS
    )  # what the dead worker had in hand is requested again


@pytest.mark.timeout(300)
def test_all_workers_share_one_budget_and_the_rest_stays_pending(tmp_path):
    with faulty() as (url, counts):
        done = job(tmp_path, url, "100000")
        spent = counts()["tokens"]
    assert done.returncode == 0, done.stderr[-2000:]
    assert 50_000 < spent <= 100_000
    with RunStore(tmp_path / "runs.db") as store:
        import_shards(store, tmp_path / "shards")
        (batch,) = store.batches()
    assert (
        batch.counts[DocumentState.DONE] + batch.counts[DocumentState.PENDING]
        == DOCUMENTS
    )
    assert 0 < batch.counts[DocumentState.DONE] < DOCUMENTS
