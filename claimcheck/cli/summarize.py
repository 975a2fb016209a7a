"""`claimcheck summarize`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.check import FailOn, fails
from claimcheck.cli.output import check_writable, error_line, note, working, write
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, SOURCE_HELP, open_document
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.models.document import Document
    from claimcheck.models.llm import Stage
    from claimcheck.models.run import Run
    from claimcheck.settings import Settings


class Format(StrEnum):
    """The formats of a run."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


def summarize(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP)],
    output: options.Output = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.TEXT,
    check: Annotated[
        bool,
        typer.Option("--check", help="Check the summary's sentences and the claims against the document."),
    ] = False,
    fail_on: Annotated[
        FailOn | None,
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
        str | None, typer.Option(metavar="T", help="The document's title, when it does not state it.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="When it was published; makes 'Tuesday' a date.")
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
    allow_private: Annotated[bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)] = False,
    no_cache: options.NoCache = False,
    no_text: options.NoText = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Summarize a document, and list the claims in it that can be checked.

    Every claim is tied to the characters of the document that carry it. Without a model the
    embedded extractive engine does the work: no key, no network.
    """
    from claimcheck.reports.common import failed_passages

    if fail_on and not check:
        raise InputError("--fail-on: goes with --check")
    published = options.day(date)
    check_writable(output)
    configured = options.configured(
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
        note("Reading from the terminal; end with Ctrl-D.", quiet=quiet)
    document = open_document(source, title=title, published=published, allow_private=allow_private)
    options.say_encoding(document.encoding, document.source, quiet=quiet)
    chosen = options.say_engine(configured, quiet=quiet)
    reader = configured.settings.model or chosen
    with working(f"{reader} is reading {document.source}", quiet=quiet or chosen == "extractive") as told:
        run = _made(document, configured.settings, store, check=check, progress=told)
    write(rendered(run, format, output, text=not no_text), output)
    if failed := failed_passages(run):
        error_line(f"{document.source}: {failed}")
    if run.failures:
        for failure in run.failures:
            error_line(
                f"{document.source}: characters {failure.start:,}-{failure.end:,}: {failure.cause}: {failure.message}"
            )
    for unchecked in run.unchecked:
        error_line(
            f"{document.source}: not checked: {unchecked.text!r}: {unchecked.cause}: {unchecked.message}"
        )
    if run.failures or run.unchecked:
        raise typer.Exit(3)
    if fails(run.verdicts, fail_on):
        raise typer.Exit(1)


def _made(
    document: Document,
    settings: Settings,
    store: Path | None,
    *,
    check: bool,
    progress: Callable[[Stage], None],
) -> Run:
    from claimcheck.api.summarize import summarize as run_summarize

    if store is None:
        return run_summarize(document, settings=settings, check=check, progress=progress)
    from claimcheck.store.store import RunStore

    with RunStore(store) as opened:
        return run_summarize(document, settings=settings, check=check, store=opened, progress=progress)


def rendered(run: Run, format: Format, output: Path | None, *, text: bool) -> str:
    """The run in this format, for the page that it will stand on."""
    if format is Format.JSON:
        return run.to_json(text=text)
    if not text:
        run = replace(run, document=replace(run.document, text=None))
    if format is Format.CSV:
        from claimcheck.reports.table import csv_lines

        return "".join(csv_lines([run]))
    if format is Format.HTML:
        from claimcheck.reports import html

        return html.render(run)
    if format is Format.MARKDOWN:
        from claimcheck.reports import markdown

        return markdown.render(run)
    from claimcheck.reports import text as text_report

    width, colour = options.page(output)
    return text_report.render(run, width=width, colour=colour)
