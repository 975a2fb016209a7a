"""What arrives from outside can be stored, or is a failure of its document only."""

import asyncio
import json
import os

import pytest

from claimcheck import Batch, Limits, RunStore, Settings, errors
from claimcheck.models.outcome import DocumentState, Outcome, StopSignal
from tests.support.batches import write_documents
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import ScriptedClient, answer, claim, response

HALF = "\ud83d"
GOOD = json.dumps(answer(claim("A third of the trees were oaks.")))


def with_fields(made, **fields):
    return 200, json.dumps(made | fields).encode()


def with_usage(**counts):
    return with_fields(completion(GOOD), usage=counts)


ODD_ANSWERS = {
    "half a pair in the answer": (200, completion(GOOD.replace("oaks", HALF))),
    "half a pair, escaped": (200, completion(GOOD.replace("oaks", "\\ud83d"))),
    "half a pair in a refusal": (200, completion(None, refusal=f"no {HALF}")),
    "half a pair in the model's name": with_fields(completion(GOOD), model=f"m{HALF}"),
    "half a pair in the finish reason": (
        200,
        completion(GOOD, finish_reason=f"length{HALF}"),
    ),
    "half a pair in an error": (400, {"error": {"message": f"no {HALF}"}}),
    "half a pair in an error inside a 200": (200, {"error": {"message": f"no {HALF}"}}),
    "2**63 tokens": with_usage(prompt_tokens=2**63, completion_tokens=2**63),
    "many tokens": with_usage(prompt_tokens=2**62, completion_tokens=2**62),
    "more tokens than a float": with_usage(prompt_tokens=10**400, completion_tokens=1),
}


@pytest.mark.parametrize("cached", [False, True])
def test_no_answer_can_end_a_batch_for_ever(tmp_path, monkeypatch, cached):
    monkeypatch.setenv("CLAIMCHECK_CACHE", str(tmp_path / "answers.db"))
    rows = write_documents(tmp_path / "rows.jsonl", 2 * len(ODD_ANSWERS) + 1)
    script = [step for step in ODD_ANSWERS.values() for _ in range(2)]
    with (
        serve_script(*script, (200, completion(GOOD))) as (url, received),
        RunStore(tmp_path / "runs.db") as store,
    ):
        settings = Settings(
            engine="llm", model="m", base_url=url, attempts=1, cache=cached
        )
        batch = Batch(store, settings, Limits(concurrency=1))
        batch.add(str(rows))
        stop = StopSignal()
        asyncio.run(batch.run(stop=stop))
        assert stop.error is None
        assert batch.info.counts[DocumentState.PENDING] == 0
        for item in store.list_documents(batch.number):
            assert item.state is DocumentState.DONE or item.message
        assert batch.info.counts[DocumentState.DONE] > len(ODD_ANSWERS)
        sent = len(received)
        asyncio.run(batch.run(stop=stop))
        assert (len(received), stop.error) == (sent, None)


def test_answers_are_stored_before_any_of_them_is_worked_on(tmp_path):
    """A process that is killed between has stored what it was sent."""
    rows = write_documents(tmp_path / "rows.jsonl", 16)
    stored = []

    class AllAtOnce:
        def __init__(self):
            self.requests = 0
            self.all_are_here = asyncio.Event()

        async def acomplete(self, request):
            self.requests += 1
            if self.requests == 16:
                self.all_are_here.set()
            await self.all_are_here.wait()
            return response(GOOD)

    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="llm", model="m"), Limits(concurrency=16))
        batch.add(str(rows))

        def count_answers(progress):
            stored.extend(store.database.fetch_one("SELECT count(*) FROM answers"))

        asyncio.run(batch.run(client=AllAtOnce(), on_progress=count_answers))
    assert stored == [16] * 16


def test_an_outcome_that_cannot_be_stored_is_a_failure(tmp_path):
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="llm", model="m"))
        batch.add(str(write_documents(tmp_path / "rows.jsonl", 1)))
        location = store.find_pending(batch.number, "row-0")
        outcome = Outcome.from_failure("refused", f"no {HALF}", 3)
        saved = store.save_outcome(location, outcome)
        assert (saved.cause, saved.usage.requests) == ("unstorable", 3)
        ((cause, message, count),) = store.list_failures(batch.number)
    assert (cause, count) == ("unstorable", 1)
    assert "half of a surrogate pair" in message


def test_a_row_that_cannot_be_stored_is_named(tmp_path):
    rows = tmp_path / "rows.jsonl"
    items = [{"id": "a", "text": "A."}, {"id": HALF, "text": "B."}]
    items += [{"title": HALF, "text": "C."}, {"source": HALF, "text": "D."}]
    rows.write_text("".join(json.dumps(item) + "\n" for item in items))
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="extractive"))
        with pytest.raises(errors.InputError, match=r"rows\.jsonl:2: a text contains"):
            batch.add(str(rows))
        assert sum(batch.info.counts.values()) == 0


def test_a_file_name_of_any_bytes_can_be_stored(tmp_path):
    folder = os.fsencode(tmp_path / "files")
    os.mkdir(folder)
    for name, text in ((b"a\xff.txt", b"A."), (b"a\xfe.txt", b""), (b"b.txt", b"B.")):
        with open(folder + b"/" + name, "wb") as file:
            file.write(text)
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="extractive"))
        assert batch.add(str(tmp_path / "files")).documents == 3
        keys = [item.key for item in store.list_documents(batch.number)]
    assert [key.rpartition("/")[2] for key in keys] == [
        "a\\xfe.txt",
        "a\\xff.txt",
        "b.txt",
    ]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_was_deleted_stops_the_batch(tmp_path, replaced):
    rows = write_documents(tmp_path / "rows.jsonl", 20)
    path = tmp_path / "runs.db"
    with RunStore(path) as store:
        batch = Batch(store, Settings(engine="llm", model="m"), Limits(concurrency=1))
        batch.add(str(rows))
        stop = StopSignal()

        def delete(progress):
            if progress.finished_now == 3:
                path.unlink()
                if replaced:
                    RunStore(path).close()

        client = ScriptedClient([response(GOOD)] * 20)
        with pytest.raises(errors.StoreError, match="was deleted or replaced"):
            asyncio.run(batch.run(client=client, stop=stop, on_progress=delete))
    assert isinstance(stop.error, errors.StoreError)
    assert len(client.requests) <= 4


def test_an_unknown_batch_is_not_found(tmp_path):
    with (
        RunStore(tmp_path / "runs.db") as store,
        pytest.raises(errors.NotFoundError, match=r"runs\.db: no batch 7"),
    ):
        store.batch(7)
