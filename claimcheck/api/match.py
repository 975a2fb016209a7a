"""Claims in, earlier fact checks of them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimcheck.api.check import ClaimsInput, build_statements
from claimcheck.api.evidence import is_index
from claimcheck.models.claim import Statement
from claimcheck.models.known import ClaimMatch, KnownClaim
from claimcheck.retrieval import Index
from claimcheck.search.factcheck import FactCheck
from claimcheck.search.known_claims import MIN_SCORE, KnownClaims
from claimcheck.search.known_files import read_known_claims
from claimcheck.search.provider import Query, open_provider
from claimcheck.search.queries import build_queries
from claimcheck.settings import SearchSettings
from claimcheck.text.language import detect_language

FACT_CHECK = "factcheck"
_MAX_RESULTS = 20  # of Google Fact Check Tools, for each query
_MAX_QUERIES = 2  # to it, for each claim
_MAX_PASSAGES = 50  # of an index, for each claim


@dataclass(frozen=True, slots=True)
class MatchedClaim:
    """A claim, and the earlier fact checks that are like it, best first."""

    claim: Statement
    matches: tuple[ClaimMatch, ...]


def match(
    claims: ClaimsInput,
    known: Sequence[str | Path | KnownClaim],
    *,
    limit: int = 3,
    min_score: float = MIN_SCORE,
    search: SearchSettings | None = None,
) -> list[MatchedClaim]:
    """Find earlier fact checks of the same claims.

    `known` are files of known claims, indexes of published articles, "factcheck" for
    Google Fact Check Tools, or known claims. `search` has the endpoints of the user's
    settings.

    Raises:
        InputError: there are no claims, or a file can't be read or has no known claim.
        SettingsError: Google Fact Check Tools are not set up.
        ProviderError: Google Fact Check Tools did not answer.
    """
    statements = build_statements(claims)
    fixed: list[KnownClaim] = []
    indexes: list[str] = []
    asks = False
    for source in known:
        if isinstance(source, KnownClaim):
            fixed.append(source)
        elif source == FACT_CHECK:
            asks = True
        elif is_index(source):
            indexes.append(str(source))
        else:
            fixed += read_known_claims(str(source))
    for path in indexes:
        with Index(path, create=False) as index:
            for claim in statements:
                fixed += _search_index(claim.text, index)
    if asks:
        fixed += _ask_fact_check(statements, search or SearchSettings((FACT_CHECK,)))
    # One collection, because how rare a word is depends on all of them.
    with KnownClaims(dict.fromkeys(fixed)) as collection:
        return [_match_one(claim, collection, limit, min_score) for claim in statements]


def _match_one(
    claim: Statement, collection: KnownClaims, limit: int, min_score: float
) -> MatchedClaim:
    matches = collection.match(claim.text, limit)
    kept = [item for item in matches if item.score >= min_score]
    return MatchedClaim(claim, tuple(kept))


def _search_index(text: str, index: Index) -> list[KnownClaim]:
    known = []
    for hit in index.search(text, _MAX_PASSAGES):
        document = index.document(hit.document_id)
        known.append(
            KnownClaim(
                text=hit.text,
                title=document.title,
                reviewed=document.published,
                url=document.url or document.source,
            )
        )
    return known


def _ask_fact_check(
    claims: Sequence[Statement], settings: SearchSettings
) -> list[KnownClaim]:
    provider, endpoint = open_provider(
        FACT_CHECK, settings.endpoints, max_requests=settings.max_requests
    )
    assert isinstance(provider, FactCheck)
    found: list[KnownClaim] = []
    try:
        for claim in claims:
            language = detect_language(claim.text)
            for words in build_queries(claim.text)[:_MAX_QUERIES]:
                query = Query(words, _MAX_RESULTS, settings.before, language)
                found += provider.find_known(query)
    finally:
        endpoint.close()
    return found
