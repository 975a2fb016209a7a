"""An answer is paid for once; unusable answers are not stored.

The digest of a request covers everything that changes its answer, and no secret.
"""

import json
from dataclasses import replace

import pytest

from claimcheck.llm.stored import StoredAnswersClient, compute_request_digest
from claimcheck.models.llm import Usage
from claimcheck.store.cache import AnswerCache
from tests.support.answer_cache import GOOD, SETTINGS, record_request
from tests.support.scripted import ScriptedClient, answer, claim, response


@pytest.fixture
def request_():
    return record_request()


@pytest.fixture
def cache(tmp_path):
    with AnswerCache(tmp_path / "c" / "answers.db") as opened:
        yield opened


def test_asks_once_and_repeats_cost_nothing(cache, request_):
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
        response(json.dumps(answer(claim("x")))[:-9], finish_reason="length"),
        response(answer(claim("x"), claims=[claim("x", kind="fact")])),
        response("", finish_reason="content_filter"),
    ],
    ids=["text", "schema", "refusal", "length", "item", "filter"],
)
def test_does_not_store_an_unusable_answer(cache, request_, bad):
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
def test_every_setting_that_changes_the_answer_changes_the_digest(request_, other):
    assert compute_request_digest(
        request_, replace(SETTINGS, **other)
    ) != compute_request_digest(request_, SETTINGS)
    assert compute_request_digest(
        replace(request_, seed=4), SETTINGS
    ) != compute_request_digest(request_, SETTINGS)
