"""Providers with keys, over servers that follow their published documentation.

None of them was tried with the live service.
"""

import json
from contextlib import contextmanager
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from claimcheck import errors
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import Endpoint
from claimcheck.search.provider import Query, open_provider
from tests.support.loopback import Handler, serve_handler

KEY = "k-0123456789abcdef"
VARIABLES = {
    "brave": "BRAVE_API_KEY",
    "tavily": "TAVILY_API_KEY",
    "serper": "SERPER_API_KEY",
    "factcheck": "GOOGLE_FACT_CHECK_API_KEY",
}
QUERY = Query("oil exports", limit=2, before=date(2024, 5, 2), language="en")
REVIEW = {
    "publisher": {"name": "Fact Desk", "site": "facts.example"},
    "url": "https://facts.example/oil",
    "title": "No, oil exports did not double",
    "reviewDate": "2024-05-01T00:00:00Z",
    "textualRating": "False",
    "languageCode": "en",
}
ANSWERS = {
    "brave": {"type": "search", "web": {"type": "search", "results": [
        {"title": "Oil", "url": "https://news.example/oil", "description": "Exports <strong>fell</strong>", "page_age": "2024-05-01T07:30:00"},
        {"title": "No date", "url": "https://other.example/"},
    ]}},
    "tavily": {"query": "oil exports", "results": [
        {"title": "Oil", "url": "https://news.example/oil", "content": "Exports fell", "score": 0.9, "published_date": "Wed, 01 May 2024 07:30:00 GMT"},
        {"title": "No date", "url": "https://other.example/", "content": ""},
    ], "response_time": 1.0},
    "serper": {"searchParameters": {"q": "oil exports"}, "organic": [
        {"title": "Oil", "link": "https://news.example/oil", "snippet": "Exports fell", "date": "May 1, 2024", "position": 1},
        {"title": "No date", "link": "https://other.example/", "position": 2},
    ]},
    "factcheck": {"claims": [
        {"text": "Oil exports doubled.", "claimant": "A minister", "claimDate": "2024-04-30T00:00:00Z", "claimReview": [REVIEW, REVIEW | {"url": "https://late.example/", "reviewDate": "2024-05-02T00:00:00Z"}]},
        {"text": None}, "broken", {"text": "No review."},
    ]},
}  # fmt: skip


@contextmanager
def serving(name, answer, status=200):
    """Serve one answer, and yield the provider and the requests it sent."""
    received = []

    class Api(Handler):
        def do_POST(self):
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            headers = {key.lower(): value for key, value in self.headers.items()}
            received.append((self.command, self.path, headers, body))
            self.answer(answer, status)

        def do_GET(self):
            self.do_POST()

    with serve_handler(Api) as base:
        environment = {f"CLAIMCHECK_{name.upper()}_URL": base, VARIABLES[name]: KEY}
        provider, endpoint = open_provider(name, {}, environment)
        try:
            yield provider, received
        finally:
            endpoint.close()


@pytest.mark.parametrize("name", ["brave", "tavily", "serper"])
def test_results_have_addresses_titles_and_dates(name):
    with serving(name, ANSWERS[name]) as (provider, _):
        first, second = provider.search(QUERY)
    assert first.url == "https://news.example/oil"
    assert first.title == "Oil"
    assert first.published == date(2024, 5, 1)
    assert second == Hit("https://other.example/", "No date")


@pytest.mark.parametrize("name", VARIABLES)
def test_the_key_is_in_a_header_only(name):
    with serving(name, ANSWERS[name]) as (provider, received):
        provider.search(QUERY)
    ((_, path, headers, body),) = received
    header = {
        "brave": "x-subscription-token",
        "tavily": "authorization",
        "serper": "x-api-key",
        "factcheck": "x-goog-api-key",
    }[name]
    assert headers[header].removeprefix("Bearer ") == KEY
    assert KEY not in path
    assert KEY.encode() not in body


@pytest.mark.parametrize(
    ("name", "method", "path", "sent"),
    [
        ("brave", "GET", "/v1/web/search", {"q": ["oil exports"], "count": ["2"], "search_lang": ["en"], "freshness": ["1970-01-01to2024-05-01"]}),
        ("tavily", "POST", "/v1/search", {"query": "oil exports", "max_results": 2, "end_date": "2024-05-02"}),
        ("serper", "POST", "/v1/search", {"q": "oil exports", "num": 2, "hl": "en", "tbs": "cdr:1,cd_max:05/01/2024"}),
        ("factcheck", "GET", "/v1/claims:search", {"query": ["oil exports"], "languageCode": ["en"], "pageSize": ["2"]}),
    ],
)  # fmt: skip
def test_requests_are_those_of_the_documentation(name, method, path, sent):
    with serving(name, ANSWERS[name]) as (provider, received):
        provider.search(QUERY)
    ((command, target, _, body),) = received
    parts = urlsplit(target)
    assert (command, parts.path) == (method, path)
    assert (json.loads(body) if body else parse_qs(parts.query)) == sent


def test_fact_checks_have_a_claim_a_rating_and_a_publisher():
    with serving("factcheck", ANSWERS["factcheck"]) as (provider, _):
        (known,) = provider.find_known(QUERY)  # the other one is not from before
        (hit,) = provider.search(QUERY)
    assert known.text == "Oil exports doubled."
    assert known.speaker == "A minister"
    assert known.rating == "False"
    assert known.publisher == "Fact Desk"
    assert known.reviewed == date(2024, 5, 1)
    assert hit.url == known.url == "https://facts.example/oil"


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("answer", [{}, {"web": {}}])
def test_an_answer_without_results_is_empty(name, answer):
    with serving(name, answer) as (provider, _):
        assert list(provider.search(QUERY)) == []


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("answer", [[], "text", 3, {"web": 1, "results": 1, "organic": 1, "claims": 1}])  # fmt: skip
def test_an_answer_of_another_form_is_an_error(name, answer):
    body = json.dumps(answer)
    with serving(name, body) as (provider, _), pytest.raises(errors.EndpointError):
        provider.search(QUERY)


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (402, errors.AccountError),
        (422, errors.EndpointError),
    ],
)
def test_a_refusal_that_repeats_the_key_does_not_print_it(name, status, error):
    with (
        serving(name, f"invalid key {KEY} in request", status) as (provider, _),
        pytest.raises(error) as caught,
    ):
        provider.search(QUERY)
    assert f"HTTP {status}" in str(caught.value)
    assert KEY not in str(caught.value)
    assert "invalid key [key] in request" in str(caught.value)


def test_a_login_in_the_address_is_sent_and_not_kept():
    with serving("serper", {"organic": []}) as (provider, received):
        url = provider._endpoint.url
        endpoint = Endpoint("serper", url.replace("://", "://ann:hid%2Fden@"), "k")
        type(provider)(endpoint).search(QUERY)
        endpoint.close()
    (_, _, headers, _) = received[0]
    assert headers["authorization"] == "Basic YW5uOmhpZC9kZW4="
    assert (endpoint.url, endpoint.origin) == (url, url.removesuffix("/v1"))
