"""Fetch, archive, and read the pages that a search found.

Pages and their addresses come from strangers. `readers.url` refuses private addresses,
except hosts that the user has named: that of a provider that serves its own pages, or
one in the settings. Pages that `robots.txt` disallows are not fetched (RFC 9309).
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from claimcheck.english.publication import find_publication_date
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.search_log import Hit, Snapshot
from claimcheck.readers.file import build_web_document
from claimcheck.readers.url import (
    Fetched,
    PrivateAddressError,
    StatusError,
    fetch_bytes,
)
from claimcheck.search.archive import EvidenceArchive
from claimcheck.search.endpoint import Endpoint
from claimcheck.search.provider import PageSource, SearchProvider
from claimcheck.settings import SearchSettings

_USER_AGENT = "claimcheck"


@dataclass(frozen=True, slots=True)
class OpenedProvider:
    """A provider, its name, and its endpoint."""

    name: str
    provider: SearchProvider
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as a document, or the problem with it."""

    snapshot: Snapshot | None = None
    document: Document | None = None
    problem: str | None = None


class PageReader:
    """Reads the pages of hits, each once; threads may share it."""

    def __init__(self, archive: EvidenceArchive, settings: SearchSettings) -> None:
        self._archive = archive
        self._before = settings.before
        self._allow_private = settings.allow_private
        self._pages: dict[str, ReadPage] = {}
        self._robots: dict[str, RobotFileParser] = {}
        # One request at a time per host, to be polite, and because several claims may
        # lead to the same page.
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def read(self, hit: Hit, opened: OpenedProvider) -> ReadPage:
        """Return the page of a hit; it is fetched if it is not in the archive.

        Raises:
            ProviderError: the provider, which serves the page itself, failed.
        """
        key = self._build_key(hit, opened)
        with self._locks[urlsplit(hit.url).netloc]:
            if key not in self._pages:
                self._pages[key] = self._read(hit, opened, key)
            return self._pages[key]

    def _read(self, hit: Hit, opened: OpenedProvider, key: str) -> ReadPage:
        snapshot = None
        try:
            snapshot, content = self._load(hit, opened, key)
            document = read_snapshot(snapshot, content)
        except InputError as error:
            reason = _shorten_error(error, hit.url)
            if isinstance(error, PrivateAddressError):
                reason += " that [search] allow_private does not name"
            return ReadPage(snapshot, None, reason)
        problem = self._find_date_problem(document)
        if problem:
            return ReadPage(snapshot, None, problem)
        return ReadPage(snapshot, document)

    def _load(
        self, hit: Hit, opened: OpenedProvider, key: str
    ) -> tuple[Snapshot, bytes]:
        if found := self._archive.find_page(key):
            return found
        if hasattr(opened.provider, "read"):
            source = cast(PageSource, opened.provider)
            snapshot, content = source.read(hit, self._before)
        else:
            snapshot, content = self._fetch(hit, opened)
        self._archive.save_page(key, snapshot, content)
        return snapshot, content

    def _fetch(self, hit: Hit, opened: OpenedProvider) -> tuple[Snapshot, bytes]:
        own = opened.endpoint.origin if opened.provider.serves_pages else None

        def admit(url: str) -> bool:
            origin = _get_origin(url)
            if origin == own:
                return True
            if not self._get_robots(origin).can_fetch(_USER_AGENT, url):
                raise InputError(f"{url}: its robots.txt disallows fetching it")
            return is_on(url, self._allow_private)

        fetched = fetch_bytes(hit.url, rule=admit)
        return _take_snapshot(hit, fetched), fetched.content

    def _get_robots(self, origin: str) -> RobotFileParser:
        if origin in self._robots:
            return self._robots[origin]
        rules = RobotFileParser()
        try:
            fetched = fetch_bytes(
                f"{origin}/robots.txt", rule=lambda url: is_on(url, self._allow_private)
            )
            rules.parse(fetched.content.decode("utf-8", "replace").splitlines())
        except StatusError as error:
            # A failing server may have rules, so be strict; a server without a file has
            # none.
            lines = ["User-agent: *", "Disallow: /"] if error.status >= 500 else []
            rules.parse(lines)
        except InputError:
            rules.parse([])  # fetching the page will fail, too, with a better message
        self._robots[origin] = rules
        return rules

    def _find_date_problem(self, document: Document) -> str | None:
        if self._before is None:
            return None
        if document.published is None:
            return f"states no date, so it may be later than {self._before}"
        if document.published >= self._before:
            return f"is from {document.published}, not before {self._before}"
        return None

    def _build_key(self, hit: Hit, opened: OpenedProvider) -> str:
        # A page that one provider may read at a private address must not be reused for
        # another that may not.
        own = opened.endpoint.origin if opened.provider.serves_pages else ""
        allowed = " ".join(self._allow_private)
        day = self._before if hasattr(opened.provider, "read") else None
        return f"{hit.url} {own} {day or ''} {allowed}".strip()


def _get_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_on(url: str, domains: Sequence[str]) -> bool:
    """Whether an address is on one of the domains, or below one."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == name or host.endswith(f".{name}") for name in domains)


def _shorten_error(error: InputError, url: str) -> str:
    """Return the problem without the address and the advice for files."""
    return str(error).removeprefix(f"{url}: ").partition("; ")[0]


def fetch_page(
    url: str, archive: EvidenceArchive, allow_private: bool
) -> tuple[Snapshot, bytes]:
    """Return a page that the user named, and store it in the archive.

    Raises:
        InputError: the address is refused, or can't be fetched.
    """
    key = f"{url} private" if allow_private else url
    if found := archive.find_page(key):
        return found
    fetched = fetch_bytes(url, allow_private=allow_private)
    snapshot = _take_snapshot(Hit(url), fetched)
    archive.save_page(key, snapshot, fetched.content)
    return snapshot, fetched.content


def _take_snapshot(hit: Hit, fetched: Fetched) -> Snapshot:
    return Snapshot(
        source=hit.url,
        url=fetched.url,
        fetched=datetime.now(UTC),
        sha256=hashlib.sha256(fetched.content).hexdigest(),
        headers=fetched.headers,
        published=hit.published,
    )


def read_snapshot(snapshot: Snapshot, content: bytes) -> Document:
    """Return the document in a page, dated by the provider or by its own text.

    Raises:
        InputError: the content can't be read, or has no text.
    """
    fetched = Fetched(snapshot.url, content, snapshot.headers)
    document = replace(build_web_document(fetched), url=snapshot.url)
    # A wiki's revision date is later than dates in its text, and takes precedence.
    if snapshot.published is not None:
        return replace(
            document, published=snapshot.published, published_from="metadata"
        )
    if document.published is None:
        stated = find_publication_date(document.full_text)
        if stated is not None:
            published, origin = stated
            return replace(document, published=published, published_from=origin)
    return document
