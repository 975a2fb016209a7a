"""A search engine and its pages on loopback, which counts as public here."""

import pytest

from claimcheck.readers import url
from tests.support.newsstand import serve_newsstand, stop_pacing


@pytest.fixture(autouse=True)
def _without_pace(monkeypatch):
    stop_pacing(monkeypatch)


@pytest.fixture
def stand(monkeypatch):
    monkeypatch.setattr(url, "is_public", lambda address: str(address) == "127.0.0.1")
    with serve_newsstand() as served:
        monkeypatch.setenv("CLAIMCHECK_SEARXNG_URL", served.url)
        yield served
