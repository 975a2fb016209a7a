"""`claimcheck batch`."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import openai_batch, options
from claimcheck.cli.output import print_error, print_note, write_text
from claimcheck.cli.progress import (
    format_failures,
    format_progress,
    report_failures,
    show_count,
    show_progress,
)
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP
from claimcheck.errors import Interrupted

if TYPE_CHECKING:
    from claimcheck.batch.batch import Batch
    from claimcheck.models.outcome import Estimate, IngestReport, Progress, StopSignal


class RequestMode(StrEnum):
    """How requests get to the model."""

    REQUESTS = "requests"
    BATCH_API = "batch-api"


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCES...",
            help="Files, folders, patterns, addresses, JSON Lines of {id, text, title, date, source}, CSV or TSV; "
            "- reads a list of these from standard input.",
        ),
    ],
    store: options.Store,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Check each summary and its claims against the document."
        ),
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed",
            help="Ask again for documents that failed, wholly or in part.",
        ),
    ] = False,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate", help="Count requests, tokens and cost, and send nothing."
        ),
    ] = False,
    via: Annotated[
        RequestMode,
        typer.Option(
            "--via",
            help="batch-api: OpenAI's, at half the price and within a day; SOURCES then begins with submit, status or collect.",
        ),
    ] = RequestMode.REQUESTS,
    report: Annotated[
        bool,
        typer.Option("--report", help="End with a table of what failed, by cause."),
    ] = False,
    concurrency: options.Concurrency = None,
    rpm: options.Rpm = None,
    tpm: options.Tpm = None,
    budget_usd: options.BudgetUsd = None,
    budget_tokens: options.BudgetTokens = None,
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    max_claims: options.MaxClaims = None,
    attempts: options.Attempts = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    text_column: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="The column of a CSV or TSV that holds the text."
        ),
    ] = "text",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Summarize many documents into a store, each once; started again, the same command goes on.

    Answers are stored as soon as they are paid for. Ctrl-C finishes what is under way; twice stops at once.
    `claimcheck runs` shows and exports what is in the store.
    """
    from claimcheck.batch.batch import Batch
    from claimcheck.readers.sources import ReadOptions
    from claimcheck.store.store import RunStore

    limits = options.build_limits(concurrency, rpm, tpm, budget_usd, budget_tokens)
    configured = options.resolve_settings(
        no_cache=no_cache,
        engine=engine,
        model=model,
        base_url=base_url,
        max_claims=max_claims,
        attempts=attempts,
        temperature=temperature,
        seed=seed,
    )
    options.announce_engine(configured, quiet=quiet)
    how = ReadOptions(text_column, allow_private)
    step = None
    if via is RequestMode.BATCH_API:
        step, *sources = sources
        openai_batch.validate_step(step, sources, configured.settings)
    with RunStore(store, create=step in (None, "submit")) as opened:
        made = Batch(opened, configured.settings, limits, check=check)
        if sources:
            with show_count("reading documents:", quiet=quiet) as read:
                intake = made.add(*sources, how=how, told=read)
            _report_ingest(intake, made, quiet=quiet)
        if retry_failed:
            print_note(
                f"{store}: {made.retry_failed():,} documents to ask for again",
                quiet=quiet,
            )
        if estimate:
            with show_count("counting documents:", quiet=quiet) as told:
                write_text(
                    _format_estimate(made.estimate(told), configured.settings.model),
                    None,
                )
            return
        if step:
            openai_batch.run_step(step, made, report=report, quiet=quiet)
            return
        run_batch(made, report=report, quiet=quiet)


def run_batch(batch: Batch, *, report: bool, quiet: bool) -> None:
    """Run the batch with progress on stderr, and report how it ended.

    Raises:
        ProviderError, InputError: what ended it early.
        Interrupted: Ctrl-C did.
        typer.Exit: documents have failed.
    """
    import asyncio

    from claimcheck.models.outcome import Progress, StopSignal

    stop = StopSignal()
    started = time.monotonic()
    with show_progress(Progress.from_status(batch.info), quiet=quiet) as told:
        progress = asyncio.run(_run_interruptibly(batch, told, stop, quiet=quiet))
    print_note(
        f"{batch.store.path}: {format_progress(progress, time.monotonic() - started)}",
        quiet=quiet,
    )
    failures = batch.store.list_failures(batch.number)
    if report and failures:
        write_text(format_failures(batch, failures), None)
    left = progress.total - progress.finished
    if stop.error:
        again = f" {progress.finished:,} of {progress.total:,} documents are finished and stored; the same command goes on."
        print_error(again.strip())
        raise stop.error
    if stop.requested:
        raise Interrupted(
            f"interrupted; {left:,} of {progress.total:,} documents wait in {batch.store.path}: the same command goes on"
        )
    report_failures(progress, failures)


async def _run_interruptibly(
    batch: Batch, told: Callable[[Progress], None], stop: StopSignal, *, quiet: bool
) -> Progress:
    """Run the batch; stop gently on the first Ctrl-C, at once on the second."""
    import asyncio

    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(batch.run(told=told, stop=stop))

    def interrupt() -> None:
        if stop.requested:
            task.cancel()
        else:
            stop.request()
            print_note(
                "finishing what is under way; Ctrl-C again stops at once", quiet=quiet
            )

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        from claimcheck.models.outcome import Progress

        return Progress.from_status(batch.info)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _report_ingest(intake: IngestReport, batch: Batch, *, quiet: bool) -> None:
    from claimcheck.models.outcome import DocumentState

    counts = batch.info.counts
    parts = [f"{intake.documents:,} documents"]
    parts += [f"{intake.new:,} of them new"] if intake.new != intake.documents else []
    parts += [f"{intake.changed:,} changed, to be done again"] if intake.changed else []
    parts += (
        [f"{intake.repeated:,} texts repeated and left out"] if intake.repeated else []
    )
    parts += [f"{intake.unreadable:,} can't be read"] if intake.unreadable else []
    waiting = counts[DocumentState.PENDING]
    print_note(
        f"{batch.store.path}: {', '.join(parts)}; {waiting:,} to do", quiet=quiet
    )


def _format_estimate(found: Estimate, model: str | None) -> str:
    if found.requests == 0:
        return f"{found.documents:,} documents, no request to a model, no cost\n"
    counted_all = found.counted + found.unusable >= found.documents
    about = "" if counted_all else f" (from {found.counted:,} documents)"
    cost = (
        f"${found.cost_usd:,.4f}"
        if found.cost_usd is not None
        else f"not known (no price of {model}; claimcheck.toml can give it)"
    )
    lines = [
        f"documents      {found.documents:,}",
        f"requests       {found.requests:,}{about}; repairs, retries and checks come on top",
        f"tokens in      {found.input_tokens:,}",
        f"tokens out     about {found.output_tokens:,} ({found.output_source})",
        f"cost           {cost}",
    ]
    if found.unusable:
        lines.append(
            f"can't be sent  {found.unusable:,} documents: too long, or without words"
        )
    return "\n".join(lines) + "\n"
