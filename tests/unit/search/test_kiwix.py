"""The results of kiwix-serve."""

from datetime import date

from claimcheck.errors import BudgetError
from claimcheck.search.kiwix import Kiwix
from claimcheck.search.provider import Query

RSS = """<rss><channel>
<item><title>Ferry</title><link>/book/Ferry</link>
<description>A ferry carries people.</description><wordCount>49</wordCount></item>
<item><title>Graz</title><link>/book/Graz</link>
<description>the <b>tower</b> of Graz</description></item>
<item><title>Ulm</title><link>/book/Ulm</link></item>
</channel></rss>"""


CATALOG = """<feed xmlns="http://www.w3.org/2005/Atom"><entry>
<updated>2024-01-01T00:00:00Z</updated><link href="/book"/></entry></feed>"""


class Endpoint:
    url = origin = "http://kiwix.example"

    def __init__(self):
        self.parameters = {"books.name": "book"}

    def get_text(self, path, parameters):
        if path == "/catalog/v2/entries":
            return CATALOG
        assert parameters["books.name"] == "book"
        assert (path, parameters["pattern"]) == ("/search", "ferry")
        return RSS


def test_a_snippet_is_the_description_and_nothing_else():
    hits = Kiwix(Endpoint()).search(Query("ferry", 3))
    assert [(hit.url, hit.title, hit.snippet or None) for hit in hits] == [
        ("http://kiwix.example/book/Ferry", "Ferry", "A ferry carries people."),
        ("http://kiwix.example/book/Graz", "Graz", "the tower of Graz"),
        ("http://kiwix.example/book/Ulm", "Ulm", None),
    ]
    assert {hit.published for hit in hits} == {date(2024, 1, 1)}


def test_results_are_kept_if_no_request_for_the_dates_is_left():
    class Spent(Endpoint):
        def get_text(self, path, parameters):
            if path != "/search":
                raise BudgetError("the maximum number of requests is reached")
            return super().get_text(path, parameters)

    hits = Kiwix(Spent()).search(Query("ferry", 3))
    assert [hit.published for hit in hits] == [None, None, None]
