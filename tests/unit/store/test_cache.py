"""The cache file: private to its owner, without keys, and really cleared."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import errors
from claimcheck.llm.stored import StoredAnswersClient, compute_request_digest
from claimcheck.store.cache import AnswerCache
from tests.support.answer_cache import GOOD, SETTINGS, record_request
from tests.support.scripted import ScriptedClient


@pytest.fixture
def request_():
    return record_request()


@pytest.fixture
def cache(tmp_path):
    with AnswerCache(tmp_path / "c" / "answers.db") as opened:
        yield opened


def test_never_writes_the_key_to_disk(cache, request_):
    assert compute_request_digest(
        request_, replace(SETTINGS, api_key="sk-0123456789")
    ) == compute_request_digest(request_, SETTINGS)
    StoredAnswersClient(
        ScriptedClient([GOOD]), cache, replace(SETTINGS, api_key="sk-0123456789")
    ).complete(request_)
    path = Path(cache.stats().path)
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"sk-0123456789" not in kept
    assert b"secret" not in kept


def test_the_file_is_readable_by_its_owner_only(cache):
    assert stat.S_IMODE(Path(cache.stats().path).stat().st_mode) == 0o600


def test_clearing_removes_answers_from_the_disk(cache, request_):
    StoredAnswersClient(ScriptedClient([GOOD]), cache, SETTINGS).complete(request_)
    assert cache.stats().answers == {"scripted": 1}
    assert cache.clear(older_than_s=3600) == 0
    assert cache.clear() == 1
    assert cache.stats().answers == {}
    path = Path(cache.stats().path)
    assert b"Venus is hot." not in b"".join(
        file.read_bytes() for file in path.parent.iterdir()
    )


def test_refuses_a_file_that_is_not_a_cache(tmp_path):
    (tmp_path / "x.db").write_text("Venus is hot. " * 100)
    with pytest.raises(errors.StoreError, match="not a claimcheck cache, but another"):
        AnswerCache(tmp_path / "x.db")


def test_an_answer_that_cannot_be_stored_is_used(cache, request_):
    class BreakingClient(ScriptedClient):
        """Breaks the cache between the look-up and the answer."""

        def complete(self, request):
            with closing(sqlite3.connect(cache.stats().path)) as other:
                other.execute("DROP TABLE cached")
            return super().complete(request)

    client = StoredAnswersClient(BreakingClient([GOOD]), cache, SETTINGS)
    with pytest.warns(RuntimeWarning, match="is not in the cache"):
        assert client.complete(request_) == GOOD


def test_says_what_to_do_if_there_is_no_place_for_the_cache(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.StoreError, match=r"\(Not a directory\).*--no-cache"):
        AnswerCache(tmp_path / "file" / "c" / "answers.db")
