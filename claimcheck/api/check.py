"""Claims and evidence in, verdicts out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from claimcheck.api.clients import (
    ProgressCallback,
    aopen_client,
    choose_engine,
    open_client,
)
from claimcheck.api.documents import open_document
from claimcheck.config import load_settings
from claimcheck.errors import InputError
from claimcheck.models.claim import Claim, Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.run import Check, Run
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import CheckResult, check_with_model, check_without_model
from claimcheck.pipeline.driver import Flow, adrive, drive
from claimcheck.retrieval import Index
from claimcheck.settings import Settings
from claimcheck.verification.retrieve import Corpus

MAX_CLAIM_CHARACTERS = 10_000  # characters
ClaimsInput = Run | Iterable[Claim | Statement | str]
EvidenceInput = Document | str | Path | Index | Sequence[Document | str | Path]


def check(
    claims: ClaimsInput,
    against: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
) -> Check:
    """A verdict, or a failure, for each claim, in order: whether the documents carry it.

    `claims` is a run, whose claims are meant, or any number of claims, statements and texts. `against` is one document or several
    (as for `summarize`), or an `Index`. Engine, settings, client and progress are as for `summarize`.

    Raises:
        InputError: there is no claim or no evidence, a claim is empty or far too long, or a document can't be read.
        ProviderError: the endpoint gave no answer. (An answer that can't be used is in `check.failures`.)
    """
    started = time.perf_counter()
    settings = settings or load_settings().settings
    library = _collect_evidence(against)
    flow = _build_check_flow(claims, library, settings, choose_engine(settings, client))
    with open_client(settings, client, progress) as carrier:
        return _build_check(drive(flow, carrier), library, claims, started)


async def acheck(
    claims: ClaimsInput,
    against: EvidenceInput,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
) -> Check:
    """As `check`, without blocking while the model works."""
    started = time.perf_counter()
    settings = settings or load_settings().settings
    library = _collect_evidence(against)
    flow = _build_check_flow(claims, library, settings, choose_engine(settings, client))
    async with aopen_client(settings, client, progress) as carrier:
        return _build_check(await adrive(flow, carrier), library, claims, started)


def _build_check_flow(
    claims: ClaimsInput, library: Corpus, settings: Settings, engine: str
) -> Flow[CheckResult]:
    statements = _build_statements(claims)
    return (check_without_model if engine == "extractive" else check_with_model)(
        statements, library, settings
    )


def _build_statements(claims: ClaimsInput) -> list[Statement]:
    if isinstance(claims, str):
        raise InputError(
            "claims: is one text; give a list of claims, each a text of its own"
        )
    given = claims.claims if isinstance(claims, Run) else claims
    statements = [
        Statement.of(claim)
        if isinstance(claim, str)
        else Statement(claim.id, claim.text, claim.speaker)
        for claim in given
    ]
    problems = [
        problem
        for number, statement in enumerate(statements, 1)
        if (problem := _find_text_problem(statement.text, f"claim {number}"))
    ]
    if problems:
        raise InputError("; ".join(problems[:5]))
    if not statements:
        raise InputError("claims: there are none; give at least one")
    return statements


def _find_text_problem(text: str, place: str) -> str | None:
    if not any(character.isalnum() for character in text):
        return f"{place}: holds no words"
    if len(text) > MAX_CLAIM_CHARACTERS:
        return (
            f"{place}: has {len(text):,} characters, a claim has at most {MAX_CLAIM_CHARACTERS:,}; "
            "summarize a longer text first, and check the claims in it"
        )
    return None


def _collect_evidence(against: EvidenceInput) -> Corpus:
    if isinstance(against, Index):
        if not against.count:
            raise InputError(
                f"{against.path}: holds no documents; `claimcheck index add` puts some in"
            )
        return Corpus(against)
    several = [against] if isinstance(against, Document | str | Path) else list(against)
    if not several:
        raise InputError("against: there is no evidence; give at least one document")
    documents = [open_document(source) for source in several]
    if len(documents) == 1:
        return Corpus(documents[0])
    index = Index(":memory:")
    index.add(documents)
    return Corpus(index)


def _build_check(
    found: CheckResult, library: Corpus, claims: ClaimsInput, started: float
) -> Check:
    usage = replace(found.usage, seconds=round(time.perf_counter() - started, 3))
    cited = dict.fromkeys(
        identity
        for verdict in found.verdicts
        for identity in _list_cited_document_ids(verdict)
    )
    return Check(
        verdicts=found.verdicts,
        failures=found.failures,
        claimed_in=claims.document if isinstance(claims, Run) else None,
        documents=tuple(library.get_document(identity) for identity in cited),
        searched=library.document_count,
        usage=usage,
        signature=found.signature,
    )


def _list_cited_document_ids(verdict: Verdict) -> list[str]:
    findings = [verdict.finding, *([verdict.content] if verdict.content else [])]
    return [
        evidence.document_id for finding in findings for evidence in finding.evidence
    ]
