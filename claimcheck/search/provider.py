"""Define search providers, and find them by name.

A provider is a class that is built from its endpoint and has one method, `search`. Ours
are listed here; other packages add theirs as entry points in the group
`claimcheck.search`:

    [project.entry-points."claimcheck.search"]
    archive = "my_package:ArchiveProvider"
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from claimcheck.errors import EndpointError, SettingsError
from claimcheck.models.search_log import Hit, Snapshot
from claimcheck.search.endpoint import Endpoint
from claimcheck.settings import SearchEndpoint

ENTRY_POINTS = "claimcheck.search"
_SHIPPED = {
    "searxng": "web_engines:SearXNG",
    "mediawiki": "mediawiki:MediaWiki",
    "wikipedia": "mediawiki:Wikipedia",
    "kiwix": "kiwix:Kiwix",
    "factcheck": "factcheck:FactCheck",
    "brave": "web_engines:Brave",
    "tavily": "web_engines:Tavily",
    "serper": "web_engines:Serper",
}


class SilentEnginesError(EndpointError):
    """A query found nothing, because the engines behind it did not answer.

    Another query may find something, because not all engines need be silent.
    """


@dataclass(frozen=True, slots=True)
class Query:
    """A query to a provider.

    `before` is the day before which results must have been published; a provider that
    can't search by date ignores it, and the pages' own dates decide. `language` is an
    ISO 639-1 code, if known.
    """

    text: str
    limit: int = 10
    before: date | None = None
    language: str | None = None


class SearchProvider(ABC):
    """Finds addresses for a query; other packages need not inherit from it.

    The class attributes describe its endpoint. `default_url` is None if the user must
    name one. `key_variable` is the environment variable with its key, or None if it
    needs none. `requests_per_minute` follows the provider's limit or etiquette.
    `serves_pages` means that results are on the endpoint's own host, which may then be
    a private address.
    """

    default_url: str | None = None
    key_variable: str | None = None
    requests_per_minute: int = 120
    serves_pages: bool = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @abstractmethod
    def search(self, query: Query) -> Sequence[Hit]:
        """Return the results, best first; none is not an error.

        Raises:
            ProviderError: the endpoint did not answer.
        """


class PageSource(Protocol):
    """A provider that also returns the content of its results."""

    def read(self, hit: Hit, before: date | None) -> tuple[Snapshot, bytes]:
        """Return the page as it was before a day.

        Raises:
            InputError: the page does not exist.
            ProviderError: the endpoint failed.
        """
        ...


def list_providers() -> list[str]:
    """Return the names of all providers, ours first."""
    others = sorted({point.name for point in entry_points(group=ENTRY_POINTS)})
    return list(dict.fromkeys([*_SHIPPED, *others]))


def load_provider(name: str) -> type[SearchProvider]:
    """Return the class of a provider.

    Raises:
        SettingsError: the provider is unknown, or can't be imported.
    """
    if name in _SHIPPED:
        module, _, attribute = _SHIPPED[name].partition(":")
        path = f"{__package__}.{module}"
        shipped: type[SearchProvider] = getattr(import_module(path), attribute)
        return shipped
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            loaded: type[SearchProvider] = point.load()
        except (ImportError, AttributeError) as error:
            raise SettingsError(
                f"search provider {name}: its package can't be loaded: {error}"
            ) from None
        return loaded
    known = ", ".join(list_providers())
    raise SettingsError(f"unknown search provider {name!r}; available: {known}")


def open_provider(
    name: str,
    configured: Mapping[str, SearchEndpoint],
    environment: Mapping[str, str] | None = None,
    *,
    max_requests: int | None = None,
) -> tuple[SearchProvider, Endpoint]:
    """Return a provider and its endpoint.

    `configured` has the endpoints of the settings files, by provider name.

    Raises:
        SettingsError: the provider is unknown, or its URL or key is missing.
    """
    environment = os.environ if environment is None else environment
    kind = load_provider(name)
    stated = configured.get(name, SearchEndpoint())
    prefix = f"CLAIMCHECK_{name.upper().replace('-', '_')}"
    url_variable = environment.get(f"{prefix}_URL")
    url = url_variable or stated.url or kind.default_url
    if not url:
        raise SettingsError(
            f"search provider {name}: no endpoint; set {prefix}_URL, or "
            f'[search.{name}] url = "http://..." in your settings file (in Python: '
            f'SearchSettings(endpoints={{"{name}": SearchEndpoint("http://...")}}))'
        )
    key = None
    if kind.key_variable:
        # A key that is copied from a file may have a line break.
        key = (environment.get(kind.key_variable) or stated.api_key or "").strip()
        # A project's endpoint must not get the user's key.
        if stated.is_project and not url_variable and stated.url:
            raise SettingsError(
                f"search provider {name}: your key is not sent to the endpoint of "
                f"claimcheck.toml; set {prefix}_URL to use both"
            )
        _check_key(name, key, kind.key_variable)
    endpoint = Endpoint(name, url, key, kind.requests_per_minute, max_requests)
    return kind(endpoint), endpoint


def _check_key(name: str, key: str, variable: str) -> None:
    if not key:
        raise SettingsError(
            f"search provider {name}: no key; set {variable} "
            "(in Python: SearchEndpoint(api_key=...))"
        )
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(
            f"search provider {name}: the key in {variable} has a character that no "
            "key has; copy it again"
        )
