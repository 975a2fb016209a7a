"""`claimcheck check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import (
    check_writable,
    print_error,
    print_note,
    show_spinner,
    write_text,
)
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, open_document, open_evidence
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.models.claim import Statement
    from claimcheck.models.run import Check, Run
    from claimcheck.models.verdict import Verdict
    from claimcheck.settings import Settings


class VerdictFormat(StrEnum):
    """The formats of a check."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CLAIMREVIEW = "claimreview"


class FailOnVerdict(StrEnum):
    """The verdicts for which the exit code is 1."""

    REFUTED = "refuted"
    UNSUPPORTED = "unsupported"


def check(
    claims: Annotated[
        str,
        typer.Argument(
            metavar="CLAIMS",
            help="A run (JSON), a text file with a claim a line, JSON Lines of {text, speaker}, or - for standard input.",
        ),
    ],
    against: Annotated[
        list[str],
        typer.Option(
            "--against",
            metavar="SOURCE...",
            help="The evidence: files, folders, addresses, JSON Lines of {text, title, date, source}, or an index.",
        ),
    ],
    text: Annotated[
        bool,
        typer.Option(
            "--text",
            help="CLAIMS is a whole text, such as a draft: the claims in it are found first.",
        ),
    ] = False,
    output: options.Output = None,
    format: Annotated[
        VerdictFormat, typer.Option("--format", help="How to write the result.")
    ] = VerdictFormat.TEXT,
    fail_on: Annotated[
        FailOnVerdict | None,
        typer.Option(
            "--fail-on",
            help="Exit 1 when a claim is refuted, or not supported for whatever reason.",
        ),
    ] = None,
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    top_k: options.TopK = None,
    votes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Ask the model so often and take the majority (default 1).",
        ),
    ] = None,
    attempts: options.Attempts = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    review_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="For claimreview: the page on which the review will stand.",
        ),
    ] = None,
    claimed_at: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="For claimreview: the page that makes the claims, where it is not known.",
        ),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    no_cache: options.NoCache = False,
    no_text: options.NoText = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Check claims against evidence: supported, refuted, conflicting, or not enough to tell.

    Every verdict quotes the passages that it rests on. Words that somebody is said to have said are asked twice: did
    they say it, and is it so. Without a model, rules and fitted weights do the work, and abstain where they can't tell.
    """
    from claimcheck.api.check import check as run_check

    check_writable(output)
    configured = options.resolve_settings(
        no_cache=no_cache,
        engine=engine,
        model=model,
        base_url=base_url,
        top_k=top_k,
        votes=votes,
        attempts=attempts,
        temperature=temperature,
        seed=seed,
    )
    settings = configured.settings
    if format is VerdictFormat.CLAIMREVIEW:
        from claimcheck.reports.claimreview import require_publisher

        require_publisher(settings, review_url)
    if claims == "-" and sys.stdin.isatty():
        print_note("Reading claims from the terminal; end with Ctrl-D.", quiet=quiet)
    if claims == "-" and "-" in against:
        raise InputError("CLAIMS and --against: only one of them can be standard input")
    chosen = options.announce_engine(configured, quiet=quiet)
    wanted = _load_claims(claims, text, settings)
    evidence = open_evidence(against, allow_private=allow_private, quiet=quiet)
    with show_spinner(
        f"{settings.model or chosen} is checking", quiet=quiet or chosen == "extractive"
    ) as told:
        result = run_check(wanted, evidence, settings=settings, progress=told)
    write_text(
        _render_check(
            result,
            format,
            settings,
            _OutputOptions(output, review_url, claimed_at, not no_text),
        ),
        output,
    )
    for failure in result.failures:
        print_error(f"no verdict: {failure.text!r}: {failure.cause}: {failure.message}")
    if result.failures:
        raise typer.Exit(3)
    if has_failing_verdict(result.verdicts, fail_on):
        raise typer.Exit(1)


def has_failing_verdict(
    verdicts: Sequence[Verdict], fail_on: FailOnVerdict | None
) -> bool:
    """Whether any verdict is of the kind to fail on."""
    from claimcheck.models.verdict import Label

    bad = {
        None: set(),
        FailOnVerdict.REFUTED: {Label.REFUTED},
        FailOnVerdict.UNSUPPORTED: set(Label) - {Label.SUPPORTED},
    }[fail_on]
    return any(verdict.label in bad for verdict in verdicts)


@dataclass(frozen=True, slots=True)
class _OutputOptions:
    """Where the result goes, with which addresses, and whether with the documents' texts."""

    output: Path | None
    review_url: str | None
    claimed_at: str | None
    text: bool


def _load_claims(name: str, text: bool, settings: Settings) -> Run | list[Statement]:
    if not text:
        from claimcheck.readers.claims import read_claims

        return read_claims(name)
    from claimcheck.api.summarize import summarize

    run = summarize(open_document(name), settings=settings)
    if not run.claims:
        raise InputError(f"{run.document.source}: no checkable claim was found in it")
    return run


def _render_check(
    result: Check, format: VerdictFormat, settings: Settings, written: _OutputOptions
) -> str:
    if format is VerdictFormat.JSON:
        return result.to_json(text=written.text)
    if format is VerdictFormat.HTML:
        from claimcheck.reports import html

        if not written.text:
            documents = tuple(
                replace(document, text=None) for document in result.documents
            )
            result = replace(result, documents=documents)
        return html.render(result)
    if format is VerdictFormat.MARKDOWN:
        from claimcheck.reports import verdicts_markdown

        return verdicts_markdown.render_check(result)
    if format is VerdictFormat.CLAIMREVIEW:
        from claimcheck.reports import claimreview

        today = datetime.now(UTC).date()
        return claimreview.render(
            result,
            settings,
            review_url=str(written.review_url),
            published=today,
            claimed_at=written.claimed_at,
        )
    from claimcheck.reports import verdicts_text

    width, colour = options.detect_page_style(written.output)
    return verdicts_text.render_check(result, width=width, colour=colour)
