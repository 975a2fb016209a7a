"""A local Ray with two workers: each document once although one worker dies, and one budget for all."""

import os
import subprocess
import sys
from collections import namedtuple
from importlib.util import find_spec

import pytest

from claimcheck import RunStore
from claimcheck.batch.shards import import_shards
from claimcheck.models.outcome import DocumentState
from tests.support.batches import run_faulty_server, write_documents
from tests.support.paths import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    # To import Ray would take a second of every run that leaves these tests out.
    pytest.mark.skipif(not find_spec("ray"), reason="needs the extra `distributed`"),
]

DOCUMENTS = 300
BUDGET = 100_000
QUIET = {
    "RAY_DEDUP_LOGS": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
}
Jobs = namedtuple("Jobs", "printed folder killed budget")


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """What both jobs printed, the folder of their shards, and what their servers counted."""
    folder = tmp_path_factory.mktemp("ray")
    rows = write_documents(folder / "rows.jsonl", DOCUMENTS)
    with (
        run_faulty_server(delays=(0.02, 0.1)) as (killed_url, killed),
        run_faulty_server() as (budget_url, budget),
    ):
        arguments = [
            rows,
            folder / "killed",
            killed_url,
            folder / "budget",
            budget_url,
            BUDGET,
        ]
        command = [sys.executable, "-m", "tests.support.ray_job", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | QUIET,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return Jobs(done.stdout, folder, killed(), budget())


def test_a_killed_worker_loses_and_duplicates_no_document(jobs, tmp_path):
    assert "killed" in jobs.printed
    with RunStore(tmp_path / "runs.db") as store:
        found = import_shards(store, jobs.folder / "killed")
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
        jobs.killed["requests"] >= DOCUMENTS
    )  # what the dead worker had in hand is requested again


def test_all_workers_share_one_budget_and_the_rest_stays_pending(jobs, tmp_path):
    assert BUDGET / 2 < jobs.budget["tokens"] <= BUDGET
    with RunStore(tmp_path / "runs.db") as store:
        import_shards(store, jobs.folder / "budget")
        (batch,) = store.batches()
    assert (
        batch.counts[DocumentState.DONE] + batch.counts[DocumentState.PENDING]
        == DOCUMENTS
    )
    assert 0 < batch.counts[DocumentState.DONE] < DOCUMENTS
