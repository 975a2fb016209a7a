"""A small web on loopback: a SearXNG instance, and the pages that it finds."""

from __future__ import annotations

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from claimcheck.search.factcheck import FactCheck
from claimcheck.search.mediawiki import MediaWiki
from claimcheck.search.web_engines import Brave, SearXNG, Serper, Tavily
from tests.support.loopback import Handler, serve_handler

HTML = {"content-type": "text/html; charset=utf-8"}


def stop_pacing(monkeypatch):
    """Let requests follow each other at once: nobody's server receives them."""
    for provider in (Brave, FactCheck, MediaWiki, SearXNG, Serper, Tavily):
        monkeypatch.setattr(provider, "requests_per_minute", 10**6)


def page(title, *paragraphs, date=None):
    """Return an HTML page that states its `date` as publishers do."""
    stated = (
        f'<meta property="article:published_time" content="{date}T10:00:00Z">'
        if date
        else ""
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><title>{title}</title>{stated}</head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )


class Newsstand:
    """The answers of the server: `pages` by path, and `results` for every query.

    A page is a text, or (status, headers, body). A result is a path or a dict.
    `queries` and `requests` are those that were received.
    """

    def __init__(self, url):
        self.url = url
        self.pages = {}
        self.results = None
        self.refusals = []  # of the search: (status, body, headers), first to last
        self.queries = []
        self.requests = []

    def list_results(self):
        results = list(self.pages) if self.results is None else self.results
        return [
            {"url": self.url + row, "title": "A page"} if isinstance(row, str) else row
            for row in results
        ]


@contextmanager
def serve_newsstand():
    """Serve an empty `Newsstand` during the block, and yield it."""
    stand = Newsstand("")

    class Web(Handler):
        def do_GET(self):
            parts = urlsplit(self.path)
            stand.requests.append(self.path)
            if parts.path == "/search":
                stand.queries.append(parse_qs(parts.query)["q"][0])
                if stand.refusals:
                    status, body, headers = stand.refusals.pop(0)
                    self.answer(body, status, **headers)
                    return
                self.answer({"query": "", "results": stand.list_results()})
                return
            found = stand.pages.get(self.path, (404, {}, "not found"))
            if isinstance(found, str):
                found = (200, HTML, found)
            status, headers, body = found
            self.answer(body, status, **headers)

    with serve_handler(Web) as base:
        stand.url = base.removesuffix("/v1")
        yield stand
