"""A bundle of a run made with a model is verified from the stored answers, with the server gone."""

import asyncio

from claimcheck import Batch, RunStore, Settings
from tests.support.batches import run_faulty_server, write_documents
from tests.support.bundles import ALL_STEPS, change, list_steps
from tests.support.command import claimcheck


def test_verifies_a_run_from_the_stored_answers_of_its_model(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with run_faulty_server() as (url, _), RunStore(tmp_path / "s.db") as store:
        batch = Batch(
            store, Settings(engine="llm", model="m", base_url=url), check=True
        )
        batch.add(str(rows))
        asyncio.run(batch.run())
    path = tmp_path / "case.zip"
    done = claimcheck(
        "bundle", "row-1", "--store", tmp_path / "s.db", "-o", path, "--quiet"
    )
    assert done.returncode == 0, done.err
    assert list_steps(path) == dict.fromkeys(
        ALL_STEPS, True
    )  # the server is gone: nothing is asked

    def other_answer(text):
        return text.replace("planted 10 trees", "planted 99 trees")

    change(path, "answers.jsonl", other_answer, update_hashes=True)
    assert list_steps(path)["claims and verdicts"] is False
