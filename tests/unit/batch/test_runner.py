"""What stops a batch, what fails one document, and what keeps the others waiting."""

import asyncio

import pytest

from claimcheck import Batch, Limits, RunStore, errors
from claimcheck.api.stores import delete_runs
from claimcheck.batch.shards import import_shards
from claimcheck.models.outcome import DocumentState, StopSignal
from tests.support.scripted import ScriptedClient
from tests.support.scripted_batches import FERRY, SETTINGS, good, rows, run


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "runs.db") as opened:
        yield opened


def test_a_stop_finishes_requests_in_flight(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(
        rows(
            tmp_path / "r.jsonl",
            *({"text": f"Town {number} has a mayor."} for number in range(5)),
        )
    )
    stop = StopSignal()
    progress, client = run(
        batch, *[good("x")] * 5, stop=stop, on_progress=lambda progress: stop.request()
    )
    assert (progress.done, progress.total, len(client.requests)) == (1, 5, 1)


class Broken:
    """A client whose every request raises this error."""

    def __init__(self, error):
        self.error = error
        self.requests = 0

    async def acomplete(self, request):
        self.requests += 1
        await asyncio.sleep(0)
        raise self.error


def test_two_commands_cannot_run_on_one_store_at_once(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    with RunStore(store.path) as other, other.database.lock():
        with pytest.raises(
            errors.StoreError,
            match=r"runs\.db: another command is working on this store",
        ):
            run(batch, good())
        (item,) = other.list_documents(batch.number)  # it can be read
        for change in (
            batch.retry_failed,
            lambda: delete_runs(store, [item.key], None),
            lambda: import_shards(store, tmp_path),
        ):
            with pytest.raises(errors.StoreError, match="another command"):
                change()
    progress, _ = run(batch, good())
    assert progress.done == 1


def test_a_final_error_stops_the_batch_and_leaves_documents_pending(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=2))
    batch.add(
        rows(
            tmp_path / "r.jsonl",
            *({"text": f"Town {number} has a mayor."} for number in range(50)),
        )
    )
    stop, client = (
        StopSignal(),
        Broken(errors.UnknownModelError("has no model 'scripted'")),
    )
    progress = asyncio.run(batch.run(client=client, stop=stop))
    assert isinstance(stop.error, errors.UnknownModelError)
    assert (progress.finished, client.requests) == (0, 2)
    assert batch.info.counts[DocumentState.PENDING] == 50


def test_an_unreachable_endpoint_fails_no_document(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    stop = StopSignal()
    asyncio.run(
        batch.run(client=Broken(errors.UnreachableError("no connection", 1)), stop=stop)
    )
    assert str(stop.error) == "no connection"
    assert batch.info.counts[DocumentState.PENDING] == 1


def test_a_document_without_an_answer_fails_when_others_got_theirs(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}, {"text": "Venus is hot."}))

    class Once(ScriptedClient):
        async def acomplete(self, request):
            if not self.requests:
                self.requests.append(request)
                raise errors.UnreachableError("no answer within 1 s", 4)
            return await super().acomplete(request)

    progress = asyncio.run(batch.run(client=Once([None, good("Venus is hot.")])))
    assert (progress.done, progress.failed) == (1, 1)
    assert store.list_failures(batch.number) == [
        ("unanswered", f"no answer within 1 s ({tmp_path / 'r.jsonl'}:1)", 1)
    ]


def test_an_endpoint_that_takes_requests_and_never_answers_blocks_no_document(
    store, tmp_path
):
    texts = [{"text": f"Town {number} has a mayor."} for number in range(12)]
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(rows(tmp_path / "r.jsonl", *texts))
    client = Broken(errors.NoAnswerError("no answer within 1 s", 4))
    stop = StopSignal()
    asyncio.run(batch.run(client=client, stop=stop))
    assert str(stop.error) == "no answer within 1 s"
    assert batch.info.counts[DocumentState.PENDING] == 7
    progress, _ = run(batch, *[good(text["text"]) for text in texts[5:]])
    assert (progress.done, progress.failed) == (7, 5)


def test_an_internal_error_fails_only_its_document(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    progress = asyncio.run(batch.run(client=Broken(KeyError("spans"))))
    assert progress.failed == 1
    ((cause, message, count),) = store.list_failures(batch.number)
    assert (cause, count) == ("internal", 1)
    assert message.startswith("KeyError: 'spans' (")


def test_a_full_disk_stops_the_batch_and_loses_nothing(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(
        rows(
            tmp_path / "r.jsonl",
            *({"text": f"Town {number} has a mayor."} for number in range(50)),
        )
    )
    (pages,) = store.database.execute("PRAGMA page_count").fetchone()
    store.database.execute(f"PRAGMA max_page_count = {pages + 8}")
    stop = StopSignal()
    progress, _ = run(batch, *[good("x")] * 50, stop=stop)
    assert "the disk is full" in str(stop.error)
    assert 0 < progress.done < 50
    store.database.execute("PRAGMA max_page_count = 100000")
    progress, _ = run(batch, *[good("x")] * 50)
    assert progress.done == 50
    assert batch.info.spent_tokens == 50 * 150
