"""Search Kiwix: Wikipedia and other collections offline, served by kiwix-serve.

https://kiwix-tools.readthedocs.io/en/latest/kiwix-serve.html#http-api
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin
from xml.etree import ElementTree

from claimcheck.models.search import Hit
from claimcheck.search.endpoint import Endpoint, clean_hit
from claimcheck.search.provider import Query


class Kiwix:
    """Searches the full text of all collections that the server has.

    An endpoint such as http://127.0.0.1:8080?books.name=wikipedia_en_all searches only
    one; collections in several languages can't be searched together.
    """

    default_url = None
    key_variable = None
    requests_per_minute = 6_000  # it is the user's own server
    serves_pages = True

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._url, _, self._selection = endpoint.url.partition("?")

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results; Kiwix only finds pages with all of the words."""
        parameters = {
            "pattern": query.text,
            "format": "xml",
            "pageLength": query.limit,
        }
        if self._selection:
            name, _, value = self._selection.partition("=")
            parameters[name] = value
        text = self._endpoint.get_text("/search", parameters)
        return [hit for hit in map(clean_hit, self._parse(text)) if hit]

    def _parse(self, text: str) -> list[Hit]:
        # A document type could define entities that expand endlessly.
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise self._endpoint.build_error("answered with XML that has a DOCTYPE")
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - entities are refused
        except ElementTree.ParseError:
            raise self._endpoint.build_error(
                "is not kiwix-serve: its answer is not XML"
            ) from None
        hits = []
        for item in root.iter("item"):
            # Found words are marked within the description: <b>ferry</b>.
            description = item.find("description")
            texts = () if description is None else description.itertext()
            url = urljoin(self._endpoint.origin, item.findtext("link", ""))
            hits.append(Hit(url, item.findtext("title"), "".join(texts)))
        return hits
