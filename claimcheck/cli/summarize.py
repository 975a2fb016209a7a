"""`claimcheck summarize`."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli.output import check_writable, error_line, note, working, write
from claimcheck.cli.source import ALLOW_PRIVATE_HELP, SOURCE_HELP, open_document
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.config import Configured
    from claimcheck.core.run import Run


class Format(StrEnum):
    """The formats of a run."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def summarize(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here instead of stdout.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.TEXT,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="ENGINE",
            help="auto, llm or extractive. auto takes llm where a model or endpoint is named, else extractive.",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model, as its endpoint calls it.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An OpenAI-compatible endpoint, such as http://localhost:8080/v1."),
    ] = None,
    max_claims: Annotated[
        int | None, typer.Option(metavar="N", help="At most so many claims, the worthiest (default 30).")
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="T", help="The document's title, when it does not state it.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="When it was published; makes 'Tuesday' a date.")
    ] = None,
    attempts: Annotated[
        int | None,
        typer.Option(metavar="N", help="How often a request is tried when the endpoint fails (default 4)."),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(metavar="X", help="The model's temperature, 0 to 2 (default 0).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="The model's seed, where the endpoint knows seeds.")
    ] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)] = False,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Leave the document's text out of JSON.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Nothing on stderr but errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Summarize a document, and list the claims in it that can be checked.

    Every claim is tied to the characters of the document that carry it. Without a model the
    embedded extractive engine does the work: no key, no network.
    """
    from claimcheck.api import summarize as run_summarize
    from claimcheck.config import load_settings

    published = _date(date)
    check_writable(output)
    flags = {
        "engine": engine,
        "model": model,
        "base_url": base_url,
        "max_claims": max_claims,
        "attempts": attempts,
        "temperature": temperature,
        "seed": seed,
    }
    configured = load_settings(flags)
    if source == "-" and sys.stdin.isatty():
        note("Reading from the terminal; end with Ctrl-D.", quiet=quiet)
    document = open_document(source, title=title, published=published, allow_private=allow_private)
    _say_encoding(document.encoding, document.source, quiet)
    chosen = _choose(configured, quiet)
    reader = configured.settings.model or chosen
    with working(f"{reader} is reading {document.source}", quiet=quiet or chosen == "extractive"):
        run = run_summarize(document, settings=configured.settings)
    write(_rendered(run, format, output, text=not no_text), output)
    if run.failures:
        for failure in run.failures:
            error_line(
                f"{document.source}: characters {failure.start:,}-{failure.end:,}: {failure.cause}: {failure.message}"
            )
        raise typer.Exit(3)


def _rendered(run: Run, format: Format, output: Path | None, *, text: bool) -> str:
    if format is Format.JSON:
        return run.to_json(text=text)
    if not text:
        run = replace(run, document=replace(run.document, text=None))
    if format is Format.MARKDOWN:
        from claimcheck.reports import markdown

        return markdown.render(run)
    from claimcheck.reports import text as text_report

    terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal or os.environ.get("COLUMNS") else 100
    return text_report.render(run, width=max(40, width), colour=terminal and "NO_COLOR" not in os.environ)


def _choose(configured: Configured, quiet: bool) -> str:
    """The engine that will run, said on stderr when nobody asked for it."""
    settings = configured.settings
    chosen = settings.chosen_engine()
    if settings.engine == "auto" and chosen == "llm":
        note(
            f"Engine: llm ({settings.model or 'no model named'} at {settings.endpoint()}); --engine extractive works without a model.",
            quiet=quiet,
        )
    elif settings.engine == "auto":
        key = "OPENAI_API_KEY is set but no model is named. " if settings.api_key else ""
        note(
            f"{key}Engine: extractive (no model); --model NAME, with --base-url URL for a local server, uses a model.",
            quiet=quiet,
        )
    return chosen


def _say_encoding(encoding: str | None, source: str, quiet: bool) -> None:
    if encoding not in (None, "utf-8", "ascii"):
        note(f"{source}: read as {encoding}; convert it to UTF-8 if that is wrong.", quiet=quiet)


def _date(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InputError(
            f"--date {written!r}: is no date; give it as YYYY-MM-DD, such as 2019-03-20"
        ) from None
