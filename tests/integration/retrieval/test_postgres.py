"""An evidence index in PostgreSQL, with a real server."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from claimcheck import Document, PostgresIndex, Settings, check, errors
from tests.support.command import claimcheck
from tests.support.postgres import find_programs, serve_postgres

pytest.importorskip("psycopg")

FERRY = Document.from_text(
    "The night ferry carries 900 passengers to the island. \U0001f6a2",
    source="ferry.txt",
    title="Ferry",
)
TREES = Document.from_text(
    "The city planted 11,400 trees in five years.", source="trees.txt"
)


@pytest.fixture(scope="module")
def server():
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with serve_postgres(programs) as url:
        yield url


@pytest.fixture
def url(server):
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute("DROP SCHEMA IF EXISTS claimcheck CASCADE")
    with PostgresIndex(server) as index:
        assert index.add([FERRY, TREES]) == 2
    return server


def test_documents_come_back_unchanged(url):
    with PostgresIndex(url, create=False) as index:
        assert index.document(FERRY.id) == FERRY
        assert {(item.source, item.title, item.passages) for item in index.contents()} == {
            ("ferry.txt", "Ferry", 1),
            ("trees.txt", None, 1),
        }  # fmt: skip
        assert (index.add([FERRY]), index.count) == (0, 2)


def test_search_ranks_by_shared_words_ignoring_inflection(url):
    with PostgresIndex(url) as index:
        (hit,) = index.search(["planting", "tree", "the"], 5)
        assert (hit.document_id, hit.text) == (TREES.id, TREES.full_text)
        assert hit.score > 0
        assert index.search(["zebra"], 5) == index.search([], 5) == ()
        hostile = ["'", "\\", ":*", "a & !b | (", "%s", "ferry"]
        assert index.search(hostile, 5)[0].document_id == FERRY.id
        assert index.search("11,400", 5)[0].document_id == TREES.id


def test_a_rare_word_counts_more_than_common_ones(url):
    common = [
        Document.from_text(f"The city planted trees in year {n}.") for n in range(40)
    ]
    with PostgresIndex(url) as index:
        index.add(common)
        hits = index.search(["city", "trees", "ferry"], 3)
        assert hits[0].document_id == FERRY.id


def test_removes_all_documents_or_none(url):
    with PostgresIndex(url) as index:
        with pytest.raises(errors.InputError, match="has no document nope"):
            index.remove(["ferry.txt", "nope"])
        assert index.remove(["ferry.txt"]) == 1
        assert (index.count, index.search(["ferry"], 5)) == (1, ())


def test_adds_all_documents_or_none(url):
    broken = replace(TREES, id="doc-0", source="\0")
    with PostgresIndex(url) as index:
        with pytest.raises(errors.InputError):
            index.add([Document.from_text("A new one about horses."), broken])
        assert (index.count, index.search(["horses"], 3)) == (2, ())


def test_several_machines_may_add_the_same_documents_at_once(url):
    documents = [Document.from_text(f"Horse number {n} won.") for n in range(60)]

    def add(start):
        with PostgresIndex(url) as index:
            return index.add(documents[start:] + documents[:start])

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, (0, 15, 30, 45))) == 60
    with PostgresIndex(url) as index:
        assert index.count == 62


def test_claims_are_checked_against_it(url):
    settings = Settings(engine="extractive")
    claim = "The city planted 11,400 trees in five years."
    with PostgresIndex(url) as index:
        assert check([claim], index, settings=settings).verdicts[0].label == "supported"
    done = claimcheck("check", "-", "--index", url, stdin=claim.encode())
    assert "1 supported" in done.out


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("postgresql://ann:hidden1@127.0.0.1:1/news", "Connection refused"),
        ("postgresql://127.0.0.1:1/news?user=ann&password=hidden1", "Connection"),
        ("postgresql://ann:hidden1@127.0.0.1:port/news", "port"),
    ],
)
def test_an_error_names_the_database_and_no_password(address, problem):
    done = claimcheck("index", "list", address)
    assert done.returncode == 2
    assert problem in done.err
    assert "hidden1" not in done.err


def test_only_add_creates_an_index(server):
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute("DROP SCHEMA IF EXISTS claimcheck CASCADE")
    done = claimcheck("index", "list", server)
    assert done.returncode == 2
    assert "has no index" in done.err
