"""Find evidence for claims: search, read the pages, and leave out copies.

Everything left out is listed with the reason. The order of the documents depends only
on the claims and the providers' ranking, not on which page arrived first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, zip_longest
from urllib.parse import urldefrag, urlencode

from claimcheck.errors import AuthenticationError, ProviderError
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.search_log import (
    ClaimSearch,
    Hit,
    SearchedPage,
    SearchLog,
    SearchQuery,
)
from claimcheck.search.archive import EvidenceArchive
from claimcheck.search.copies import CopyFinder
from claimcheck.search.fetch import OpenedProvider, PageReader, ReadPage, is_on
from claimcheck.search.provider import Query, SilentEnginesError, open_provider
from claimcheck.search.queries import build_queries
from claimcheck.settings import SearchSettings
from claimcheck.text.language import detect_language

# Each one waits for the network; a server gets one request at a time anyway.
_CONCURRENT_CLAIMS = 8
# A page that can't be read is replaced by the next result, up to this multiple of the
# requested number of pages.
_CANDIDATES_PER_PAGE = 2
_MIN_RESULTS = 10  # so that preferred sites have a chance
OWN_SOURCE = "has the text that makes the claims"
ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """The documents that a search found, and its log.

    The log's `document_ids` are empty: they are filled in when claims are checked.
    """

    documents: tuple[Document, ...]
    log: SearchLog


@dataclass(slots=True)
class _Candidate:
    """A result and its page."""

    hit: Hit
    provider: OpenedProvider
    page: ReadPage = field(default_factory=ReadPage)


def find_evidence(
    statements: Sequence[Statement],
    settings: SearchSettings,
    *,
    queries: Mapping[str, Sequence[str]],
    claimed_in: Document | None = None,
    progress: ProgressCallback | None = None,
) -> FoundEvidence:
    """Search for each claim, and read the best pages.

    `queries` are a model's, by the id of a statement; without any, they are built from
    its words. `claimed_in` is the document with the claims: pages with its text do not
    count.

    Raises:
        SettingsError: a provider is unknown, or is not set up.
        ProviderError: a key is wrong, or no provider answered any query.
        StoreError: the archive can't be used.
    """
    with (
        _open_providers(settings) as providers,
        EvidenceArchive(is_fresh=not settings.reuse) as archive,
    ):
        searcher = _Searcher(settings, providers, archive, queries)
        searches = searcher.search_all(statements, progress)
    _require_answers(searches)
    candidates = chain.from_iterable(found for _, found in searches)
    pages, documents = _select_documents(candidates, claimed_in)
    log = SearchLog(
        providers=tuple(opened.name for opened in providers),
        before=settings.before,
        claims=tuple(search for search, _ in searches),
        pages=tuple(pages),
    )
    return FoundEvidence(tuple(documents), log)


@contextmanager
def _open_providers(settings: SearchSettings) -> Iterator[list[OpenedProvider]]:
    providers: list[OpenedProvider] = []
    try:
        for name in dict.fromkeys(settings.providers):
            provider, endpoint = open_provider(
                name, settings.endpoints, max_requests=settings.max_requests
            )
            providers.append(OpenedProvider(name, provider, endpoint))
        yield providers
    finally:
        for opened in providers:
            opened.endpoint.close()


class _Searcher:
    """Searches with all providers, for any number of claims at once."""

    def __init__(
        self,
        settings: SearchSettings,
        providers: Sequence[OpenedProvider],
        archive: EvidenceArchive,
        suggested: Mapping[str, Sequence[str]],
    ) -> None:
        self._settings = settings
        self._suggested = suggested
        self._providers = providers
        self._archive = archive
        self._reader = PageReader(archive, settings)

    def search_all(
        self, statements: Sequence[Statement], progress: ProgressCallback | None
    ) -> list[tuple[ClaimSearch, list[_Candidate]]]:
        """Return the search of each claim, in order."""
        searches = []
        pool = ThreadPoolExecutor(_CONCURRENT_CLAIMS)
        try:
            for search in pool.map(self._search, statements):
                searches.append(search)
                if progress:
                    progress(len(searches), len(statements))
        finally:
            # After Ctrl-C or a wrong key, don't wait for the other claims.
            pool.shutdown(wait=False, cancel_futures=True)
        return searches

    def _search(self, statement: Statement) -> tuple[ClaimSearch, list[_Candidate]]:
        queries: list[SearchQuery] = []
        ranked: list[list[_Candidate]] = []
        for opened in self._providers:
            asked, hits = self._query(statement, opened)
            queries += asked
            ranked.append([_Candidate(hit, opened) for hit in hits])
        search = ClaimSearch(
            statement.id, statement.text, statement.speaker, tuple(queries), ()
        )
        return search, self._read_pages(_interleave(ranked))

    def _query(
        self, statement: Statement, opened: OpenedProvider
    ) -> tuple[list[SearchQuery], list[Hit]]:
        """Return the queries sent to a provider, and the results.

        All of a model's queries are sent, and their results alternate, because one of
        them searches for a contradiction. If there are not enough results, increasingly
        short queries from the claim's own words follow. A problem ends the search,
        unless another query may have an answer.
        """
        suggested = self._suggested.get(statement.id, ())
        language = detect_language(statement.text)
        limit = max(_MIN_RESULTS, _CANDIDATES_PER_PAGE * self._settings.max_pages)
        asked: list[SearchQuery] = []
        answers: list[Sequence[Hit]] = []
        hits: dict[str, Hit] = {}
        own = build_queries(statement.text, language)
        for text in dict.fromkeys([*suggested, *own]):
            has_enough = len(hits) >= self._settings.max_pages
            if has_enough and len(asked) >= len(suggested):
                break
            query = Query(text, limit, self._settings.before, language)
            try:
                found = self._find_hits(opened, query)
            except AuthenticationError:
                raise  # other claims would also fail
            except ProviderError as error:
                asked.append(SearchQuery(opened.name, text, 0, str(error)))
                if isinstance(error, SilentEnginesError):
                    continue
                break
            asked.append(SearchQuery(opened.name, text, len(found), None))
            answers.append(found)
            hits = _merge_hits(answers[: len(suggested)], answers[len(suggested) :])
        return asked, list(hits.values())

    def _find_hits(self, opened: OpenedProvider, query: Query) -> Sequence[Hit]:
        endpoint = opened.endpoint
        provider_key = (
            f"{opened.name} {endpoint.url} {urlencode(endpoint.parameters)}".strip()
        )
        hits: Sequence[Hit] | None = self._archive.find_hits(provider_key, query)
        if hits is None:
            hits = opened.provider.search(query)
            self._archive.save_hits(provider_key, query, hits)
        return hits

    def _read_pages(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """Read pages until there are enough; return all that were tried."""
        settings = self._settings
        # The sort is stable: preferred sites first, then the providers' order.
        candidates.sort(key=lambda one: not is_on(one.hit.url, settings.prefer))
        wanted = settings.max_pages
        looked_at: list[_Candidate] = []
        for candidate in candidates[: _CANDIDATES_PER_PAGE * wanted]:
            if not wanted:
                break
            candidate.page = self._read(candidate)
            wanted -= candidate.page.document is not None
            looked_at.append(candidate)
        return looked_at

    def _read(self, candidate: _Candidate) -> ReadPage:
        hit = candidate.hit
        if is_on(hit.url, self._settings.exclude):
            return ReadPage(problem="its site is excluded by your settings")
        published, before = hit.published, self._settings.before
        if published and before and published >= before:
            return ReadPage(problem=f"is from {published}, not before {before}")
        try:
            page = self._reader.read(hit, candidate.provider)
        except ProviderError as error:
            return ReadPage(problem=str(error))
        # A redirect may lead to a site that is excluded.
        if page.snapshot and is_on(page.snapshot.url, self._settings.exclude):
            return ReadPage(page.snapshot, None, "leads to a site that is excluded")
        return page


def _merge_hits(
    turns: Sequence[Sequence[Hit]], others: Sequence[Sequence[Hit]]
) -> dict[str, Hit]:
    """Return results by page: first the alternating ones, then the others."""
    hits: dict[str, Hit] = {}
    for hit in chain(*zip_longest(*turns), *others):
        if hit is not None:
            hits.setdefault(urldefrag(hit.url).url, hit)
    return hits


def _interleave(ranked: Sequence[Sequence[_Candidate]]) -> list[_Candidate]:
    """Interleave the providers' results, without duplicate addresses."""
    merged: dict[str, _Candidate] = {}
    for row in zip_longest(*ranked):
        for candidate in row:
            if candidate is not None:
                merged.setdefault(urldefrag(candidate.hit.url).url, candidate)
    return list(merged.values())


def _require_answers(
    searches: Sequence[tuple[ClaimSearch, list[_Candidate]]],
) -> None:
    """Raise ProviderError if no query was answered."""
    queries = [query for search, _ in searches for query in search.queries]
    if queries and all(query.problem for query in queries):
        problems = dict.fromkeys(str(query.problem) for query in queries)
        raise ProviderError("; ".join(list(problems)[:3]), len(queries))


def _select_documents(
    candidates: Iterator[_Candidate], claimed_in: Document | None
) -> tuple[list[SearchedPage], list[Document]]:
    """Return all pages, and the documents that are independent sources."""
    selection = _Selection(claimed_in)
    pages: dict[str, SearchedPage] = {}
    for candidate in candidates:
        hit, document = candidate.hit, candidate.page.document
        if hit.url in pages:
            continue
        page = SearchedPage(
            provider=candidate.provider.name,
            url=hit.url,
            title=(document and document.title) or hit.title,
            snapshot=candidate.page.snapshot,
            document_id=None,
            problem=candidate.page.problem,
        )
        pages[hit.url] = selection.add(page, document) if document else page
    return list(pages.values()), list(selection.documents.values())


class _Selection:
    """The documents that copy neither each other nor the claims' source."""

    def __init__(self, claimed_in: Document | None) -> None:
        self.documents: dict[str, Document] = {}
        self._copies = CopyFinder()
        self._claimed_in = claimed_in
        self._own = CopyFinder()
        if claimed_in is not None and claimed_in.text is not None:
            self._own.add(claimed_in.id, claimed_in.text)

    def add(self, page: SearchedPage, document: Document) -> SearchedPage:
        """Keep a document unless it is a copy; return the outcome."""
        if self._is_source_of_claims(document):
            assert self._claimed_in is not None
            own_id = self._claimed_in.id
            return replace(page, problem=OWN_SOURCE, copy_of=own_id)
        text = document.full_text
        is_known = document.id in self.documents
        original = document.id if is_known else self._copies.find(text)
        if original is not None:
            problem = f"repeats the text of {self.documents[original].source}"
            return replace(page, problem=problem, copy_of=original)
        self._copies.add(document.id, text)
        self.documents[document.id] = document
        return replace(page, document_id=document.id)

    def _is_source_of_claims(self, document: Document) -> bool:
        claimed_in = self._claimed_in
        if claimed_in is None:
            return False
        if document.id == claimed_in.id or self._own.find(document.full_text):
            return True
        addresses = (claimed_in.url, claimed_in.source)
        return bool({document.url, document.source}.intersection(addresses) - {None})
