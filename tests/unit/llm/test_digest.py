"""The digest of a request covers all that changes its answer, and no secret."""

from dataclasses import replace

import pytest

from claimcheck import Settings, summarize
from claimcheck.llm.digest import compute_request_digest
from tests.support.scripted import ScriptedClient, answer, claim, response

SETTINGS = Settings(
    engine="llm", model="m", base_url="http://user:secret@localhost:1/v1?key=abc"
)
GOOD = response(answer(claim("Venus is hot.")))


@pytest.fixture
def request_():
    client = ScriptedClient([GOOD])
    summarize("Venus is hot.", settings=SETTINGS, client=client)
    return client.requests[0]


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
