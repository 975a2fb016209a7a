"""Answers of any form cost a provider an error at most, never a crash."""

import json
from contextlib import suppress
from datetime import date

import pytest

from claimcheck.errors import ClaimcheckError
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import Endpoint
from claimcheck.search.provider import Query, load_provider

PROVIDERS = ("mediawiki", "searxng", "brave", "tavily", "serper", "factcheck", "kiwix")
QUERY = Query("oil", limit=5, before=date(2024, 1, 1), language="en")
REVISION = {"revid": "7", "timestamp": 3}
VALUES = [
    None, 0, "x", [], {}, [None], [1], [{}], {"results": [{"url": 1}]},
    {"pages": None}, {"pages": [None]}, {"pages": {"1": {}}},
    {"pages": [{"index": None}, {"index": 2}, {"index": "a"}]},
    {"pages": [{"revisions": [None]}]}, {"pages": [{"revisions": [REVISION]}]},
    [{"url": {}, "link": [], "title": [1], "text": "a", "claimReview": [None, {"publisher": []}]}],
]  # fmt: skip
FIELDS = ("query", "parse", "results", "web", "organic", "claims")
ANSWERS = [*VALUES, *({field: value} for field in FIELDS for value in VALUES)]
XML = [
    "<a/>",
    "<rss><item/></rss>",
    "<rss><item><link>javascript:x</link></item></rss>",
]


class Canned(Endpoint):
    """An endpoint that gives one answer, whatever it is asked."""

    def __init__(self, answer):
        super().__init__("test", "http://127.0.0.1:1", "key")
        self._answer = answer

    def get_json(self, *_, **__):
        return self._answer

    post_json = get_json

    def get_text(self, *_, **__):
        is_text = isinstance(self._answer, str)
        return self._answer if is_text else json.dumps(self._answer)


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_answer_of_any_form_is_read_or_an_error(name):
    kind = load_provider(name)
    for answer in [*ANSWERS, *XML]:
        with suppress(ClaimcheckError):
            assert all(
                hit.url.startswith("http") for hit in kind(Canned(answer)).search(QUERY)
            )
        if name == "mediawiki":
            with pytest.raises(ClaimcheckError):
                kind(Canned(answer)).read(Hit("http://127.0.0.1:1/?curid=1"), None)
