"""`claimcheck summarize`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.check import FailOnVerdict, has_failing_verdict
from claimcheck.cli.output import (
    check_writable,
    print_error,
    print_note,
    show_spinner,
    write_text,
)
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, SOURCE_HELP, open_document
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format, RunReportFormat, render_run

if TYPE_CHECKING:
    from claimcheck.models.document import Document
    from claimcheck.models.llm import Stage
    from claimcheck.models.run import Run
    from claimcheck.settings import Settings


def summarize(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP)],
    output: options.Output = None,
    format: Annotated[
        RunReportFormat, typer.Option("--format", help="How to write the result.")
    ] = Format.TEXT,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Check the summary's sentences and the claims against the document.",
        ),
    ] = False,
    fail_on: Annotated[
        FailOnVerdict | None,
        typer.Option(
            "--fail-on",
            help="With --check: exit 1 when one is refuted, or not supported for whatever reason.",
        ),
    ] = None,
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    max_claims: options.MaxClaims = None,
    title: Annotated[
        str | None,
        typer.Option(
            metavar="T", help="The document's title, when it does not state it."
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD", help="When it was published; makes 'Tuesday' a date."
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            help="Keep the run, and every answer that was paid for, in this store of runs.",
        ),
    ] = None,
    attempts: options.Attempts = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    no_cache: options.NoCache = False,
    no_text: options.NoText = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Summarize a document, and list the claims in it that can be checked.

    Every claim is tied to the characters of the document that carry it. Without a model the
    embedded extractive engine does the work: no key, no network.
    """
    from claimcheck.reports.common import describe_failed_passages

    if fail_on and not check:
        raise InputError("--fail-on: goes with --check")
    published = options.parse_date(date)
    check_writable(output)
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
    if source == "-" and sys.stdin.isatty():
        print_note("Reading from the terminal; end with Ctrl-D.", quiet=quiet)
    document = open_document(
        source, title=title, published=published, allow_private=allow_private
    )
    options.announce_encoding(document.encoding, document.source, quiet=quiet)
    chosen = options.announce_engine(configured, quiet=quiet)
    reader = configured.settings.model or chosen
    with show_spinner(
        f"{reader} is reading {document.source}", quiet=quiet or chosen == "extractive"
    ) as told:
        run = _summarize_document(
            document, configured.settings, store, check=check, progress=told
        )
    style = options.detect_page_style(output)
    write_text(render_run(run, format, include_text=not no_text, style=style), output)
    if failed := describe_failed_passages(run):
        print_error(f"{document.source}: {failed}")
    if run.failures:
        for failure in run.failures:
            print_error(
                f"{document.source}: characters {failure.start:,}-{failure.end:,}: {failure.cause}: {failure.message}"
            )
    for unchecked in run.unchecked:
        print_error(
            f"{document.source}: not checked: {unchecked.text!r}: {unchecked.cause}: {unchecked.message}"
        )
    if run.failures or run.unchecked:
        raise typer.Exit(3)
    if has_failing_verdict(run.verdicts, fail_on):
        raise typer.Exit(1)


def _summarize_document(
    document: Document,
    settings: Settings,
    store: Path | None,
    *,
    check: bool,
    progress: Callable[[Stage], None],
) -> Run:
    from claimcheck.api.summarize import summarize as run_summarize

    if store is None:
        return run_summarize(
            document, settings=settings, check=check, progress=progress
        )
    from claimcheck.store.store import RunStore

    with RunStore(store) as opened:
        return run_summarize(
            document, settings=settings, check=check, store=opened, progress=progress
        )
