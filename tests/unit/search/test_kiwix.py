"""The results of kiwix-serve."""

from claimcheck.search.kiwix import Kiwix
from claimcheck.search.provider import Query

RSS = """<rss><channel>
<item><title>Ferry</title><link>/book/Ferry</link>
<description>A ferry carries people.</description><wordCount>49</wordCount></item>
<item><title>Graz</title><link>/book/Graz</link>
<description>the <b>tower</b> of Graz</description></item>
<item><title>Ulm</title><link>/book/Ulm</link></item>
</channel></rss>"""


class Endpoint:
    url = origin = "http://kiwix.example"

    def get_text(self, path, parameters):
        assert (path, parameters["pattern"]) == ("/search", "ferry")
        return RSS


def test_a_snippet_is_the_description_and_nothing_else():
    hits = Kiwix(Endpoint()).search(Query("ferry", 3))
    assert [(hit.url, hit.title, hit.snippet or None) for hit in hits] == [
        ("http://kiwix.example/book/Ferry", "Ferry", "A ferry carries people."),
        ("http://kiwix.example/book/Graz", "Graz", "the tower of Graz"),
        ("http://kiwix.example/book/Ulm", "Ulm", None),
    ]
