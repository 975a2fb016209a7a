"""`claimcheck check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import open_document, open_evidence
from claimcheck.cli.output import check_writable, print_error, print_note, write_text
from claimcheck.cli.progress import show_spinner
from claimcheck.errors import InputError
from claimcheck.reports.formats import CheckReportFormat, Format, render_check

if TYPE_CHECKING:
    from claimcheck.models.claim import Statement
    from claimcheck.models.run import Run
    from claimcheck.settings import Settings


@options.expand_groups
def check(
    claims: Annotated[
        str,
        typer.Argument(
            metavar="CLAIMS",
            help="A run (JSON), a text file with one claim per line, JSON Lines of "
            "{text, speaker}, or - for standard input.",
        ),
    ],
    evidence: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EVIDENCE",
            help="What to check the claims against: files, folders, URLs, JSON Lines of "
            "{text, title, date, source}, or an index.",
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="EVIDENCE",
            help="Evidence, as an option; may be repeated, and more may follow it.",
        ),
    ] = None,
    text: Annotated[
        bool,
        typer.Option(
            "--text", help="CLAIMS is prose, such as a draft: extract its claims first."
        ),
    ] = False,
    format: Annotated[
        CheckReportFormat, typer.Option("--format", help="Format of the result.")
    ] = Format.TEXT,
    fail_on: Annotated[
        options.FailOn | None,
        typer.Option(
            "--fail-on",
            help="Exit with 1 if a claim is refuted, or if one is not supported for any "
            "reason.",
        ),
    ] = None,
    top_k: options.TopK = None,
    votes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Number of times to ask the model; the majority decides (default 1).",
        ),
    ] = None,
    review_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="For claimreview: the page that will publish the review.",
        ),
    ] = None,
    claimed_at: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="For claimreview: the page that makes the claims, if the claims do not "
            "come from a run that says so.",
        ),
    ] = None,
    allow_private: options.AllowPrivate = False,
    *,
    llm: options.LLMOptions,
    out: options.OutputOptions,
) -> None:
    """Check claims against evidence.

    Each claim is supported, refuted, conflicting, or there is not enough evidence to
    tell, and every verdict quotes the passages it rests on. If a claim reports what
    somebody said, there are two verdicts: did they say it, and is it true? Without a
    model, rules and a trained scorer decide, and abstain where they can't tell.
    """
    from claimcheck.api.check import check as run_check

    sources = [*(against or []), *(evidence or [])]
    if not sources:
        raise InputError("no evidence; name it after CLAIMS, or with --against")
    check_writable(out.output)
    settings = llm.load_settings(top_k=top_k, votes=votes)
    review = None
    if format is Format.CLAIMREVIEW:
        from claimcheck.reports.claimreview import build_review

        review = build_review(settings, review_url, claimed_at=claimed_at)
    if claims == "-" and "-" in sources:
        raise InputError("only one of CLAIMS and the evidence can be standard input")
    if claims == "-" and sys.stdin.isatty():
        print_note(
            "Reading claims from the terminal; end with Ctrl-D.", quiet=out.quiet
        )

    engine = options.announce_engine(settings, quiet=out.quiet)
    statements = _load_claims(claims, settings, is_prose=text)
    documents = open_evidence(sources, allow_private=allow_private, quiet=out.quiet)
    with show_spinner(
        f"{settings.model or engine} is checking",
        quiet=out.quiet or engine == "extractive",
    ) as on_progress:
        result = run_check(
            statements, documents, settings=settings, progress=on_progress
        )

    report = render_check(
        result,
        format,
        include_text=not out.no_text,
        style=options.detect_page_style(out.output),
        review=review,
    )
    write_text(report, out.output)
    for failure in result.failures:
        print_error(f"no verdict: {failure.text!r}: {failure.cause}: {failure.message}")
    if result.failures:
        raise typer.Exit(3)
    if options.has_failing_verdict(result.verdicts, fail_on):
        raise typer.Exit(1)


def _load_claims(
    source: str, settings: Settings, *, is_prose: bool
) -> Run | list[Statement]:
    if not is_prose:
        from claimcheck.api.evidence import read_claims

        return read_claims(source)
    from claimcheck.api.summarize import summarize

    run = summarize(open_document(source), settings=settings)
    if not run.claims:
        raise InputError(f"{run.document.source}: contains no checkable claim")
    return run
