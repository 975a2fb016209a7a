"""A draft in, and whether its sources say what it cites them for, out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

from claimcheck.api.clients import (
    ProgressCallback,
    choose_engine,
    limit_answers,
    open_client,
)
from claimcheck.config import load_settings
from claimcheck.errors import InputError
from claimcheck.models.citation import (
    CheckedCitation,
    CheckedStatement,
    CitationCheck,
    CitedStatement,
)
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, Stage, Usage, Work
from claimcheck.models.run import CheckFailure
from claimcheck.models.verdict import Verdict
from claimcheck.pipeline.check import CheckResult, check_with_model, check_without_model
from claimcheck.pipeline.driver import drive
from claimcheck.readers.citations import read_cited_draft
from claimcheck.search.archive import EvidenceArchive
from claimcheck.search.pages import fetch_page, read_snapshot
from claimcheck.settings import Limits, Settings
from claimcheck.verification.retrieve import RecordedCorpus

_Outcome = Verdict | CheckFailure


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
    started = time.perf_counter()
    settings = limit_answers(settings or load_settings().settings, limits)
    parsed = read_cited_draft(str(draft))
    folder = Path(draft).parent if str(draft) != "-" else Path()
    sources = _read_sources(parsed.cited, folder, allow_private, settings, progress)
    layers = _list_layers(parsed.cited, sources)
    engine = choose_engine(settings, client)
    with open_client(settings, client, progress, limits) as opened:
        results = [_check_layer(layer, settings, engine, opened) for layer in layers]
    verdicts = _map_outcomes(layers, results)
    if not results:  # no source could be read, but the signature is known
        results.append(_check_layer({}, settings, "extractive", None))
    usage = sum((result.usage for result in results), Usage())
    seconds = round(time.perf_counter() - started, 3)
    return CitationCheck(
        statements=tuple(
            _build_statement(statement, sources, verdicts) for statement in parsed.cited
        ),
        uncited=parsed.uncited,
        documents=_list_documents(sources),
        usage=replace(usage, seconds=seconds),
        signature=results[0].signature,
    )


def _list_layers(
    statements: Sequence[CitedStatement], sources: dict[str, Document | str]
) -> list[dict[str, Document]]:
    """Return the first readable source of each, then the second, ..."""
    layers: list[dict[str, Document]] = []
    for statement in statements:
        readable = [sources[source] for source in statement.sources]
        documents = dict.fromkeys(
            item for item in readable if isinstance(item, Document)
        )
        for depth, document in enumerate(documents):
            if depth == len(layers):
                layers.append({})
            layers[depth][statement.text] = document
    return layers


def _check_layer(
    layer: dict[str, Document], settings: Settings, engine: str, client: Client | None
) -> CheckResult:
    """Compare each statement with one source, and with nothing else."""
    check = check_without_model if engine == "extractive" else check_with_model
    statements = [Statement.of(text) for text in layer]
    ids = {text: [document.id] for text, document in layer.items()}
    corpus = RecordedCorpus(layer.values(), ids)
    return drive(check(statements, corpus, settings), client)


def _map_outcomes(
    layers: Sequence[dict[str, Document]], results: Sequence[CheckResult]
) -> dict[tuple[str, str], _Outcome]:
    """Map the text of a statement and the id of its source to the outcome."""
    mapped: dict[tuple[str, str], _Outcome] = {}
    for layer, result in zip(layers, results, strict=True):
        outcomes: list[_Outcome] = [*result.verdicts, *result.failures]
        for outcome in outcomes:
            mapped[outcome.text, layer[outcome.text].id] = outcome
    return mapped


def _list_documents(sources: dict[str, Document | str]) -> tuple[Document, ...]:
    """Return the sources that could be read, each once."""
    readable = [item for item in sources.values() if isinstance(item, Document)]
    return tuple(dict.fromkeys(readable))


def _build_statement(
    statement: CitedStatement,
    sources: dict[str, Document | str],
    verdicts: dict[tuple[str, str], _Outcome],
) -> CheckedStatement:
    citations = []
    for source in statement.sources:
        read = sources[source]
        if isinstance(read, str):
            citations.append(CheckedCitation(source, None, None, read))
            continue
        outcome = verdicts[statement.text, read.id]
        if isinstance(outcome, Verdict):
            citations.append(CheckedCitation(source, read.id, outcome, None))
        else:
            problem = f"{outcome.cause}: {outcome.message}"
            citations.append(CheckedCitation(source, read.id, None, problem))
    return CheckedStatement(statement.text, tuple(citations))


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
                progress(Stage(Work.SEARCH, number, len(names)))
    return sources


def _read_file(name: str, folder: Path) -> Document:
    """Read a source that is a file in the draft's folder.

    A draft may be a stranger's: it must not name other files of this machine, which
    the result would quote.
    """
    if urlsplit(name).scheme:
        raise InputError(f"{name}: is not an http or https address, nor a file")
    path = (folder / unquote(urlsplit(name).path)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{name}: is not in the folder of the draft")
    if not path.is_file():
        raise InputError(f"{name}: is neither an address nor a file beside the draft")
    return Document.from_path(path)
