"""The evidence index: what goes in comes out, and a file that can't be used is left as it is."""

import sqlite3
from dataclasses import replace

import pytest

from claimcheck import Document, Index, errors

FERRY = Document.from_text(
    "The night ferry carries 900 passengers to the island.",
    source="ferry.txt",
    title="Ferry",
)
TREES = Document.from_text(
    "The city planted 11,400 trees in five years.", source="trees.txt"
)


@pytest.fixture
def path(tmp_path):
    with Index(tmp_path / "evidence.db") as index:
        assert index.add([FERRY, TREES]) == 2
    return tmp_path / "evidence.db"


def test_documents_come_back_unchanged(path):
    with Index(path) as index:
        assert index.document(FERRY.id) == FERRY
        assert [
            (item.id, item.source, item.title, item.passages)
            for item in index.contents()
        ] == [
            (FERRY.id, "ferry.txt", "Ferry", 1),
            (TREES.id, "trees.txt", None, 1),
        ]


def test_the_same_text_is_kept_once(path):
    with Index(path) as index:
        assert (index.add([FERRY]), index.count) == (0, 2)


def test_search_ranks_by_shared_words_ignoring_inflection(path):
    with Index(path) as index:
        hits = index.search(["planting", "tree"], 5)
        assert [hit.document_id for hit in hits] == [TREES.id]
        assert hits[0].score > 0
        assert index.search(["zebra"], 5) == ()
        assert index.search("planting a tree", 5) == index.search(
            ["planting", "a", "tree"], 5
        )
        assert index.search(['"', "NEAR(", "ferry"], 5)[0].document_id == FERRY.id


def test_removed_documents_are_no_longer_found(path):
    with Index(path) as index:
        assert index.remove(["ferry.txt"]) == 1
        assert (index.count, index.search(["ferry"], 5)) == (1, ())


def test_an_unknown_name_removes_nothing(path):
    with Index(path) as index:
        with pytest.raises(errors.InputError, match=r"has no document nope"):
            index.remove(["ferry.txt", "nope"])
        assert index.count == 2


def test_adds_all_documents_or_none(path):
    broken = Document(*[None] * 13)
    with Index(path) as index:
        with pytest.raises(errors.InputError):
            index.add(
                [Document.from_text("A new one about horses."), broken_text(broken)]
            )
        assert index.count == 2


def broken_text(document):
    return replace(document, source="broken")


def test_refuses_an_index_of_a_newer_version_and_leaves_it_untouched(path):
    database = sqlite3.connect(path)
    database.execute("UPDATE meta SET version = 99")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(
        errors.InputError,
        match=r"newer claimcheck \(index version 99; this one reads version 1\)",
    ):
        Index(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"not a database at all, just text" * 40, b"SQLite format 3\x00" + b"\x07" * 5000],
)
def test_refuses_a_file_that_is_not_an_index_and_leaves_it_untouched(tmp_path, content):
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(
        errors.InputError,
        match=r"not a (claimcheck|valid) index, (but another|or damaged)",
    ):
        Index(tmp_path / "x.db")
    assert (tmp_path / "x.db").read_bytes() == content


def test_refuses_another_database(tmp_path):
    database = sqlite3.connect(tmp_path / "x.db")
    database.execute("CREATE TABLE t (a)")
    database.close()
    with pytest.raises(errors.InputError, match="not a claimcheck index"):
        Index(tmp_path / "x.db")


def test_names_a_locked_index(path, monkeypatch):
    monkeypatch.setattr("claimcheck.store.database.LOCK_TIMEOUT_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with (
            Index(path) as index,
            pytest.raises(errors.InputError, match="locked by another process"),
        ):
            index.add([Document.from_text("A new one about horses.")])
    finally:
        other.close()
    with Index(path) as index:
        assert index.count == 2


def test_names_a_damaged_index(path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(errors.InputError, match=r"damaged|cannot be used|not a"):
        Index(path).contents()


def test_creates_a_missing_index_only_to_add_documents(tmp_path):
    with pytest.raises(errors.InputError, match="does not exist"):
        Index(tmp_path / "none.db", create=False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(errors.InputError, match="cannot be opened"):
        Index(tmp_path / "no" / "such" / "folder.db")


def test_common_words_of_a_large_index_do_not_hide_a_rare_one(path):
    words = [f"word{number}" for number in range(100)]
    common = " ".join(words)
    with Index(path) as index:
        index.add(Document.from_text(f"{common} {n}.") for n in range(1_010))
        index.add([Document.from_text("A needle of word7.", source="needle")])
        (first, *others) = index.search([*words, "needle"], 3)
        assert index.document(first.document_id).source == "needle"
        assert len(others) == 2
        assert len(index.search(words, 3)) == 3
