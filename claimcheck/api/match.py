"""Finds earlier fact checks of claims."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from claimcheck.api.check import ClaimsInput, build_statements
from claimcheck.api.clients import (
    ProgressCallback,
    choose_engine,
    choose_settings,
    open_client,
)
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.known import ClaimMatch, KnownClaim, MatchedClaim, Matches
from claimcheck.models.llm import Client, Usage
from claimcheck.models.outcome import Estimate
from claimcheck.models.verdict import Label
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.queries_and_matches import JudgedMatches, judge_matches
from claimcheck.pipeline.signature import build_extractive_signature
from claimcheck.retrieval import EvidenceIndex, is_index, open_index
from claimcheck.search.factcheck import FactCheck
from claimcheck.search.known_claims import MIN_SCORE, KnownClaims
from claimcheck.search.known_files import read_known_claims
from claimcheck.search.provider import Query, open_provider
from claimcheck.search.queries import build_queries
from claimcheck.settings import Limits, SearchSettings, Settings
from claimcheck.text.language import detect_language
from claimcheck.verification.choose_scorer import choose_scorer
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.verdicts import verify_statement
from claimcheck.verification.verifiers import LEXICAL

FACT_CHECK = "factcheck"
# All of them are in one request, so a few more cost little. Chosen by hand.
_MORE_FOR_MODEL = 5
_MAX_RESULTS = 20  # of Google Fact Check Tools, for each query
_MAX_QUERIES = 2  # to it, for each claim
_MAX_PASSAGES = 50  # of an index, for each claim


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How many fact checks of a claim are returned, and how similar they are.

    `search` has the endpoints of the user's settings. `allow_private` allows files of
    fact checks at addresses on private networks.
    """

    limit: int = 3
    min_score: float = MIN_SCORE
    search: SearchSettings | None = None
    allow_private: bool = False


def match(
    claims: ClaimsInput,
    known: Sequence[str | Path | KnownClaim],
    *,
    options: MatchOptions | None = None,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Matches:
    """Find earlier fact checks of the same claims.

    `known` are files or addresses of known claims, indexes of published articles,
    "factcheck" for Google Fact Check Tools, or known claims. A model, if there is one,
    says which of them are the same claim. `settings`, `client`, `progress`, and
    `limits` are as for `check`.

    Raises:
        InputError: there are no claims, or a file can't be read or has no known claim.
        SettingsError: Google Fact Check Tools are not set up.
        ProviderError: Google Fact Check Tools or the model's endpoint did not answer.
    """
    started = time.perf_counter()
    options = options or MatchOptions()
    settings = choose_settings(settings, limits, progress=progress)
    engine = choose_engine(settings, client)
    statements = build_statements(claims)
    found = _find_similar(statements, known, options, engine)
    if engine == "extractive":
        signature = build_extractive_signature("matches", {})
        # Without a model nobody judged, so `relation` stays None.
        judged = JudgedMatches(found, (), Usage(), signature)
    else:
        with open_client(settings, client, progress, limits) as opened:
            judged = drive(judge_matches(statements, found, settings), opened)
    seconds = round(time.perf_counter() - started, 3)
    best = [items[: options.limit] for items in judged.matches]
    return Matches(
        claims=tuple(_compare_all(statements, best)),
        problems=judged.problems,
        usage=replace(judged.usage, seconds=seconds),
        signature=judged.signature,
    )


def estimate_match(
    claims: ClaimsInput,
    known: Sequence[str | Path | KnownClaim],
    *,
    options: MatchOptions,
    settings: Settings,
) -> Estimate:
    """Estimate what a model costs in `match`; it is sent nothing.

    "factcheck" is asked, because what it finds decides what a model is sent.

    Raises:
        InputError, SettingsError, ProviderError: as for `match`.
    """
    from claimcheck.batch.estimate import estimate_requests
    from claimcheck.batch.plan import Plan

    plan = Plan.from_settings(settings, Limits())
    statements = build_statements(claims)
    found = _find_similar(statements, known, options, plan.engine)
    return estimate_requests([judge_matches(statements, found, plan.settings)], plan)


def _find_similar(
    statements: Sequence[Statement],
    known: Sequence[str | Path | KnownClaim],
    options: MatchOptions,
    engine: str,
) -> tuple[tuple[ClaimMatch, ...], ...]:
    # A model sees more matches than are returned, because it may rank a later one
    # first.
    count = options.limit if engine == "extractive" else options.limit + _MORE_FOR_MODEL
    similar = []
    # One collection, because the rarity of a word is computed over all of them.
    with KnownClaims(_collect_known(statements, known, options)) as collection:
        for claim in statements:
            found = collection.match(claim.text, count)
            close = tuple(item for item in found if item.score >= options.min_score)
            similar.append(close)
    return tuple(similar)


def _compare_all(
    claims: Sequence[Statement], matches: Sequence[Sequence[ClaimMatch]]
) -> Iterator[MatchedClaim]:
    """Yield the matches of each claim, with what contradicts it in them."""
    texts = [claim.text for claim in claims]
    texts += [match.known.text for found in matches for match in found]
    # Of a text of few words, the language is uncertain.
    usual = detect_language(" ".join(texts))
    for claim, found in zip(claims, matches, strict=True):
        compared = [_compare(claim, match, usual) for match in found]
        yield MatchedClaim(claim, tuple(compared))


def _compare(
    claim: Statement, match: ClaimMatch, usual_language: str | None
) -> ClaimMatch:
    """Return the match with what contradicts the claim in it.

    The words of a claim and of its opposite are nearly the same.
    """
    text = match.known.text
    language = detect_language(text) or usual_language
    document = replace(Document.from_text(text), language=language)
    verdict = verify_statement(claim, Corpus(document), choose_scorer(LEXICAL))
    for finding in (verdict.finding, verdict.content):
        if finding is not None and finding.label is Label.REFUTED:
            return replace(match, differences=finding.differences)
    return match


def _collect_known(
    statements: Sequence[Statement],
    known: Sequence[str | Path | KnownClaim],
    options: MatchOptions,
) -> list[KnownClaim]:
    """Return the unique known claims that may match the statements."""
    found: dict[KnownClaim, None] = {}
    for source in known:
        if isinstance(source, KnownClaim):
            found[source] = None
        elif source == FACT_CHECK:
            search = options.search or SearchSettings((FACT_CHECK,))
            # A dict, because the same fact check is found for several claims.
            found.update(dict.fromkeys(_ask_fact_check(statements, search)))
        elif is_index(source):
            with open_index(source, create=False) as index:
                for claim in statements:
                    found.update(dict.fromkeys(_search_index(claim.text, index)))
        else:
            claimed = read_known_claims(
                str(source), allow_private=options.allow_private
            )
            found.update(dict.fromkeys(claimed))
    return list(found)


def _search_index(text: str, index: EvidenceIndex) -> list[KnownClaim]:
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
