"""Search providers on what real servers answered: see cassettes/README.md."""

from datetime import date

import pytest

from claimcheck import Settings, check
from claimcheck.settings import SearchEndpoint, SearchSettings
from tests.support.newsstand import stop_pacing

ENDPOINTS = {
    "kiwix": SearchEndpoint("http://127.0.0.1:18090"),
    "mediawiki": SearchEndpoint("http://127.0.0.1:18091/w"),
    "searxng": SearchEndpoint("http://127.0.0.1:18092"),
}
CLAIMS = [
    "Mount Kenya is the highest mountain in Kenya.",
    "Nairobi was founded in 1899 as a rail depot.",
    "Oslo is the capital of Norway.",
]


@pytest.fixture(autouse=True)
def _without_pace(monkeypatch):
    stop_pacing(monkeypatch)


def search(provider, *claims, **fields):
    fields = {"endpoints": ENDPOINTS} | fields
    settings = SearchSettings((provider,), reuse=False, **fields)
    return check(claims, search=settings, settings=Settings(engine="extractive"))


def labels(checked):
    assert checked.failures == ()
    return [str(verdict.label) for verdict in checked.verdicts]


def quote_closest(checked):
    """Return the passage for a claim that the pages state in other words."""
    return checked.verdicts[0].finding.evidence[0].text


@pytest.mark.cassette("search/kiwix")
def test_kiwix_serves_pages_from_this_machine():
    checked = search("kiwix", *CLAIMS)
    assert labels(checked) == ["not_enough_evidence"] * 3
    assert "the highest mountain in Kenya" in quote_closest(checked)
    assert {document.url for document in checked.documents} >= {
        "http://127.0.0.1:18090/africa/Mount_Kenya",
        "http://127.0.0.1:18090/africa/Nairobi",
    }


@pytest.mark.cassette("search/kiwix-before")
def test_a_kiwix_page_is_as_old_as_its_collection():
    endpoints = {"kiwix": SearchEndpoint("http://127.0.0.1:18090?books.name=africa")}
    checked = search("kiwix", CLAIMS[0], before=date(2024, 1, 2), endpoints=endpoints)
    assert {document.published for document in checked.documents} == {date(2024, 1, 1)}


@pytest.mark.cassette("search/mediawiki")
def test_mediawiki_pages_are_read_at_a_numbered_revision():
    checked = search("mediawiki", *CLAIMS)
    assert labels(checked) == ["not_enough_evidence"] * 3
    assert "the highest mountain in Kenya" in quote_closest(checked)
    for document in checked.documents:
        assert document.url.startswith("http://127.0.0.1:18091/w/index.php?oldid=")
        assert document.published == date(2026, 11, 26)


@pytest.mark.cassette("search/mediawiki-before")
def test_mediawiki_has_no_revision_before_the_page_was_written():
    checked = search("mediawiki", CLAIMS[0], before=date(2024, 1, 1))
    assert labels(checked) == ["not_enough_evidence"]
    assert {page.problem for page in checked.search.pages} == {
        "the wiki has no such page before 2024-01-01"
    }


@pytest.mark.cassette("search/searxng")
def test_searxng_finds_pages_but_not_those_of_this_machine():
    checked = search("searxng", CLAIMS[0])
    assert checked.search.claims[0].queries[0].results > 0
    assert {page.problem for page in checked.search.pages} == {
        "resolves to 127.0.0.1, a private address "
        "that [search] allow_private does not name"
    }
