"""The store and the queue of a batch: what goes in, what comes out, and what bad input does (nothing)."""

import asyncio
import gc
import json
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from claimcheck import Batch, Limits, Progress, RunStore, Settings, errors, garbage
from claimcheck.batch.runner import StopSignal
from claimcheck.readers.sources import ReadOptions
from claimcheck.settings import Spending
from claimcheck.store.outcome import DocumentState
from tests.flow.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(engine="llm", model="scripted")
FERRY = "The ferry carried 900 people in 2020. It was built in Gdansk."


def rows(path, *items):
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return str(path)


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "runs.db") as opened:
        yield opened


def run(batch, *responses, **more):
    client = ScriptedClient(list(responses))
    return asyncio.run(batch.run(client=client, **more)), client


def good(quote="The ferry carried 900 people in 2020."):
    return response(answer(claim(quote)))


def test_what_goes_in_comes_out_each_once_in_order(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    table = tmp_path / "t.csv"
    table.write_text('id,body,title\n7,"The mayor, it says, planted 11 trees.",Trees\n')
    listed = rows(
        tmp_path / "r.jsonl", {"id": "x", "text": "Venus is hot."}, {"text": "Mercury has no moons."}
    )
    batch = Batch(store, SETTINGS)
    intake = batch.add(str(tmp_path / "*.txt"), str(table), listed, how=ReadOptions(text_column="body"))
    assert (intake.named, intake.new, intake.unreadable) == (4, 4, 0)
    progress, _ = run(batch, *[good("Venus is hot.")] * 4)
    assert (progress.done, progress.total) == (4, 4)
    runs = list(batch.runs())
    assert [key for key, _ in runs][:3] == [str(tmp_path / "a.txt"), "7", "x"]
    assert runs[1][1].document.title == "Trees"
    assert runs[1][1].document.text == "The mayor, it says, planted 11 trees."
    assert runs[2][1] == store.run(batch.number, "x")


def test_started_again_it_asks_for_nothing_that_is_done(store, tmp_path):
    listed = rows(tmp_path / "r.jsonl", {"text": FERRY})
    batch = Batch(store, SETTINGS)
    batch.add(listed)
    run(batch, good())
    again = Batch(store, SETTINGS)
    intake = again.add(listed)
    assert (again.number, intake.new, intake.named) == (batch.number, 0, 1)
    progress, client = run(again)
    assert (progress.done, progress.here, client.requests) == (1, 0, [])


def test_another_way_of_reading_is_another_batch_over_the_same_documents(store, tmp_path):
    listed = rows(tmp_path / "r.jsonl", {"text": FERRY})
    first = Batch(store, SETTINGS)
    first.add(listed)
    run(first, good())
    second = Batch(store, Settings(engine="llm", model="other"))
    second.add(listed)
    assert second.number != first.number
    progress, client = run(second, good())
    assert (progress.done, len(client.requests)) == (1, 1)


def test_a_changed_document_is_done_again(store, tmp_path):
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


def test_the_same_text_without_an_id_is_done_once(store, tmp_path):
    batch = Batch(store, SETTINGS)
    intake = batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}, {"text": FERRY}))
    assert (intake.named, intake.repeated) == (1, 1)


def test_a_broken_row_is_named_before_anything_is_sent(store, tmp_path):
    path = tmp_path / "r.jsonl"
    lines = [json.dumps({"id": number, "text": f"Town {number} has a mayor."}) for number in range(1, 10_001)]
    lines[6_999] = '{"id": 7000, "text": '
    lines[7_999] = '{"id": 8000}'
    path.write_text("\n".join(lines))
    batch = Batch(store, SETTINGS)
    with pytest.raises(errors.InputError, match=r"r\.jsonl: line 7000: is not JSON: .*; line 8000: is no"):
        batch.add(str(path))
    assert batch.info.counts[DocumentState.PENDING] == 0
    assert store.database.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_ids_that_stand_twice_are_named(store, tmp_path):
    batch = Batch(store, SETTINGS)
    first = rows(tmp_path / "a.jsonl", {"id": "x", "text": FERRY}, {"id": "x", "text": "Venus is hot."})
    with pytest.raises(errors.InputError, match=r"a\.jsonl:2: the id 'x' was there before"):
        batch.add(first)
    one = rows(tmp_path / "b.jsonl", {"id": "x", "text": FERRY})
    other = rows(tmp_path / "c.jsonl", {"id": "x", "text": FERRY})
    with pytest.raises(errors.InputError, match=r"c\.jsonl:1: the id 'x' was there before"):
        batch.add(one, other)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "a,b\n1,2\n", r"t\.csv: has no column 'text'; it has a, b: name one with --text-column"),
        ("t.csv", b"text\n\xff\xfe\n", r"t\.csv: is not UTF-8"),
        ("t.csv", 'text\n"open\n', r"t\.csv:\d: is no CSV"),
        ("t.csv", "", r"t\.csv: has no column 'text'; it has none"),
        ("r.jsonl", "\n\n", r"r\.jsonl: holds no rows"),
        ("r.jsonl", '{"text": "x", "id": [1]}', r"r\.jsonl: line 1: id has to be a text or a whole number"),
        ("r.jsonl", '{"text": ""}', r"r\.jsonl: line 1: .*is empty"),
    ],
)
def test_a_table_that_can_not_be_read_is_said(store, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(errors.InputError, match=message):
        Batch(store, SETTINGS).add(str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope.txt", "there is no such file or folder"),
        ("*.nope", "matches no file"),
        ("empty", "holds no files"),
    ],
)
def test_a_name_that_leads_nowhere_is_said(store, tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.InputError, match=message):
        Batch(store, SETTINGS).add(str(tmp_path / name))


def test_a_file_that_can_not_be_read_is_a_failure_of_its_own_until_it_can(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    broken = tmp_path / "b.txt"
    broken.write_bytes(b"")
    batch = Batch(store, SETTINGS)
    intake = batch.add(str(tmp_path / "*.txt"))
    assert (intake.named, intake.unreadable) == (2, 1)
    run(batch, good())
    (failed,) = store.listed(batch.number, DocumentState.FAILED)
    assert (failed.key, failed.cause) == (str(broken), "unreadable")
    assert "is empty" in failed.message
    broken.write_text("Venus is hot.")
    batch.add(str(tmp_path / "*.txt"))
    progress, _ = run(batch, good("Venus is hot."))
    assert (progress.done, progress.failed) == (2, 0)


def test_a_source_that_is_named_twice_is_read_once(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b.txt").write_bytes(b"")
    batch = Batch(store, SETTINGS)
    intake = batch.add(str(tmp_path / "*.txt"), str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    assert (intake.named, intake.unreadable) == (2, 1)
    assert batch.add(str(tmp_path / "*.txt")).named == 2


def test_failed_documents_are_asked_for_again_and_what_could_be_used_is_not(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(rows(tmp_path / "r.jsonl", {"id": "a", "text": FERRY}, {"id": "b", "text": "Venus is hot."}))
    refused = response(None, refusal="no")
    progress, _ = run(batch, refused, good("Venus is hot."))
    assert (progress.done, progress.failed) == (1, 1)
    assert store.failures(batch.number) == [("refused", "the model refused: no", 1)]
    _, client = run(batch)
    assert client.requests == []  # a failure stays one until somebody asks
    assert batch.retry_failed() == 1
    progress, client = run(batch, good())
    assert (progress.done, progress.failed, len(client.requests)) == (2, 0, 1)
    assert batch.info.spent_tokens == 3 * 150  # the refusal was paid for too


def test_an_answer_is_stored_before_anything_is_made_of_it(store, tmp_path):
    """As after a kill between the answer and the outcome: the answer is there and is not asked for again."""
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    run(batch, good())
    store.database.execute("UPDATE outcomes SET state = 'pending', run = NULL")
    progress, client = run(batch)
    assert (progress.done, client.requests) == (1, [])
    ((_, result),) = batch.runs()
    assert (result.usage.input_tokens, batch.info.spent_tokens) == (100, 150)


def test_a_stop_finishes_what_is_under_way(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(rows(tmp_path / "r.jsonl", *({"text": f"Town {number} has a mayor."} for number in range(5))))
    stop = StopSignal()
    progress, client = run(batch, *[good("x")] * 5, stop=stop, told=lambda progress: stop.now())
    assert (progress.done, progress.total, len(client.requests)) == (1, 5, 1)


class Broken:
    """A client whose requests fail, in the way in which it is told to."""

    def __init__(self, error):
        self.error = error
        self.requests = 0

    async def acomplete(self, request):
        self.requests += 1
        await asyncio.sleep(0)
        raise self.error


def test_two_commands_do_not_work_on_one_store_at_once(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    with RunStore(store.path) as other, other.alone():
        with pytest.raises(errors.StoreError, match=r"runs\.db: another command works on it"):
            run(batch, good())
        assert [item.key for item in other.listed(batch.number)]  # it can be read
    progress, _ = run(batch, good())
    assert progress.done == 1
    assert not (tmp_path / "runs.db.lock").exists()


def test_a_final_error_stops_the_batch_and_the_documents_wait(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=2))
    batch.add(rows(tmp_path / "r.jsonl", *({"text": f"Town {number} has a mayor."} for number in range(50))))
    stop, client = StopSignal(), Broken(errors.UnknownModelError("has no model 'scripted'"))
    progress = asyncio.run(batch.run(client=client, stop=stop))
    assert isinstance(stop.because, errors.UnknownModelError)
    assert (progress.finished, client.requests) == (0, 2)
    assert batch.info.counts[DocumentState.PENDING] == 50


def test_an_endpoint_that_is_never_reached_fails_no_document(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    stop = StopSignal()
    asyncio.run(batch.run(client=Broken(errors.UnreachableError("no connection", 1)), stop=stop))
    assert str(stop.because) == "no connection"
    assert batch.info.counts[DocumentState.PENDING] == 1


def test_a_document_without_an_answer_fails_where_others_have_one(store, tmp_path):
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
    assert store.failures(batch.number) == [("unanswered", "no answer within 1 s", 1)]


def test_a_mistake_of_our_own_with_one_document_is_its_failure(store, tmp_path):
    batch = Batch(store, SETTINGS)
    batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}))
    progress = asyncio.run(batch.run(client=Broken(KeyError("spans"))))
    assert progress.failed == 1
    assert store.failures(batch.number) == [("internal", "KeyError: 'spans'", 1)]


def test_a_full_disk_stops_the_batch_and_loses_nothing(store, tmp_path):
    batch = Batch(store, SETTINGS, Limits(concurrency=1))
    batch.add(rows(tmp_path / "r.jsonl", *({"text": f"Town {number} has a mayor."} for number in range(50))))
    (pages,) = store.database.execute("PRAGMA page_count").fetchone()
    store.database.execute(f"PRAGMA max_page_count = {pages + 8}")
    stop = StopSignal()
    progress, _ = run(batch, *[good("x")] * 50, stop=stop)
    assert "the disk is full" in str(stop.because)
    assert 0 < progress.done < 50
    store.database.execute("PRAGMA max_page_count = 100000")
    progress, _ = run(batch, *[good("x")] * 50)
    assert progress.done == 50
    assert batch.info.spent_tokens == 50 * 150


def test_a_store_of_a_newer_version_is_refused_and_untouched(tmp_path):
    path = tmp_path / "runs.db"
    RunStore(path).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(
        errors.StoreError, match=r"newer claimcheck \(store of runs version 99, this one reads 2\)"
    ):
        RunStore(path)
    assert path.read_bytes() == before


def test_another_kind_of_file_is_no_store(tmp_path):
    from claimcheck import Index

    Index(tmp_path / "index.db").close()
    with pytest.raises(errors.StoreError, match="is no store of runs of claimcheck"):
        RunStore(tmp_path / "index.db")
    (tmp_path / "text.txt").write_text("Venus is hot. " * 100)
    with pytest.raises(errors.StoreError, match="is no store of runs, or a damaged one"):
        RunStore(tmp_path / "text.txt")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(errors.StoreError, match=r"can't be opened for writing; check the folder"):
        RunStore(tmp_path / "no" / "runs.db")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody may write")
def test_a_folder_that_can_not_be_written_to_is_said():
    with pytest.raises(
        errors.StoreError, match=r"/proc/runs\.db: can't be opened for writing; check the folder"
    ):
        RunStore("/proc/runs.db")


def test_in_a_pipe_progress_is_a_line_now_and_then(monkeypatch, capsys):
    from claimcheck.cli.progress import show_progress

    monkeypatch.setattr("claimcheck.cli.progress._LINE_INTERVAL_S", 0.0)
    with show_progress(Progress(total=40), quiet=False) as told:
        told(Progress(total=40, done=9, failed=1, here=10, spent=Spending(usd=0.5, tokens=12_000)))
    line = capsys.readouterr().err
    assert line.startswith("10 of 40 documents · 1 failed · ")
    assert " · 12,000 tokens · $0.5000 · $2.0000 expected · " in line
    assert line.endswith(" left\n")
    with show_progress(Progress(total=40), quiet=True) as told:
        told(Progress(total=40, done=9))
    assert capsys.readouterr().err == ""


def test_without_a_model_all_cores_work_and_a_run_is_as_alone(store, tmp_path):
    from claimcheck import Document, summarize

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
    assert (key, made.summary, made.claims) == (alone.document.id, alone.summary, alone.claims)


def test_a_list_of_sources_comes_on_standard_input(tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b c.txt").write_text("Venus is hot, and Mercury has no moons at all.")
    command = [sys.executable, "-m", "claimcheck", "batch", "-", "--store", "s.db", "--engine", "extractive"]
    done = subprocess.run(command, input="a.txt\n\nb c.txt\n", capture_output=True, text=True, check=False)
    assert (done.returncode, "2 of 2 documents" in done.stderr) == (0, True), done.stderr
    export = subprocess.run(
        [sys.executable, "-m", "claimcheck", "runs", "export", "--store", "s.db"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [json.loads(line)["document"]["source"] for line in export.stdout.splitlines()] == [
        "a.txt",
        "b c.txt",
    ]


@pytest.mark.parametrize(("before", "inside"), [(700, 10_000), (0, 0), (50_000, 50_000)])
def test_python_looks_for_garbage_seldom_and_then_as_before(before, inside):
    own = gc.get_threshold()
    try:
        gc.set_threshold(before, 10, 10)
        with suppress(ZeroDivisionError), garbage.collect_garbage_less_often():
            assert gc.get_threshold()[0] == inside
            raise ZeroDivisionError
        assert gc.get_threshold()[0] == before
    finally:
        gc.set_threshold(*own)
