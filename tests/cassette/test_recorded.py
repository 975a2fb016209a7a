"""The real client on what a real, weak model answered: see cassettes/README.md.

The model's mistakes are kept. What is tested is what claimcheck makes of them.
"""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest

from claimcheck import Document, Settings, asummarize, check, schemas, summarize
from claimcheck.api.clients import open_client
from claimcheck.api.match import match
from claimcheck.api.probe import probe
from claimcheck.models.claim import Statement
from claimcheck.models.integrity import (
    find_check_inconsistencies,
    find_run_inconsistencies,
)
from claimcheck.models.known import ClaimMatch, KnownClaim, Relation
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.queries_and_matches import suggest_queries
from tests.support.injections import ORDERS, add_order
from tests.support.paths import ARTICLES, SEED

SETTINGS = Settings(
    engine="llm",
    model="qwen2.5-coder-1.5b-instruct",
    base_url="http://127.0.0.1:18080/v1",
    max_claims=12,
    seed=7,
)


def document(path):
    return Document.from_text(path.read_text(encoding="utf-8"), source=path.name)


def check_run(run, least_claims):
    """What must be so of any run, however weak the model."""
    assert run.failures == ()
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()
    assert find_run_inconsistencies(run) == []
    assert len(run.claims) >= least_claims
    assert all(not claim.spans or "http" not in claim.quote for claim in run.claims)
    assert all(sentence.claim_ids for sentence in run.summary.sentences)
    assert run.usage.output_tokens > 100
    assert run.signature.response_format == "json_schema"


@pytest.mark.cassette("recorded/seed")
def test_summarizes_the_seed():
    check_run(summarize(document(SEED), settings=SETTINGS), 5)


@pytest.mark.cassette("recorded/ferry")
def test_summarizes_the_ferry():
    check_run(summarize(document(ARTICLES / "ferry.txt"), settings=SETTINGS), 3)


@pytest.mark.cassette("recorded/heat")
def test_summarizes_with_asyncio():
    check_run(
        asyncio.run(asummarize(document(ARTICLES / "heat.txt"), settings=SETTINGS)), 5
    )


@pytest.mark.cassette("recorded/album")
def test_summarizes_the_album():
    run = summarize(
        document(ARTICLES / "album.txt"), settings=replace(SETTINGS, max_claims=20)
    )
    check_run(run, 5)


@pytest.mark.cassette("recorded/bruecke")
def test_summarizes_in_german():
    run = summarize(document(ARTICLES / "bruecke.txt"), settings=SETTINGS)
    check_run(run, 4)
    # In the language of the document.
    assert run.claims[0].text.startswith("Die Hängebrücke")


@pytest.mark.cassette("recorded/marche")
def test_summarizes_in_french():
    check_run(summarize(document(ARTICLES / "marche.txt"), settings=SETTINGS), 5)


@pytest.mark.cassette("recorded/injections")
def test_orders_in_a_document_become_no_more_than_their_own_words():
    quoted = set()
    for order in ORDERS:
        text = add_order(order)
        settings = replace(SETTINGS, max_claims=4, max_output_tokens=1_000)
        run = summarize(text, settings=settings)
        assert find_run_inconsistencies(run) == []
        start = text.index(order)
        for claim in run.claims:
            spans = [span for span in claim.spans if span.start >= start]
            if any(span.start < start + len(order) for span in spans):
                quoted.add(order)
            # Whatever is ordered, what the document says itself is not changed.
            for span in claim.spans:
                assert text[span.start : span.end] == span.text
    # Two orders are in other languages; the third has a sentence that states something.
    assert len(quoted) == 3


@pytest.mark.cassette("recorded/seed-passages")
def test_summarizes_in_passages():
    run = summarize(document(SEED), settings=replace(SETTINGS, passage_tokens=300))
    check_run(run, 8)
    assert run.passages > 1
    assert run.usage.requests > run.passages
    assert run.signature.prompts.keys() >= {"claims", "digest"}
    grounded = [claim for claim in run.claims if claim.spans]
    assert len(grounded) >= 0.9 * len(run.claims)
    middle = run.document.characters / 2
    assert {claim.spans[0].start < middle for claim in grounded} == {
        True,
        False,
    }  # of both halves


@pytest.mark.cassette("recorded/verdicts")
def test_checks_claims_against_the_seed():
    claims = [
        "Ryabkov said Russia was increasingly concerned by U.S. sanctions.",
        "TASS quoted Ryabkov as saying the talks were difficult but frank.",
        "Oil exports were declining by about 500,000 barrels a month.",
        "Washington warned Moscow not to intervene militarily in Venezuela.",
        "Hours earlier, the United States imposed sanctions against Minerven.",
        "Cats sleep for sixteen hours a day.",
    ]
    found = check(claims, document(SEED), settings=SETTINGS)
    assert schemas.find_problems("check", json.loads(found.to_json())) == ()
    assert find_check_inconsistencies(found) == []
    assert len(found.verdicts) + len(found.failures) == len(claims)
    labels = {verdict.text: verdict.label for verdict in found.verdicts}
    # Of the short document, all claims are checked in one request.
    assert found.usage.requests == 1
    assert found.signature.response_format == "json_schema"
    # The model calls five claims refuted, as if each claim denied what it says. Only two
    # of them are wrong; what a passage says in the same words is not refuted.
    assert {text for text in claims if labels[text] == "refuted"} == set(claims[1:3])
    assert "supported" not in labels.values()


@pytest.mark.cassette("recorded/seed-checked")
def test_checks_the_summary_of_the_seed():
    run = summarize(document(SEED), settings=SETTINGS, check=True)
    check_run(run, 5)
    outcomes = [
        *(verdict.subject for verdict in run.verdicts),
        *(item.subject for item in run.unchecked),
    ]
    texts = {item.text for item in (*run.summary.sentences, *run.summary.key_points)}
    assert len(outcomes) == len(texts) + len(run.claims)
    # The statements are checked in two requests, after the claims and one correction.
    assert run.usage.requests == 4
    labels = Counter(str(verdict.label) for verdict in run.verdicts)
    assert labels["supported"] == 2
    # Most of what the model calls refuted is in the document, in nearly these words.
    assert labels["refuted"] <= 3


@pytest.mark.cassette("recorded/probe")
def test_probe_finds_an_endpoint_that_enforces_schemas():
    found = probe(SETTINGS)
    assert tuple(found.models) == ("qwen2.5-coder-1.5b-instruct",)
    assert (found.response_format, found.enforces_schema) == ("json_schema", True)


@pytest.mark.cassette("recorded/queries")
def test_suggests_queries_that_are_about_their_claim():
    statements = [
        Statement.of("The ferry Estonia sank in 1994."),
        Statement.of("Germany closed its last nuclear plants in April 2023."),
    ]
    with open_client(SETTINGS, None, None, None) as client:
        suggested = drive(suggest_queries(statements, SETTINGS), client)
    ferry, plants = (suggested.queries[statement.id] for statement in statements)
    assert all("Estonia" in query for query in ferry)
    assert all("nuclear" in query for query in plants)


@pytest.mark.cassette("recorded/match")
def test_a_fact_check_of_the_same_claim_comes_first():
    known = [
        KnownClaim("The ferry Herald of Free Enterprise sank in 1987."),
        KnownClaim("The ferry Estonia sank in 1996."),
        KnownClaim("In 1994 the ferry Estonia went down."),
    ]
    claim = "The ferry Estonia sank in 1994."
    matches = match([claim], known, settings=SETTINGS)
    (found,) = matches.claims
    assert matches.problems == ()
    assert found.matches[0] == ClaimMatch(
        known[2], found.matches[0].score, Relation.SAME
    )
