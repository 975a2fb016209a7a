"""What a batch accepts as documents: files, folders, globs, tables; and what it refuses, by name and line."""

import json
from dataclasses import replace

import pytest

from claimcheck import Batch, Document, RunStore, errors
from claimcheck.models.outcome import DocumentState
from tests.support.scripted_batches import FERRY, SETTINGS, good, rows, run


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "runs.db") as opened:
        yield opened


def test_ingests_the_same_text_without_an_id_once(store, tmp_path):
    batch = Batch(store, SETTINGS)
    report = batch.add(rows(tmp_path / "r.jsonl", {"text": FERRY}, {"text": FERRY}))
    assert (report.documents, report.repeated) == (1, 1)


def test_does_not_read_the_store_itself(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    batch = Batch(store, SETTINGS)
    with store.database.lock():
        assert batch.add(str(tmp_path)).documents == 1
    assert [item.key for item in store.list_documents(batch.number)] == [
        str(tmp_path / "a.txt")
    ]


def test_names_every_broken_row_before_anything_is_stored(store, tmp_path):
    path = tmp_path / "r.jsonl"
    lines = [
        json.dumps({"id": number, "text": f"Town {number} has a mayor."})
        for number in range(1, 10_001)
    ]
    lines[6_999] = '{"id": 7000, "text": '
    lines[7_999] = '{"id": 8000}'
    path.write_text("\n".join(lines))
    batch = Batch(store, SETTINGS)
    with pytest.raises(
        errors.InputError,
        match=r"r\.jsonl: line 7000: is not JSON: .*; line 8000: is no",
    ):
        batch.add(str(path))
    assert batch.info.counts[DocumentState.PENDING] == 0
    assert store.database.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_names_duplicate_ids(store, tmp_path):
    batch = Batch(store, SETTINGS)
    first = rows(
        tmp_path / "a.jsonl",
        {"id": "x", "text": FERRY},
        {"id": "x", "text": "Venus is hot."},
    )
    with pytest.raises(
        errors.InputError, match=r"a\.jsonl:2: the id 'x' appears twice"
    ):
        batch.add(first)
    one = rows(tmp_path / "b.jsonl", {"id": "x", "text": FERRY})
    other = rows(tmp_path / "c.jsonl", {"id": "x", "text": FERRY})
    with pytest.raises(
        errors.InputError, match=r"c\.jsonl:1: the id 'x' appears twice"
    ):
        batch.add(one, other)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "t.csv",
            "a,b\n1,2\n",
            r"t\.csv: has no column 'text'\. Available: a, b\. Choose one with --text-column",
        ),
        ("t.csv", b"text\n\xff\xfe\n", r"t\.csv: is not utf-8"),
        ("t.csv", 'text\n"open\n', r"t\.csv:\d: is not valid CSV"),
        ("t.csv", "", r"t\.csv: has no column 'text'\. Available: none"),
        ("r.jsonl", "\n\n", r"r\.jsonl: has no rows"),
        (
            "r.jsonl",
            '{"text": "x", "id": [1]}',
            r"r\.jsonl: line 1: id must be a string or a whole number",
        ),
        ("r.jsonl", '{"text": ""}', r"r\.jsonl: line 1: .*is empty"),
    ],
)
def test_names_the_problem_of_an_unreadable_table(
    store, tmp_path, name, content, message
):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(errors.InputError, match=message):
        Batch(store, SETTINGS).add(str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope.txt", "does not exist"),
        ("*.nope", "matches no file"),
        ("empty", "has no files"),
    ],
)
def test_names_sources_that_do_not_exist(store, tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.InputError, match=message):
        Batch(store, SETTINGS).add(str(tmp_path / name))


def test_an_unreadable_file_is_its_own_failure_until_it_is_fixed(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    broken = tmp_path / "b.txt"
    broken.write_bytes(b"")
    batch = Batch(store, SETTINGS)
    report = batch.add(str(tmp_path / "*.txt"))
    assert (report.documents, report.unreadable) == (2, 1)
    run(batch, good())
    (failed,) = store.list_documents(batch.number, DocumentState.FAILED)
    assert (failed.key, failed.cause) == (str(broken), "unreadable")
    assert "is empty" in failed.message
    broken.write_text("Venus is hot.")
    batch.add(str(tmp_path / "*.txt"))
    progress, _ = run(batch, good("Venus is hot."))
    assert (progress.done, progress.failed) == (2, 0)


def test_reads_a_source_named_twice_only_once(store, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b.txt").write_bytes(b"")
    batch = Batch(store, SETTINGS)
    report = batch.add(
        str(tmp_path / "*.txt"), str(tmp_path / "a.txt"), str(tmp_path / "b.txt")
    )
    assert (report.documents, report.unreadable) == (2, 1)
    assert batch.add(str(tmp_path / "*.txt")).documents == 2


def test_adds_paths_and_documents_as_they_are(store, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(FERRY)
    tram = Document.from_text("The tram was built in 1998.", title="Tram")
    batch = Batch(store, SETTINGS)
    for _ in range(2):  # also when they are added again
        assert batch.add(tmp_path / "texts", tram, tram).documents == 2
    run(batch, good(), good("The tram was built in 1998."))
    found = dict(batch.runs())
    assert list(found) == [str(tmp_path / "texts" / "a.txt"), tram.id]
    assert found[tram.id].document.title == "Tram"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            ["a.txt"],
            "source 1: is of type list; give a name, a Path, or a Document, ea",
        ),
        ("", "the name of a file is empty; give a path, or - for"),
        (b"a.txt", "source 1: is of type bytes; give a name, a Path"),
        (
            replace(Document.from_text(FERRY), text=None),
            "this run was saved without its text",
        ),
    ],
)
def test_names_a_source_that_is_neither_a_name_nor_a_document(store, source, message):
    batch = Batch(store, SETTINGS)
    with pytest.raises(errors.InputError, match=message):
        batch.add(source)
    assert list(store.list_documents(batch.number)) == []
