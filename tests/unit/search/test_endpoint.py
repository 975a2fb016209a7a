"""What a provider returns is a stranger's: hits are cleaned before anybody sees them."""

from datetime import date

import pytest

from claimcheck import errors
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import Endpoint, clean_hit, collect_hits, parse_day


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "//example.com/a",
        "https://user:secret@example.com/a",
        "https://example.com/a b",
        "https://example.com/\x1b[31m",
        "https:///nohost",
        "https://example.com/" + "a" * 3_000,
        "http://[::1",
        "",
        None,
        17,
    ],
)
def test_refuses_what_is_no_web_address(url):
    assert clean_hit(Hit(url)) is None


def test_titles_lose_control_characters_and_length():
    hit = clean_hit(Hit("https://example.com/", "\x1b[2J<b>Now\n\ud800" + "x" * 9_999))
    assert hit.title.startswith("[2J<b>Now x")
    assert len(hit.title) == 300


def test_a_broken_row_costs_only_itself():
    rows = [None, 3, "x", [], {"u": 7}, {"u": "https://example.com/a"}, {}]
    hits = collect_hits(rows, lambda row: Hit(row.get("u")), 10)
    assert [hit.url for hit in hits] == ["https://example.com/a"]
    assert collect_hits("https", Hit, 10) == []
    assert collect_hits(None, Hit, 10) == []


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-05-01T10:00:00Z", date(2024, 5, 1)),
        ("2024-05-01", date(2024, 5, 1)),
        ("Wed, 01 May 2024 10:00:00 GMT", date(2024, 5, 1)),
        ("May 1, 2024", date(2024, 5, 1)),
        ("yesterday", None),
        (None, None),
        (12, None),
    ],
)
def test_reads_the_day_of_an_iso_date(value, day):
    assert parse_day(value) == day


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://a", "http://", "searx"])
def test_an_endpoint_needs_an_http_address(url):
    with pytest.raises(errors.SettingsError, match="is not an http or https URL"):
        Endpoint("searxng", url)
