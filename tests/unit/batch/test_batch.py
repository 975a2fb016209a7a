"""A batch: each document once, in order, resumable, changed documents again."""

import asyncio

import pytest

from claimcheck import Batch, Document, Limits, RunStore, Settings, summarize
from claimcheck.errors import AuthenticationError, InputError, UnreachableError
from claimcheck.models.outcome import StopSignal
from claimcheck.readers.sources import ReadOptions
from tests.support.pdfs import write_pdf
from tests.support.scripted import response
from tests.support.scripted_batches import FERRY, SETTINGS, good, rows, run


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "runs.db") as opened:
        yield opened


def test_returns_one_run_per_document_in_order(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    table = tmp_path / "t.csv"
    table.write_text('id,body,title\n7,"The mayor, it says, planted 11 trees.",Trees\n')
    listed = rows(
        tmp_path / "r.jsonl",
        {"id": "x", "text": "Venus is hot."},
        {"text": "Mercury has no moons."},
    )
    batch = Batch(store, SETTINGS)
    report = batch.add(
        str(tmp_path / "*.txt"), str(table), listed, how=ReadOptions(text_column="body")
    )
    assert (report.documents, report.new, report.unreadable) == (4, 4, 0)
    progress, _ = run(batch, *[good("Venus is hot.")] * 4)
    assert (progress.done, progress.total) == (4, 4)
    runs = list(batch.runs())
    assert [key for key, _ in runs][:3] == [str(tmp_path / "a.txt"), "7", "x"]
    assert runs[1][1].document.title == "Trees"
    assert runs[1][1].document.text == "The mayor, it says, planted 11 trees."
    assert runs[2][1] == store.run(batch.number, "x")


def test_resuming_sends_no_request_for_finished_documents(store, tmp_path):
    listed = rows(tmp_path / "r.jsonl", {"text": FERRY})
    batch = Batch(store, SETTINGS)
    batch.add(listed)
    run(batch, good())
    again = Batch(store, SETTINGS)
    report = again.add(listed)
    assert (again.number, report.new, report.documents) == (batch.number, 0, 1)
    progress, client = run(again)
    assert (progress.done, progress.finished_now, client.requests) == (1, 0, [])


def test_other_settings_make_another_batch_over_the_same_documents(store, tmp_path):
    listed = rows(tmp_path / "r.jsonl", {"text": FERRY})
    first = Batch(store, SETTINGS)
    first.add(listed)
    run(first, good())
    second = Batch(store, Settings(engine="llm", model="other"))
    second.add(listed)
    assert second.number != first.number
    progress, client = run(second, good())
    assert (progress.done, len(client.requests)) == (1, 1)


def test_processes_a_changed_document_again(store, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(FERRY)
    batch = Batch(store, SETTINGS)
    batch.add(str(path))
    run(batch, good())
    path.write_text(FERRY + " It is red.")
    assert batch.add(str(path)).changed == 1
    progress, client = run(batch, good())
    assert (progress.done, len(client.requests)) == (1, 1)
    assert store.run(batch.number, str(path)).document.text.endswith("It is red.")


def test_retries_failed_documents_and_keeps_usable_answers(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(
        rows(
            tmp_path / "r.jsonl",
            {"id": "a", "text": FERRY},
            {"id": "b", "text": "Venus is hot."},
        )
    )
    refused = response(None, refusal="no")
    progress, _ = run(batch, refused, good("Venus is hot."))
    assert (progress.done, progress.failed) == (1, 1)
    assert store.list_failures(batch.number) == [
        ("refused", "the model refused: no (a)", 1)
    ]
    _, client = run(batch)
    assert client.requests == []  # a failure stays one until somebody asks
    assert batch.retry_failed() == 1
    progress, client = run(batch, good())
    assert (progress.done, progress.failed, len(client.requests)) == (2, 0, 1)
    assert batch.info.spent_tokens == 3 * 150  # the refusal was paid for too


def test_stores_an_answer_before_processing_it(store, tmp_path):
    """After a kill between answer and outcome, the answer is not requested again."""
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    run(batch, good())
    store.database.execute("UPDATE outcomes SET state = 'pending', run = NULL")
    progress, client = run(batch)
    assert (progress.done, client.requests) == (1, [])
    ((_, result),) = batch.runs()
    assert (result.usage.input_tokens, batch.info.spent_tokens) == (100, 150)


def test_the_extractive_engine_gives_the_same_run_in_a_batch_as_alone(store, tmp_path):
    batch = Batch(store, Settings(engine="extractive"))
    batch.add(
        rows(
            tmp_path / "r.jsonl",
            *({"text": f"{FERRY} Ship {number}."} for number in range(40)),
            {"text": "1. —"},
        )
    )
    progress = asyncio.run(batch.run())
    assert (progress.done, progress.failed) == (40, 1)
    key, made = next(batch.runs())
    alone = summarize(
        Document.from_text(f"{FERRY} Ship 0.", source=f"{tmp_path}/r.jsonl:1"),
        settings=Settings(engine="extractive"),
    )
    assert (key, made.summary, made.claims) == (
        alone.document.id,
        alone.summary,
        alone.claims,
    )


def test_an_encoding_is_that_of_the_texts_and_tables(store, tmp_path):
    text = "Паром перевёз 900 человек в 2020 году."
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes(text.encode("koi8-r"))
    (folder / "b.csv").write_bytes(f"id,text\nt,Итог. {text}\n".encode("koi8-r"))
    (folder / "c.pdf").write_bytes(write_pdf([(50, 700, 10, "The ferry sank.")]))
    batch = Batch(store, Settings(engine="extractive"))
    report = batch.add(str(folder), how=ReadOptions(encoding="koi8-r"))
    assert (report.documents, report.unreadable) == (3, 0)
    pending = [document.text.strip() for _, document in store.iter_pending(1)]
    assert pending == [text, f"Итог. {text}", "The ferry sank."]


def test_an_unknown_encoding_is_refused(store, tmp_path):
    (tmp_path / "b.csv").write_text("id,text\nt,The ferry sank.\n")
    with pytest.raises(InputError, match="'nope' is unknown"):
        Batch(store, SETTINGS).add(str(tmp_path), how=ReadOptions(encoding="nope"))


class RefusingClient:
    """An endpoint that refuses every request."""

    async def acomplete(self, request):
        raise AuthenticationError("the key is wrong")


def test_raises_what_stops_it(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    with pytest.raises(AuthenticationError, match="the key is wrong"):
        asyncio.run(batch.run(client=RefusingClient()))
    stop = StopSignal()
    progress = asyncio.run(batch.run(client=RefusingClient(), stop=stop))
    assert isinstance(stop.error, AuthenticationError)
    assert (progress.total, progress.finished) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stop": "x"}, "stop: is of type str; give .*StopSignal"),
        ({"on_progress": "x"}, "on_progress: is of type str; give a function"),
    ],
)
def test_refuses_arguments_of_another_type(store, arguments, message):
    with pytest.raises(InputError, match=message):
        asyncio.run(Batch(store, SETTINGS).run(**arguments))


def test_dollars_are_incomplete_from_the_start_if_the_price_is_unknown(store, tmp_path):
    endpoint = "http://127.0.0.1:9/v1"  # nobody listens
    batch = Batch(store, Settings(model="m", base_url=endpoint, attempts=1))
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    stop = StopSignal()
    assert not asyncio.run(batch.run(stop=stop)).priced
    assert isinstance(stop.error, UnreachableError)
