"""The log of a search: what it found, read, and left out, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A result of a search: an address, and what the provider says about it.

    `published` is None where the provider states no date.
    """

    url: str
    title: str | None = None
    snippet: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query to a provider; `problem` says why it has no results."""

    provider: str
    query: str
    results: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class ClaimSearch:
    """How evidence for one claim was searched for.

    `document_ids` are the documents that the claim was compared with, most relevant
    first: `verify` compares it with the same ones again.
    """

    subject: str
    text: str
    speaker: str | None
    queries: tuple[SearchQuery, ...]
    # In the order of retrieval, on which verdicts may depend.
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an address returned at one time; `sha256` identifies the bytes.

    `source` is the requested address and `url` the final one, after redirects.
    `headers` are those that describe the content. `published` is the provider's date,
    if any.
    """

    source: str
    url: str
    fetched: datetime
    sha256: str
    headers: dict[str, str] = field(hash=False)
    published: date | None = None


@dataclass(frozen=True, slots=True)
class SearchedPage:
    """A search result that was read as a document, or left out.

    Exactly one of `document_id` and `problem` is set. `copy_of` is the id of the
    document whose text it repeats: such a page is not an independent source.
    """

    provider: str
    url: str
    title: str | None
    snapshot: Snapshot | None
    document_id: str | None
    problem: str | None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class SearchLog:
    """Everything that a search asked and read.

    `before` excludes pages not published before that day.
    """

    providers: tuple[str, ...]
    before: date | None
    claims: tuple[ClaimSearch, ...]
    pages: tuple[SearchedPage, ...]
