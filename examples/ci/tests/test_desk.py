"""Tests of code that calls a model. In CI, they replay what it answered once."""

from pathlib import Path

import pytest

from claimcheck import Document, Settings, check, summarize

ARTICLE = Path(__file__).parent.parent / "articles" / "council.txt"
SETTINGS = Settings(
    engine="llm", model="qwen2.5-coder-1.5b-instruct", seed=7, max_claims=3
)


@pytest.mark.cassette
def test_every_claim_quotes_the_article():
    run = summarize(Document.from_path(ARTICLE), settings=SETTINGS)
    assert not run.failures
    assert run.claims
    assert all(claim.spans for claim in run.claims)


@pytest.mark.cassette
def test_a_wrong_number_is_not_supported():
    claim = "The council approved the budget of 9.9 million euros."
    found = check([claim], Document.from_path(ARTICLE), settings=SETTINGS)
    (verdict,) = found.verdicts
    assert verdict.label != "supported"
