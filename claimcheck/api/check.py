"""Claims and evidence in, verdicts out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from claimcheck.api.clients import (
    ProgressCallback,
    aopen_client,
    choose_engine,
    limit_answers,
    open_client,
)
from claimcheck.api.documents import open_document
from claimcheck.config import load_settings
from claimcheck.errors import InputError, join_problems
from claimcheck.models.claim import Claim, Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.outcome import Estimate
from claimcheck.models.run import Check, Run
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import CheckResult, check_with_model, check_without_model
from claimcheck.pipeline.driver import Flow, adrive, drive
from claimcheck.retrieval import Index
from claimcheck.settings import Limits, Settings
from claimcheck.verification.retrieve import Corpus

# A claim is a sentence; whatever is longer is a text with claims in it.
MAX_CLAIM_CHARACTERS = 10_000

ClaimsInput = Run | Iterable[Claim | Statement | str]
EvidenceInput = Document | str | Path | Index | Sequence[Document | str | Path]


def check(
    claims: ClaimsInput,
    against: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Check:
    """Check claims against evidence: one verdict or failure each, in order.

    `claims` is a run, whose claims are checked, or any number of claims, statements,
    and texts. `against` is one document, several (as for `summarize`), or an `Index`.
    `settings`, `client`, `progress`, and `limits` are as for `summarize`.

    Raises:
        InputError: there are no claims or no evidence, a claim is empty or far too
            long, or a document cannot be read.
        ProviderError: the endpoint gave no answer. (An answer that cannot be used is
            in `check.failures`.)
    """
    started = time.perf_counter()
    settings = limit_answers(settings or load_settings().settings, limits)
    corpus = _collect_evidence(against)
    flow = _build_check_flow(claims, corpus, settings, choose_engine(settings, client))
    with open_client(settings, client, progress, limits) as opened:
        result = drive(flow, opened)
    return _build_check(result, corpus, claims, started)


async def acheck(
    claims: ClaimsInput,
    against: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
) -> Check:
    """Do the same as `check` without blocking other tasks."""
    started = time.perf_counter()
    settings = limit_answers(settings or load_settings().settings, limits)
    corpus = await asyncio.to_thread(_collect_evidence, against)
    flow = _build_check_flow(claims, corpus, settings, choose_engine(settings, client))
    async with aopen_client(settings, client, progress, limits) as opened:
        result = await adrive(flow, opened)
    return _build_check(result, corpus, claims, started)


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
    corpus = _collect_evidence(against)
    flow = _build_check_flow(claims, corpus, plan.settings, plan.engine)
    return estimate_requests(flow, plan)


def _build_check_flow(
    claims: ClaimsInput, corpus: Corpus, settings: Settings, engine: str
) -> Flow[CheckResult]:
    statements = _build_statements(claims)
    if engine == "extractive":
        return check_without_model(statements, corpus, settings)
    return check_with_model(statements, corpus, settings)


def _build_statements(claims: ClaimsInput) -> list[Statement]:
    if isinstance(claims, str):
        raise InputError("claims: got one string; give a list with a string per claim")
    statements = []
    problems = []
    for number, claim in enumerate(
        claims.claims if isinstance(claims, Run) else claims, start=1
    ):
        text = claim if isinstance(claim, str) else claim.text
        if problem := _find_text_problem(text):
            problems.append(f"claim {number}: {problem}")
        elif isinstance(claim, str):
            statements.append(Statement.of(claim))
        else:
            statements.append(Statement(claim.id, claim.text, claim.speaker))
    if problems:
        raise InputError(join_problems(problems))
    if not statements:
        raise InputError("claims: there are none; give at least one")
    return statements


def _find_text_problem(text: str) -> str | None:
    if not any(character.isalnum() for character in text):
        return "has no words"
    if text.encode("utf-8", "replace").decode() != text:
        return "contains half of a surrogate pair"
    if len(text) > MAX_CLAIM_CHARACTERS:
        return (
            f"has {len(text):,} characters; the maximum is {MAX_CLAIM_CHARACTERS:,}. "
            "Summarize a longer text first, and check the claims in it."
        )
    return None


def _collect_evidence(against: EvidenceInput) -> Corpus:
    if isinstance(against, Index):
        if not against.count:
            raise InputError(
                f"{against.path}: has no documents; "
                "add some with `claimcheck index add`"
            )
        return Corpus(against)
    if isinstance(against, Document | str | Path):
        against = [against]
    sources = list(against)
    if not sources:
        raise InputError("against: there is no evidence; give at least one document")
    documents = [open_document(source) for source in sources]
    # One document needs no index: all its sentences are compared.
    if len(documents) == 1:
        return Corpus(documents[0])
    index = Index(":memory:")
    index.add(documents)
    return Corpus(index)


def _build_check(
    result: CheckResult, corpus: Corpus, claims: ClaimsInput, started: float
) -> Check:
    cited_ids: dict[str, None] = {}  # a set in the order of first citation
    for verdict in result.verdicts:
        cited_ids.update(dict.fromkeys(_list_cited_document_ids(verdict)))
    seconds = round(time.perf_counter() - started, 3)
    return Check(
        verdicts=result.verdicts,
        failures=result.failures,
        claimed_in=claims.document if isinstance(claims, Run) else None,
        documents=tuple(corpus.get_document(cited) for cited in cited_ids),
        searched=corpus.document_count,
        usage=replace(result.usage, seconds=seconds),
        signature=result.signature,
    )


def _list_cited_document_ids(verdict: Verdict) -> list[str]:
    evidence = list(verdict.finding.evidence)
    if verdict.content is not None:
        evidence += verdict.content.evidence
    return [passage.document_id for passage in evidence]
