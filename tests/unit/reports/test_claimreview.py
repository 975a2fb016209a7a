"""ClaimReview: what Google asks for, and nothing made up."""

import json
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest

from claimcheck import Document, Settings, check, errors, schemas, summarize
from claimcheck.reports import claimreview

PUBLISHER = Settings(
    engine="extractive",
    publisher_name="The Check",
    publisher_url="https://check.example",
)
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998."


def reviews(claims, **options):
    evidence = replace(
        Document.from_text(FERRY, title="The ferry"), url="https://paper.example/ferry"
    )
    checked = check(claims, evidence, settings=PUBLISHER)
    review = claimreview.build_review(
        PUBLISHER,
        "https://check.example/r/7#old",
        published=date(2026, 5, 1),
        **options,
    )
    return json.loads(claimreview.render(checked, review))


def test_a_review_has_every_required_property():
    (review,) = reviews(
        ["The night ferry carries 700 passengers."],
        claimed_at="https://claims.example/a",
    )
    assert schemas.find_problems("claimreview", [review]) == ()
    assert review["@type"] == "ClaimReview"
    assert review["url"].startswith("https://check.example/r/7#s-")
    assert review["datePublished"] == "2026-05-01"
    assert review["author"] == {
        "@type": "Organization",
        "name": "The Check",
        "url": "https://check.example",
    }
    assert review["itemReviewed"]["appearance"] == [
        {"@type": "CreativeWork", "url": "https://claims.example/a"}
    ]
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Refuted",
        "ratingValue": 1,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert review["citation"][0]["url"] == "https://paper.example/ferry"


def test_a_json_ld_processor_finds_only_properties_of_schema_org():
    """PyLD drops what is not JSON-LD; the vocabulary is that of pydantic2-schemaorg."""
    from pyld import jsonld

    written = reviews(
        ["The night ferry carries 700 passengers."],
        claimed_at="https://claims.example/a",
    )
    context = {
        "@context": {"@vocab": "http://schema.org/"}
    }  # what https://schema.org gives, but for types of values
    (review,) = jsonld.expand(
        written,
        {
            "documentLoader": lambda url, _: {
                "contextUrl": None,
                "documentUrl": url,
                "document": context,
            }
        },
    )

    def nodes(value):
        if isinstance(value, list):
            for item in value:
                yield from nodes(item)
        elif isinstance(value, dict) and "@value" not in value:
            yield value
            for item in value.values():
                yield from nodes(item)

    def count(value):
        return (
            sum(map(count, value.values())) + 1
            if isinstance(value, dict)
            else sum(map(count, value))
            if isinstance(value, list)
            else 0
        )

    found = list(nodes(review))
    assert len(found) == count(written) == 6  # nothing was dropped
    for node in found:
        name = node["@type"][0].removeprefix("http://schema.org/")
        kind = getattr(import_module(f"pydantic2_schemaorg.{name}"), name)
        known = {field.alias for field in kind.__fields__.values()}
        assert {key.removeprefix("http://schema.org/") for key in node} - {
            "@type"
        } <= known, name


@pytest.mark.parametrize(
    ("claim", "body"),
    [
        (
            "The night ferry carries 700 passengers.",
            "The claim says “700 passengers”, the evidence “900 passengers”.",
        ),
        (
            "The night ferry carries 900 passengers in Gdansk.",
            "Only several passages together have the words of the claim.",
        ),
        (
            "Passengers carry the night ferry.",
            "The closest passage has the words of the claim, but may say something "
            "else.",
        ),
    ],
)
def test_a_published_reason_has_no_notes_for_whoever_checks(claim, body):
    (review,) = reviews([claim])
    assert review["reviewBody"] == body


def test_not_enough_evidence_has_a_name_and_no_number():
    (review,) = reviews(["Cats sleep for sixteen hours."])
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Not enough evidence",
    }
    assert "appearance" not in review["itemReviewed"]


def test_claims_of_a_run_appear_in_its_document():
    run = summarize(Document.from_text(FERRY, title="Ferry news"), settings=PUBLISHER)
    checked = check(run, FERRY, settings=PUBLISHER)
    review = claimreview.build_review(PUBLISHER, "https://a.example")
    text = claimreview.render(checked, review)
    assert json.loads(text)[0]["itemReviewed"]["appearance"] == [
        {"@type": "CreativeWork", "name": "Ferry news"}
    ]


@pytest.mark.parametrize(
    ("settings", "url", "missing"),
    [
        (Settings(engine="extractive"), "https://a.example", "`publisher_name`"),
        (
            Settings(engine="extractive", publisher_name="A"),
            "https://a.example",
            "`publisher_url`",
        ),
        (PUBLISHER, None, "--review-url"),
        (PUBLISHER, "a.example", "is not an http"),
    ],
)
def test_never_invents_a_publisher(settings, url, missing):
    with pytest.raises(errors.SettingsError, match=missing):
        claimreview.build_review(settings, url)


@pytest.mark.parametrize(
    ("claim", "rating", "author"),
    [
        # The text that misquotes makes the false claim, and not who was misquoted.
        ("Ann Lee said the ferry is new.", "Refuted", None),
        ("Bo Dahl said the ferry is new.", "Supported", None),
        ("Bo Dahl said the ferry carries 900 people.", "Supported", "Bo Dahl"),
    ],
)
def test_only_who_said_it_is_the_author_of_a_claim(claim, rating, author):
    evidence = Document.from_text(
        "Bo Dahl said the ferry is new. Bo Dahl said the ferry carries 900 people. "
        "The ferry carries 900 people."
    )
    checked = check([claim], evidence, settings=PUBLISHER)
    review = claimreview.build_review(PUBLISHER, "https://check.example/r/7")
    (item,) = json.loads(claimreview.render(checked, review))
    assert item["reviewRating"]["alternateName"] == rating
    assert item["itemReviewed"].get("author", {}).get("name") == author
