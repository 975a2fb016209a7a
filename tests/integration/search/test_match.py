"""Fact checks at an address, and those that a command finds in them."""

import json

import pytest

from claimcheck import Settings, errors
from claimcheck.api.match import match
from tests.support.newsstand import HTML

REVIEW = {
    "@type": "ClaimReview",
    "claimReviewed": "The ferry sank in 2018.",
    "reviewRating": {"alternateName": "False"},
}


def test_a_page_of_a_publisher_has_known_claims(stand):
    script = f'<script type="application/ld+json">{json.dumps(REVIEW)}</script>'
    stand.pages["/check"] = (200, HTML, f"<html><head>{script}</head></html>")
    matches = match(
        ["In 2018 the ferry sank."],
        [f"{stand.url}/check"],
        settings=Settings(engine="extractive"),
    )
    (found,) = matches.claims[0].matches
    assert (found.known.text, found.known.rating) == (REVIEW["claimReviewed"], "False")


def test_a_private_address_is_refused():
    with pytest.raises(errors.InputError, match="a private address"):
        match(["The ferry sank."], ["http://127.0.0.1:9/known.json"])
