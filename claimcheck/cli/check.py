"""`claimcheck check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
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
from claimcheck.reports.formats import CheckReportFormat, Format, render_check

if TYPE_CHECKING:
    from claimcheck.models.claim import Statement
    from claimcheck.models.run import Run
    from claimcheck.models.verdict import Verdict
    from claimcheck.settings import Settings


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
        CheckReportFormat, typer.Option("--format", help="How to write the result.")
    ] = Format.TEXT,
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
    review = None
    if format is Format.CLAIMREVIEW:
        from claimcheck.reports.claimreview import build_review

        review = build_review(settings, review_url, claimed_at=claimed_at)
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
    report = render_check(
        result,
        format,
        include_text=not no_text,
        style=options.detect_page_style(output),
        review=review,
    )
    write_text(report, output)
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


def _load_claims(name: str, text: bool, settings: Settings) -> Run | list[Statement]:
    if not text:
        from claimcheck.readers.claims import read_claims

        return read_claims(name)
    from claimcheck.api.summarize import summarize

    run = summarize(open_document(name), settings=settings)
    if not run.claims:
        raise InputError(f"{run.document.source}: no checkable claim was found in it")
    return run
