"""`claimcheck batch`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import batch_api, batch_run, options
from claimcheck.cli.option_groups import OptionGroup, with_options
from claimcheck.cli.output import print_note
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import show_count
from claimcheck.cli.results import print_estimate
from claimcheck.counting import format_count
from claimcheck.errors import Interrupted

if TYPE_CHECKING:
    from claimcheck.api.batches import Batch, ReadOptions
    from claimcheck.api.stores import RunStore
    from claimcheck.models.outcome import IngestReport


class RequestMode(StrEnum):
    """How requests get to the model."""

    REQUESTS = "requests"
    BATCH_API = "batch-api"


_Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Files, folders, glob patterns, URLs, JSON Lines of "
        "{id, text, title, date, source}, CSV, or TSV; - reads a list of these from "
        "standard input.",
    ),
]


@dataclass(frozen=True, slots=True)
class WorkOptions(OptionGroup):
    """What is done with the documents of a batch.

    Options:
        --retry-failed: Also retry documents that failed completely or in part.
        --via: batch-api uses OpenAI's Batch API: half the price, answers within a day.
            The first SOURCE is then submit, status, or collect.
    """

    retry_failed: bool = False
    estimate: options.Estimate = False
    via: RequestMode = RequestMode.REQUESTS
    report: options.Report = False


@dataclass(frozen=True, slots=True)
class ReadingOptions(OptionGroup):
    """How the sources are read.

    Options:
        --text-column NAME: The column of a CSV or TSV file that holds the text.
    """

    text_column: str = "text"
    encoding: options.Encoding = None
    allow_private: options.AllowPrivate = False

    def build(self) -> ReadOptions:
        """Return the options of the API."""
        from claimcheck.api.batches import ReadOptions

        return ReadOptions(self.text_column, self.allow_private, self.encoding)


@with_options
def batch(
    sources: _Sources,
    store: options.Store,
    work: WorkOptions,
    max_claims: options.MaxClaims = None,
    *,
    reading: ReadingOptions,
    quiet: options.Quiet = False,
    checks: options.CheckOptions,
    brief: options.BriefOptions,
    llm: options.LLMOptions,
    limits: options.LimitOptions,
) -> None:
    """Summarize many documents into a store, each one once.

    Run the same command again to resume: every answer is stored as soon as it is paid
    for. Ctrl-C, SIGTERM, and a closed terminal finish the requests in progress; a
    second signal stops at once. `claimcheck runs` shows and exports the results.
    """
    from claimcheck.api.batches import Batch

    # First, so that an impossible budget is refused before anything is read.
    request_limits = limits.build_limits()
    check = checks.is_requested
    settings = options.load_run_settings(llm, brief, checks, max_claims=max_claims)
    prepare_engine(settings, quiet=quiet)
    prepare_verifier(settings, check=check, quiet=quiet)
    # The step comes before the sources on the command line, see `split_step`.
    step = None
    if work.via is RequestMode.BATCH_API:
        step, sources = batch_api.split_step(sources, settings)

    with _open_store(store, step, is_estimate=work.estimate) as run_store:
        job = Batch(run_store, settings, request_limits, check=check)
        if sources:
            # Reading many files takes minutes, and nothing is lost by ending it.
            with _explaining_interrupts():
                _add_documents(job, sources, reading.build(), quiet=quiet)
        if work.retry_failed:
            count = job.retry_failed()
            print_note(
                f"{store}: retrying {format_count(count, 'document')}", quiet=quiet
            )
        if work.estimate:
            _print_estimate(job, work.via, quiet=quiet)
        else:
            _run(job, step, report=work.report, quiet=quiet)


@contextmanager
def _explaining_interrupts() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted before any request was sent; run the same command again to "
            "resume"
        ) from None


def _open_store(
    store: Path, step: str | None, *, is_estimate: bool
) -> AbstractContextManager[RunStore]:
    from claimcheck.api.stores import RunStore, open_scratch_copy

    # Adding documents changes the store, which an estimate must not.
    if is_estimate:
        return open_scratch_copy(store)
    # Only a command that adds documents may create the store: a mistyped name would
    # otherwise be an empty batch.
    return RunStore(store, create=step in (None, "submit"))


def _run(batch: Batch, step: str | None, *, report: bool, quiet: bool) -> None:
    if step:
        batch_api.run_batch_api_step(step, batch, report=report, quiet=quiet)
    else:
        batch_run.run_batch(batch, report=report, quiet=quiet)


def _add_documents(
    batch: Batch, sources: list[str], read_options: ReadOptions, *, quiet: bool
) -> None:
    with show_count("reading documents:", quiet=quiet) as on_progress:
        added = batch.add(*sources, how=read_options, on_progress=on_progress)
    print_note(_format_ingest_report(added, batch), quiet=quiet)


def _print_estimate(batch: Batch, via: RequestMode, *, quiet: bool) -> None:
    from claimcheck.api.batches import estimate_batch_api

    with show_count("counting documents:", quiet=quiet) as on_progress:
        if via is RequestMode.BATCH_API:
            estimate = estimate_batch_api(batch, on_progress)
        else:
            estimate = batch.estimate(on_progress)
    print_estimate(estimate, batch.plan.settings.model)


def _format_ingest_report(added: IngestReport, batch: Batch) -> str:
    from claimcheck.models.outcome import DocumentState

    parts = [format_count(added.documents, "document")]
    # A repeated command finds most documents in the store.
    if added.new != added.documents:
        parts.append(f"{added.new:,} of them new")
    if added.changed:
        parts.append(f"{added.changed:,} changed and queued again")
    if added.repeated:
        parts.append(f"{added.repeated:,} repeated texts skipped")
    if added.unreadable:
        parts.append(f"{added.unreadable:,} can't be read")
    # Counted in the store: it includes what earlier commands left.
    pending = batch.info.counts[DocumentState.PENDING]
    return f"{batch.store.path}: {', '.join(parts)}; {pending:,} to do"
