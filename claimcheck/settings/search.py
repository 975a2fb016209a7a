"""The settings of a search for evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from claimcheck.arguments import iter_items
from claimcheck.errors import SettingsError


@dataclass(frozen=True, slots=True)
class SearchEndpoint:
    """The endpoint and the key of a search provider; None is its default.

    `is_project` says that a project file names it, so it gets none of the user's keys.
    """

    url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    is_project: bool = False


_SEARCH_LISTS = {
    "providers": "provider",
    "prefer": "preferred domain",
    "exclude": "excluded domain",
    "allow_private": "private host",
}


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The settings of a search for evidence.

    `providers` are asked in turn. With `before`, only pages published before that day
    are used. `max_pages` is the maximum number of pages read per claim, and
    `max_requests` that of requests to each provider. Pages of the domains in `prefer`
    are read first, pages of those in `exclude` never, and pages of the hosts in
    `allow_private` even on a private network. With `reuse`, recent results and pages
    are taken from the evidence archive. `endpoints` has those of the settings files, by
    provider.
    """

    providers: tuple[str, ...]
    before: date | None = None
    max_pages: int = 5
    max_requests: int | None = None
    prefer: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()
    reuse: bool = True
    endpoints: Mapping[str, SearchEndpoint] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, item in _SEARCH_LISTS.items():
            items = tuple(iter_items(getattr(self, name), item, str))
            object.__setattr__(self, name, items)
        if not self.providers:
            raise SettingsError("search: names no provider, such as wikipedia")
        if not 1 <= self.max_pages <= 50:
            raise SettingsError(
                f"max_pages is {self.max_pages!r}; give a whole number from 1 to 50"
            )
        if self.max_requests is not None and self.max_requests < 1:
            raise SettingsError(
                f"max_requests is {self.max_requests!r}; give a whole number from 1"
            )
