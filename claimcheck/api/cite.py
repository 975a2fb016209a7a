"""Checks whether the sources of a draft say what the draft cites them for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

from claimcheck.api.clients import (
    ProgressCallback,
    choose_engine,
    choose_settings,
    open_client,
)
from claimcheck.errors import InputError
from claimcheck.models.citation import (
    CheckedCitation,
    CheckedStatement,
    CitationCheck,
    CitationOutcome,
    CitedStatement,
    choose_outcome,
    measure_precision,
    measure_recall,
    name_outcome,
)
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, RunProgress, RunWork, Usage
from claimcheck.models.outcome import Estimate
from claimcheck.models.run import CheckFailure, Run, Signature
from claimcheck.models.span import LineIndex, Span, extract_excerpts, format_quote
from claimcheck.models.verdict import Evidence, Label, Verdict
from claimcheck.pipeline.check import CheckResult, check_with_model, check_without_model
from claimcheck.pipeline.driver import Flow, drive
from claimcheck.readers.bibliography import cut_keys
from claimcheck.readers.citations import (
    CitedDraft,
    cut_citations,
    read_cited_draft,
    render_page,
)
from claimcheck.readers.draft_page import render_markdown
from claimcheck.readers.file import read_bytes
from claimcheck.search.archive import EvidenceArchive
from claimcheck.search.fetch import fetch_page, read_snapshot
from claimcheck.settings import Limits, Settings
from claimcheck.verification.retrieve import RecordedCorpus

_Outcome = Verdict | CheckFailure
_Question = tuple[str, tuple[Document, ...]]
# The number of a question and its sources, by its statement.
_Round = dict[str, tuple[int, tuple[Document, ...]]]
_UNDEFINED = "the text does not define it"
# Keeps the last sentence of a source apart from the first one of the next.
_SEPARATOR = "\n\n"


def check_citations(
    draft: str | Path,
    *,
    settings: Settings | None = None,
    client: Client | None = None,
    progress: ProgressCallback = None,
    limits: Limits | None = None,
    allow_private: bool = False,
) -> CitationCheck:
    """Check each sentence of a draft against the sources that it cites.

    `draft` is the path of a Markdown, HTML, or Word file, or "-". Sources are
    addresses, and files in the draft's folder or below it. The other arguments are as
    for `check`.

    Raises:
        InputError: the draft can't be read, or cites nothing.
        ProviderError: the endpoint gave no answer.
    """
    # Reading the sources is most of the work, so its time counts.
    started = time.perf_counter()
    settings = choose_settings(settings, limits, progress=progress)
    parsed, sources = _read_draft(draft, settings, progress, allow_private)
    engine = choose_engine(settings, client)
    with open_client(settings, client, progress, limits) as opened:
        checker = _Checker(settings, engine, opened)
        statements = _check_statements(parsed.cited, sources, checker)
    seconds = round(time.perf_counter() - started, 3)
    # Unreadable sources are reported with the citations that name them.
    readable = [item for item in sources.values() if isinstance(item, Document)]
    return CitationCheck(
        statements=tuple(statements),
        uncited=parsed.uncited,
        unused=parsed.unused,
        documents=tuple(dict.fromkeys(readable)),
        precision=measure_precision(statements),
        recall=measure_recall(statements, len(parsed.uncited)),
        usage=replace(checker.usage, seconds=seconds),
        signature=checker.signature,
    )


def estimate_citations(
    draft: str | Path,
    *,
    settings: Settings,
    progress: ProgressCallback = None,
    allow_private: bool = False,
) -> Estimate:
    """Estimate what a model costs in `check_citations`; it is sent nothing.

    Sources are read. Sources that are read together, because none alone supports a
    sentence, come in addition.

    Raises:
        InputError: as for `check_citations`.
    """
    from claimcheck.batch.estimate import estimate_requests
    from claimcheck.batch.plan import Plan

    plan = Plan.from_settings(settings, Limits())
    parsed, sources = _read_draft(draft, plan.settings, progress, allow_private)
    checker = _Checker(plan.settings, plan.engine, None)
    questions = [
        (statement.claim, (document,))
        for statement in parsed.cited
        for document in _list_documents(statement, sources)
    ]
    return estimate_requests(checker.list_flows(questions), plan)


def _read_draft(
    draft: str | Path,
    settings: Settings,
    progress: ProgressCallback,
    allow_private: bool,
) -> tuple[CitedDraft, dict[str, Document | str]]:
    """Return the sentences of a draft, and what it cites."""
    parsed = read_cited_draft(str(draft))
    folder = Path(draft).parent if str(draft) != "-" else Path()
    return parsed, _read_sources(
        parsed.cited, folder, allow_private, settings, progress
    )


def remove_citations(run: Run, path: str) -> Run:
    """Return the run of a draft without citations in the text of its claims.

    `path` is the draft's file. Without one, the links in a page are unknown.
    """
    document = run.document
    if Path(path).is_file() and document.format in ("html", "docx"):
        name, data = read_bytes(path)
        page = render_page(data, name)
    elif document.format in ("markdown", "text"):
        page = render_markdown(document.full_text)
    else:
        return run
    texts = cut_citations(page, [claim.text for claim in run.claims])
    claims = [
        replace(claim, text=cut_keys(text))
        for claim, text in zip(run.claims, texts, strict=True)
    ]
    return replace(run, claims=tuple(claims))


@dataclass(slots=True)
class _Checker:
    """Compares statements with sources and adds up the usage."""

    settings: Settings
    engine: str
    client: Client | None
    usage: Usage = field(default_factory=Usage)
    signature: Signature = field(init=False)

    def check(self, questions: Sequence[_Question]) -> list[_Outcome]:
        """Return the outcome of each question, a statement and its sources.

        Several sources are read as one document.
        """
        outcomes: dict[int, _Outcome] = {}
        for batch in _split_into_rounds(questions):
            result = drive(self._build_flow(batch), self.client)
            self.usage += result.usage
            self.signature = result.signature
            answered: list[_Outcome] = [*result.verdicts, *result.failures]
            for outcome in answered:
                number, documents = batch[outcome.text]
                outcomes[number] = _restore_evidence(outcome, documents)
        return [outcomes[number] for number in range(len(questions))]

    def list_flows(self, questions: Sequence[_Question]) -> list[Flow[CheckResult]]:
        """Return the flows that answer the questions, without running them."""
        return [self._build_flow(batch) for batch in _split_into_rounds(questions)]

    def _build_flow(self, batch: _Round) -> Flow[CheckResult]:
        is_extractive = self.engine == "extractive" or not batch
        check = check_without_model if is_extractive else check_with_model
        joined = {text: _join(parts) for text, (_, parts) in batch.items()}
        ids = {text: [document.id] for text, document in joined.items()}
        corpus = RecordedCorpus(joined.values(), ids)
        return check([Statement.of(text) for text in joined], corpus, self.settings)


def _split_into_rounds(questions: Sequence[_Question]) -> Iterator[_Round]:
    """Yield the questions in rounds with each statement once; at least one.

    A statement is compared with one document at a time.
    """
    pending = list(enumerate(questions))
    is_first = True
    while pending or is_first:
        is_first = False
        batch: _Round = {}
        later = []
        for number, (claim, documents) in pending:
            if claim in batch:
                later.append((number, (claim, documents)))
            else:
                batch[claim] = number, documents
        yield batch
        pending = later


def _join(documents: tuple[Document, ...]) -> Document:
    """Return several documents as one."""
    if len(documents) == 1:
        return documents[0]
    text = _SEPARATOR.join(document.full_text for document in documents)
    return Document.from_text(text, published=documents[0].published)


def _restore_evidence(outcome: _Outcome, documents: tuple[Document, ...]) -> _Outcome:
    """Return the outcome with evidence located in the original documents."""
    if len(documents) == 1 or not isinstance(outcome, Verdict):
        return outcome
    evidence: list[Evidence] = []
    for passage in outcome.finding.evidence:
        start = 0
        for document in documents:
            end = start + len(document.full_text)
            spans = tuple(
                Span(span.start - start, span.end - start)
                for span in passage.spans
                if start <= span.start and span.end <= end
            )
            if spans:
                parts = extract_excerpts(LineIndex(document.full_text), spans)
                text = format_quote(parts)
                evidence.append(Evidence(document.id, parts, text, passage.stance))
            start = end + len(_SEPARATOR)
    finding = replace(outcome.finding, evidence=tuple(evidence))
    return replace(outcome, finding=finding, content=None)


def _check_statements(
    statements: Sequence[CitedStatement],
    sources: dict[str, Document | str],
    checker: _Checker,
) -> list[CheckedStatement]:
    """Check each statement with each source alone, then with all together."""
    documents = [_list_documents(statement, sources) for statement in statements]
    alone = [
        (statement.claim, (document,))
        for statement, cited in zip(statements, documents, strict=True)
        for document in cited
    ]
    found = {
        (claim, document.id): outcome
        for (claim, (document,)), outcome in zip(
            alone, checker.check(alone), strict=True
        )
    }
    checked = []
    for statement, cited in zip(statements, documents, strict=True):
        citations = [
            _build_citation(source, sources[source], statement.claim, found)
            for source in statement.sources
        ]
        citations += [
            CheckedCitation(key, CitationOutcome.UNDEFINED, problem=_UNDEFINED)
            for key in statement.undefined
        ]
        together = None
        supports = any(item.outcome is CitationOutcome.SUPPORTED for item in citations)
        if len(cited) > 1 and not supports:
            together, citations = _check_together(statement, cited, citations, checker)
        outcome = choose_outcome(citations, together)
        checked.append(
            CheckedStatement(
                statement.text, statement.claim, outcome, tuple(citations), together
            )
        )
    return checked


def _check_together(
    statement: CitedStatement,
    documents: Sequence[Document],
    citations: Sequence[CheckedCitation],
    checker: _Checker,
) -> tuple[Verdict | None, list[CheckedCitation]]:
    """Return the verdict on all sources together, and mark those it needs."""
    (together,) = checker.check([(statement.claim, tuple(documents))])
    if not isinstance(together, Verdict) or together.label is not Label.SUPPORTED:
        return None, list(citations)
    others = [
        tuple(item for item in documents if item is not left_out)
        for left_out in documents
    ]
    outcomes = checker.check([(statement.claim, rest) for rest in others])
    needed = {
        document.id
        for document, rest in zip(documents, outcomes, strict=True)
        if not isinstance(rest, Verdict) or rest.label is not Label.SUPPORTED
    }
    marked = [replace(item, is_needed=item.document_id in needed) for item in citations]
    return together, marked


def _list_documents(
    statement: CitedStatement, sources: dict[str, Document | str]
) -> list[Document]:
    """Return the sources of a statement that could be read, each once."""
    read = [sources[source] for source in statement.sources]
    return list(dict.fromkeys(item for item in read if isinstance(item, Document)))


def _build_citation(
    source: str,
    read: Document | str,
    claim: str,
    found: dict[tuple[str, str], _Outcome],
) -> CheckedCitation:
    if isinstance(read, str):
        return CheckedCitation(source, CitationOutcome.UNREACHABLE, problem=read)
    outcome = found[claim, read.id]
    if isinstance(outcome, Verdict):
        return CheckedCitation(source, name_outcome(outcome), read.id, outcome)
    problem = f"{outcome.cause}: {outcome.message}"
    return CheckedCitation(source, CitationOutcome.FAILED, read.id, problem=problem)


def _read_sources(
    statements: Iterable[CitedStatement],
    folder: Path,
    allow_private: bool,
    settings: Settings,
    progress: ProgressCallback,
) -> dict[str, Document | str]:
    """Return the document of each source, or why it can't be read."""
    names = list(
        dict.fromkeys(chain.from_iterable(item.sources for item in statements))
    )
    sources: dict[str, Document | str] = {}
    with EvidenceArchive(is_fresh=not settings.cache) as archive:
        for number, name in enumerate(names, 1):
            try:
                if urlsplit(name).scheme in ("http", "https"):
                    snapshot, content = fetch_page(name, archive, allow_private)
                    sources[name] = read_snapshot(snapshot, content)
                else:
                    sources[name] = _read_file(name, folder)
            except (InputError, ValueError) as error:
                sources[name] = str(error).removeprefix(f"{name}: ").partition("; ")[0]
            if progress:
                progress(RunProgress(RunWork.SEARCH, number, len(names)))
    return sources


def _read_file(name: str, folder: Path) -> Document:
    """Read a source that is a file in the draft's folder.

    The draft may come from a stranger. It must not name other files on this machine,
    because the result would quote them.
    """
    if urlsplit(name).scheme:
        raise InputError(f"{name}: is neither an http or https address nor a file")
    path = (folder / unquote(urlsplit(name).path)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{name}: is not in the folder of the draft")
    if not path.is_file():
        raise InputError(
            f"{name}: is neither an address nor a file in the draft's folder"
        )
    return Document.from_path(path)
