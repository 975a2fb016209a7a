"""Claims and evidence in, verdicts out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.api.clients import (
    ProgressCallback,
    aopen_client,
    choose_engine,
    choose_settings,
    open_client,
)
from claimcheck.api.documents import open_document
from claimcheck.arguments import iter_items
from claimcheck.english.metadata import fill_date
from claimcheck.errors import InputError, join_problems
from claimcheck.json_lines import find_half_pair
from claimcheck.models.claim import Claim, Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, RunProgress, RunWork
from claimcheck.models.outcome import Estimate
from claimcheck.models.review import list_checkable_claims
from claimcheck.models.run import Cause, Check, CheckFailure, Run
from claimcheck.models.search_log import SearchLog
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import CheckResult, check_with_model, check_without_model
from claimcheck.pipeline.driver import Flow, adrive, drive
from claimcheck.pipeline.queries_and_matches import SuggestedQueries, suggest_queries
from claimcheck.pipeline.signature import merge_signatures
from claimcheck.retrieval import EvidenceIndex, Index
from claimcheck.settings import Limits, SearchSettings, Settings
from claimcheck.verification.retrieve import Corpus

if TYPE_CHECKING:
    from claimcheck.search.gather import FoundEvidence

# A claim is a sentence or two; anything longer is a text that contains claims.
MAX_CLAIM_CHARACTERS = 10_000

ClaimsInput = Run | Iterable[Claim | Statement | str]
EvidenceSource = Document | str | Path | EvidenceIndex
EvidenceInput = EvidenceSource | Sequence[EvidenceSource]


def check(
    claims: ClaimsInput,
    against: EvidenceInput | None = None,
    *,
    search: SearchSettings | None = None,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Check:
    """Check claims against evidence: one verdict or failure each, in order.

    `claims` is a run, whose claims are checked as people edited them, without those
    they rejected, or any number of claims, statements, and texts. `against` is one
    document, several (as for `summarize`), or an `Index`.
    `search` finds evidence, in addition to `against` or alone. `settings`, `client`,
    `progress`, and `limits` are as for `summarize`.

    Raises:
        InputError: there are no claims or no evidence, a claim is empty or far too
            long, or a document cannot be read.
        ProviderError: the endpoint gave no answer. (An answer that cannot be used is
            in `check.failures`.)
    """
    settings = choose_settings(settings, limits, search, progress=progress)
    engine = choose_engine(settings, client)
    job = CheckJob.start(claims, against, search, settings, engine)
    with open_client(settings, client, progress, limits) as opened:
        return job.run(opened, progress)


async def acheck(
    claims: ClaimsInput,
    against: EvidenceInput | None = None,
    *,
    search: SearchSettings | None = None,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Check:
    """Do the same as `check` without blocking other tasks."""
    settings = choose_settings(settings, limits, search, progress=progress)
    engine = choose_engine(settings, client)
    # Reads the evidence, which may be many files.
    job = await asyncio.to_thread(
        CheckJob.start, claims, against, search, settings, engine
    )
    async with aopen_client(settings, client, progress, limits) as opened:
        return await job.arun(opened, progress)


def estimate_check(
    claims: ClaimsInput, against: EvidenceInput, *, settings: Settings
) -> Estimate:
    """Estimate what `check` costs; nothing is sent.

    Raises:
        InputError: there are no claims or no evidence, or they cannot be read.
    """
    from claimcheck.batch.estimate import estimate_requests
    from claimcheck.batch.plan import Plan

    plan = Plan.from_settings(settings, Limits(), check=True)
    job = CheckJob.start(claims, against, None, plan.settings, plan.engine)
    # An estimate searches nothing, so there are no queries to suggest.
    job.find_evidence(None)
    return estimate_requests([job.build_flow()], plan)


@dataclass(slots=True)
class CheckJob:
    """What `check` and `acheck` share: only the driver differs.

    `unsearched` are the claims that have no evidence: none was given, and every
    search for them failed. They become failures, not verdicts.
    """

    statements: Sequence[Statement]
    claimed_in: Document | None
    indexes: Sequence[EvidenceIndex]
    documents: Sequence[Document]
    search: SearchSettings | None
    settings: Settings
    engine: str
    started: float
    corpus: Corpus = field(init=False)
    log: SearchLog | None = None
    unsearched: tuple[CheckFailure, ...] = ()
    suggested: SuggestedQueries | None = None

    @classmethod
    def start(
        cls,
        claims: ClaimsInput,
        against: EvidenceInput | None,
        search: SearchSettings | None,
        settings: Settings,
        engine: str,
    ) -> CheckJob:
        """Read the claims and the evidence that was given.

        Raises:
            InputError: as for `check`.
        """
        started = time.perf_counter()
        # Its own document can't be independent evidence: searches leave it out.
        claimed_in = claims.document if isinstance(claims, Run) else None
        # An iterator of claims would be empty the second time.
        statements = build_statements(claims)
        indexes, documents = _open_evidence(against)
        if search is None and not indexes and not documents:
            raise InputError("against: is empty; name a source or a search")
        return cls(
            statements,
            claimed_in,
            indexes,
            documents,
            search,
            settings,
            engine,
            started,
        )

    def run(self, client: Client | None, progress: ProgressCallback) -> Check:
        """Find the evidence, and check the claims."""
        self.find_evidence(drive(self.suggest_queries(), client), progress)
        return self.finish(drive(self.build_flow(), client))

    async def arun(self, client: Client | None, progress: ProgressCallback) -> Check:
        """Do the same as `run` without blocking other tasks."""
        suggested = await adrive(self.suggest_queries(), client)
        await asyncio.to_thread(self.find_evidence, suggested, progress)
        return self.finish(await adrive(self.build_flow(), client))

    def suggest_queries(self) -> Flow[SuggestedQueries | None]:
        """Ask the model for queries; None without a search or a model."""
        if self.search is None or self.engine == "extractive":
            return None
        return (yield from suggest_queries(self.statements, self.settings))

    def find_evidence(
        self, suggested: SuggestedQueries | None, progress: ProgressCallback = None
    ) -> None:
        """Search if a search is set, and index all evidence.

        Raises:
            SettingsError, ProviderError: as for `check`.
        """
        self.suggested = suggested
        # A copy, because the documents of a caller must not grow.
        documents = list(self.documents)
        if self.search is not None:
            found = self._search(self.search, progress)
            documents += found.documents
            self.log = found.log
            # With other evidence, a claim still has something to be compared with.
            if not self.documents and not self.indexes:
                self.unsearched = _list_unsearched(found.log)
        self.corpus = _build_corpus(self.indexes, documents)

    def _search(
        self, search: SearchSettings, progress: ProgressCallback
    ) -> FoundEvidence:
        from claimcheck.search.gather import find_evidence

        def report(done: int, total: int) -> None:
            if progress:
                progress(RunProgress(RunWork.SEARCH, done, total))

        return find_evidence(
            self.statements,
            search,
            queries=self.suggested.queries if self.suggested else {},
            claimed_in=self.claimed_in,
            progress=report,
        )

    def build_flow(self) -> Flow[CheckResult]:
        """Return the flow that compares the claims with the evidence."""
        # They have an outcome already; a second one would break "one outcome per
        # claim".
        failed = {failure.subject for failure in self.unsearched}
        checked = [item for item in self.statements if item.id not in failed]
        check = check_without_model if self.engine == "extractive" else check_with_model
        return check(checked, self.corpus, self.settings)

    def finish(self, result: CheckResult) -> Check:
        """Build the check from what the flow returned."""
        corpus = self.corpus
        cited_ids: dict[str, None] = {}  # a set in the order of first citation
        for verdict in result.verdicts:
            cited_ids.update(dict.fromkeys(_list_cited_document_ids(verdict)))
        log = self.log and _fill_document_ids(self.log, corpus)
        seconds = round(time.perf_counter() - self.started, 3)
        # The flow knows only its own requests.
        usage, signature = result.usage, result.signature
        # Queries are requests, too: they cost something, and have prompts of their own.
        if self.suggested is not None:
            usage += self.suggested.usage
            signature = merge_signatures(signature, self.suggested.signature)
        return Check(
            verdicts=result.verdicts,
            failures=(*self.unsearched, *result.failures),
            claimed_in=self.claimed_in,
            # Only cited documents: an index may have a million.
            documents=tuple(fill_date(corpus.get_document(id_)) for id_ in cited_ids),
            searched=corpus.document_count,
            usage=replace(usage, seconds=seconds),
            signature=signature,
            search=log,
        )


def _list_unsearched(log: SearchLog) -> tuple[CheckFailure, ...]:
    failures = []
    for claim in log.claims:
        problems = [query.problem for query in claim.queries]
        # If one provider answered, the claim was searched for, and nothing was found.
        if problems and all(problems):
            message = "; ".join(dict.fromkeys(map(str, problems)))
            failures.append(
                CheckFailure(
                    claim.subject, claim.text, Cause.UNANSWERED, message, 1, None
                )
            )
    return tuple(failures)


def _fill_document_ids(log: SearchLog, corpus: Corpus) -> SearchLog:
    """Return the log with the documents that each claim was compared with.

    The archive also saves the ones that the user gave, so that a bundle has them.
    """
    from claimcheck.search.archive import EvidenceArchive

    pages = {page.document_id for page in log.pages}
    claims = []
    with EvidenceArchive() as archive:
        for claim in log.claims:
            documents = [item.document for item in corpus.find_documents(claim.text)]
            archive.save_documents(item for item in documents if item.id not in pages)
            ids = tuple(document.id for document in documents)
            claims.append(replace(claim, document_ids=ids))
    return replace(log, claims=tuple(claims))


def build_statements(claims: ClaimsInput) -> list[Statement]:
    """Return the statements to check.

    Raises:
        InputError: there are no claims, or one is empty or far too long.
    """
    if isinstance(claims, Run):
        claims = list_checkable_claims(claims)
    statements = []
    problems = []
    # All problems at once: a list of claims is corrected in one pass.
    for number, claim in enumerate(iter_items(claims, "claim"), start=1):
        if not isinstance(claim, str | Claim | Statement):
            problems.append(
                f"claim {number}: is of type {type(claim).__name__}; "
                "give a string, a Statement, or a Claim"
            )
        elif problem := _find_text_problem(
            claim if isinstance(claim, str) else claim.text
        ):
            problems.append(f"claim {number}: {problem}")
        # The id comes from the text, so the same claim has the same id in every check.
        elif isinstance(claim, str):
            statements.append(Statement.of(claim))
        else:
            statements.append(Statement(claim.id, claim.text, claim.speaker))
    if problems:
        raise InputError(join_problems(problems))
    if not statements:
        raise InputError("claims: the list is empty; give at least one")
    return statements


def _find_text_problem(text: str) -> str | None:
    if not any(character.isalnum() for character in text):
        return "has no words"
    if find_half_pair(text) >= 0:
        return "contains half of a surrogate pair"
    if len(text) > MAX_CLAIM_CHARACTERS:
        return (
            f"has {len(text):,} characters; the maximum is {MAX_CLAIM_CHARACTERS:,}. "
            "Summarize a longer text first, and check the claims in it."
        )
    return None


def _open_evidence(
    against: EvidenceInput | None,
) -> tuple[list[EvidenceIndex], list[Document]]:
    if against is None:
        return [], []
    # A dict is refused below; its items would be its keys.
    if isinstance(against, str | Mapping) or not isinstance(against, Iterable):
        against = [against]
    # Indexes are searched where they are; documents are indexed together.
    indexes = [source for source in against if isinstance(source, EvidenceIndex)]
    for index in indexes:
        if not index.count:
            raise InputError(
                f"{index.path}: has no documents; add some with `claimcheck index add`"
            )
    others = [source for source in against if not isinstance(source, EvidenceIndex)]
    return indexes, [open_document(source) for source in others]


def _build_corpus(
    indexes: Sequence[EvidenceIndex], documents: Sequence[Document]
) -> Corpus:
    # One document needs no index: all its sentences are compared.
    if len(documents) == 1 and not indexes:
        return Corpus(documents[0])
    if not documents:
        return Corpus(indexes)
    # Words are rare or common over all documents, so they need one index.
    index = Index(":memory:")
    index.add(documents)
    return Corpus([index, *indexes])


def _list_cited_document_ids(verdict: Verdict) -> list[str]:
    # Both questions about an attributed claim may cite documents.
    evidence = list(verdict.finding.evidence)
    if verdict.content is not None:
        evidence += verdict.content.evidence
    return [passage.document_id for passage in evidence]
