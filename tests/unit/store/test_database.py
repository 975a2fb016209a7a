"""A store file that cannot be used is named and left untouched."""

import gc
import os
import sqlite3
from pathlib import Path

import pytest

from claimcheck import Batch, Index, RunStore, Settings, errors
from claimcheck.store.cache import AnswerCache
from claimcheck.store.history import History


def test_refuses_a_store_of_a_newer_version_and_leaves_it_untouched(tmp_path):
    path = tmp_path / "runs.db"
    RunStore(path).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(
        errors.StoreError,
        match=r"newer claimcheck \(store of runs version 99; this one reads version 6\)",
    ):
        RunStore(path)
    assert path.read_bytes() == before


def test_refuses_other_kinds_of_files(tmp_path):
    Index(tmp_path / "index.db").close()
    with pytest.raises(errors.StoreError, match="not a claimcheck store of runs"):
        RunStore(tmp_path / "index.db")
    (tmp_path / "text.txt").write_text("Venus is hot. " * 100)
    with pytest.raises(errors.StoreError, match="but another kind of file"):
        RunStore(tmp_path / "text.txt")


def test_names_a_missing_folder(tmp_path):
    with pytest.raises(
        errors.StoreError, match=r"cannot be opened for writing\. Check the folder"
    ):
        RunStore(tmp_path / "no" / "runs.db")


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="needs a folder in which nobody may write"
)
def test_names_a_folder_that_is_not_writable():
    with pytest.raises(
        errors.StoreError,
        match=r"/proc/runs\.db: cannot be opened for writing\. Check the folder",
    ):
        RunStore("/proc/runs.db")


def test_only_the_owner_can_read_stores_caches_and_indexes(tmp_path):
    umask = os.umask(0o022)
    try:
        RunStore(tmp_path / "runs.db").close()
        AnswerCache(tmp_path / "answers.db").close()
        Index(tmp_path / "index.db").close()
    finally:
        os.umask(umask)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("runs.db", "answers.db", "index.db"), 0o600)


@pytest.mark.parametrize(
    ("value", "message"),
    [("\ud83d", "half of a surrogate pair"), (2**63, "more than 64 bits")],
)
def test_names_a_value_that_cannot_be_stored(tmp_path, value, message):
    with RunStore(tmp_path / "runs.db") as store:
        with pytest.raises(errors.UnstorableError, match=message):
            store.database.execute("SELECT ?", (value,))
        assert store.database.fetch_one("SELECT 1") == (1,)


def test_a_database_that_is_forgotten_is_closed(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    connection = store.database._connection
    connection.execute("SELECT 1")
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


@pytest.mark.parametrize(
    "use",
    [
        lambda folder: closed(RunStore(folder / "runs.db")).batches(),
        lambda folder: Batch(closed(RunStore(folder / "runs.db")), Settings()),
        lambda folder: History(closed(RunStore(folder / "runs.db"))),
        lambda folder: closed(RunStore(folder / "runs.db")).database.copy_to(
            folder / "copy.db"
        ),
        lambda folder: closed(Index(folder / "index.db")).count,
        lambda folder: closed(Index(":memory:")).add([]),
        lambda folder: closed(Index(":memory:")).search("ferry", 3),
        lambda folder: closed(AnswerCache(folder / "answers.db")).clear(),
    ],
)
def test_a_closed_file_is_not_called_damaged(tmp_path, use):
    with pytest.raises(
        errors.StoreError,
        match=r": this (store of runs|index|cache) is closed; open it again$",
    ):
        use(tmp_path)


def closed(store):
    with store:
        pass
    return store
