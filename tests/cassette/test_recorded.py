"""The real client on what a real, weak model answered: see cassettes/README.md.

The model's mistakes are kept. What is tested is what claimcheck makes of them.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import Document, Settings, asummarize, schema, summarize
from claimcheck.api import probe
from claimcheck.reports.integrity import inconsistencies
from tests.conftest import SEED

ARTICLES = Path(__file__).parent.parent / "articles"
SETTINGS = Settings(
    engine="llm",
    model="qwen2.5-coder-1.5b-instruct",
    base_url="http://127.0.0.1:18080/v1",
    max_claims=12,
    seed=7,
)


def document(path):
    return Document.from_text(path.read_text(encoding="utf-8"), source=path.name)


def check(run, least_claims):
    """What must be so of any run, however weak the model."""
    assert run.failures == ()
    assert schema.problems("run", json.loads(run.to_json())) == ()
    assert inconsistencies(run) == []
    assert len(run.claims) >= least_claims
    assert all(not claim.spans or "http" not in claim.quote for claim in run.claims)
    assert all(sentence.claim_ids for sentence in run.summary.sentences)
    assert run.usage.output_tokens > 100
    assert run.signature.response_format == "json_schema"


@pytest.mark.cassette("recorded/seed")
def test_the_seed():
    check(summarize(document(SEED), settings=SETTINGS), 5)


@pytest.mark.cassette("recorded/ferry")
def test_the_ferry():
    check(summarize(document(ARTICLES / "ferry.txt"), settings=SETTINGS), 5)


@pytest.mark.cassette("recorded/heat")
def test_the_trees_with_asyncio():
    check(asyncio.run(asummarize(document(ARTICLES / "heat.txt"), settings=SETTINGS)), 5)


@pytest.mark.cassette("recorded/album")
def test_the_album_with_a_quote_asked_for_twice():
    run = summarize(document(ARTICLES / "album.txt"), settings=replace(SETTINGS, max_claims=20))
    check(run, 5)
    assert run.usage.requests == 2
    assert "requote" in run.signature.prompts


@pytest.mark.cassette("recorded/probe")
def test_the_endpoint_enforces_a_schema():
    found = probe(SETTINGS)
    assert found.models == ("qwen2.5-coder-1.5b-instruct",)
    assert (found.response_format, found.enforces_schema) == ("json_schema", True)
