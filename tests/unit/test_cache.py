"""The cache of answers: the same question is paid for once, by whichever command; and what it must not keep."""

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import Settings, errors
from claimcheck.llm.digest import compute_request_digest
from claimcheck.llm.stored import StoredAnswersClient
from claimcheck.models.llm import Usage
from claimcheck.store.cache import AnswerCache
from tests.flow.scripted import ScriptedClient, answer, claim, response
from tests.flow.server import completion, serving

SETTINGS = Settings(engine="llm", model="m", base_url="http://user:secret@localhost:1/v1?key=abc")
GOOD = response(answer(claim("Venus is hot.")))


@pytest.fixture
def request_():
    client = ScriptedClient([GOOD])
    from claimcheck import summarize

    summarize("Venus is hot.", settings=SETTINGS, client=client)
    return client.requests[0]


@pytest.fixture
def cache(tmp_path):
    with AnswerCache(tmp_path / "c" / "answers.db") as opened:
        yield opened


def test_an_answer_is_had_once_and_costs_nothing_after(cache, request_):
    inner = ScriptedClient([GOOD])
    client = StoredAnswersClient(inner, cache, SETTINGS)
    assert client.complete(request_) == GOOD
    again = client.complete(request_)
    assert again == replace(GOOD, usage=Usage(stored_answers=1))
    assert len(inner.requests) == 1


@pytest.mark.parametrize(
    "bad",
    [
        response("not JSON"),
        response({"claims": "many"}),
        response(None, refusal="no"),
        response(answer(claim("x")), finish_reason="length"),
        response("", finish_reason="content_filter"),
    ],
    ids=["text", "schema", "refusal", "length", "filter"],
)
def test_an_answer_that_can_not_be_used_is_not_kept(cache, request_, bad):
    inner = ScriptedClient([bad, GOOD])
    client = StoredAnswersClient(inner, cache, SETTINGS)
    client.complete(request_)
    assert client.complete(request_) == GOOD


@pytest.mark.parametrize(
    "other",
    [
        {"model": "n"},
        {"base_url": "http://localhost:2/v1"},
        {"temperature": 1.0},
        {"seed": 3},
        {"max_output_tokens": 9},
    ],
)
def test_another_question_is_another_answer(request_, other):
    assert compute_request_digest(request_, replace(SETTINGS, **other)) != compute_request_digest(
        request_, SETTINGS
    )
    assert compute_request_digest(replace(request_, seed=4), SETTINGS) != compute_request_digest(
        request_, SETTINGS
    )


def test_a_key_is_no_part_of_the_question_and_never_on_the_disk(cache, request_):
    assert compute_request_digest(
        request_, replace(SETTINGS, api_key="sk-0123456789")
    ) == compute_request_digest(request_, SETTINGS)
    StoredAnswersClient(ScriptedClient([GOOD]), cache, replace(SETTINGS, api_key="sk-0123456789")).complete(
        request_
    )
    path = Path(cache.info().path)
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"sk-0123456789" not in kept
    assert b"secret" not in kept


def test_the_file_is_its_owners_alone(cache):
    assert stat.S_IMODE(Path(cache.info().path).stat().st_mode) == 0o600


def test_clearing_takes_answers_off_the_disk(cache, request_):
    StoredAnswersClient(ScriptedClient([GOOD]), cache, SETTINGS).complete(request_)
    assert cache.info().answers == {"scripted": 1}
    assert cache.clear(older_than_s=3600) == 0
    assert cache.clear() == 1
    assert cache.info().answers == {}
    path = Path(cache.info().path)
    assert b"Venus is hot." not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def claimcheck(*words):
    return subprocess.run(
        [sys.executable, "-m", "claimcheck", *words], capture_output=True, text=True, check=False
    )


def test_commands_share_it_and_no_cache_goes_without(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMCHECK_CACHE", str(tmp_path / "shared.db"))
    (tmp_path / "a.txt").write_text("Venus is hot. Mercury has no moons.")
    good = (200, completion(json.dumps(answer(claim("Venus is hot.")))))
    with serving(good) as (url, received):
        model = ("--engine", "llm", "--model", "m", "--base-url", url, "--quiet")
        first = claimcheck("summarize", "a.txt", *model, "--format", "json")
        second = claimcheck("summarize", "a.txt", *model, "--format", "json")
        assert len(received) == 1
        usage = json.loads(second.stdout)["usage"]
        assert (usage["requests"], usage["stored_answers"], usage["cost_usd"]) == (0, 1, 0.0)
        assert json.loads(first.stdout)["claims"] == json.loads(second.stdout)["claims"]
        claimcheck("summarize", "a.txt", *model, "--no-cache")
        assert len(received) == 2
    told = claimcheck("cache", "info").stdout
    assert told.startswith(f"{tmp_path}/shared.db: 1 answers, ")
    assert claimcheck("cache", "clear").stderr.endswith("1 answers deleted\n")


def test_a_cache_that_is_none_is_said(tmp_path):
    (tmp_path / "x.db").write_text("Venus is hot. " * 100)
    with pytest.raises(errors.StoreError, match="is no cache, or a damaged one"):
        AnswerCache(tmp_path / "x.db")
