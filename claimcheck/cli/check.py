"""`claimcheck check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import announce_terminal_input, open_document, open_evidence
from claimcheck.cli.option_groups import OptionGroup, with_options
from claimcheck.cli.output import (
    check_writable,
    detect_page_style,
    print_error,
    print_note,
    print_undecided,
    write_text,
)
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import show_spinner
from claimcheck.cli.results import print_estimate, write_report
from claimcheck.errors import InputError
from claimcheck.models.verdict import Label
from claimcheck.reports.formats import CheckReportFormat, Format, render_check

if TYPE_CHECKING:
    from claimcheck.api.indexes import EvidenceIndex
    from claimcheck.models.claim import Statement
    from claimcheck.models.document import Document
    from claimcheck.models.run import Check, Run
    from claimcheck.reports.ci_results import SourceLocation
    from claimcheck.reports.claimreview import Review
    from claimcheck.settings import Limits, SearchSettings, Settings


_Evidence = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EVIDENCE",
        help="What to check the claims against: files, folders, URLs, JSON Lines of "
        "{text, title, date, source}, and indexes.",
    ),
]
# `--against sources/*.txt` works: the shell expands the pattern, the first file is the
# value of the option, and the others are arguments.
_Against = Annotated[
    list[str] | None,
    typer.Option(
        "--against",
        "--index",
        metavar="EVIDENCE",
        help="Same as EVIDENCE. May be repeated; --against sources/*.txt works.",
    ),
]
# Formats that state the line of each claim in its file, which a check does not keep.
_FORMATS_WITH_LINES = (Format.SARIF, Format.JUNIT)
_Format = Annotated[CheckReportFormat, typer.Option("--format", help="Output format.")]
_IsText = Annotated[
    bool,
    typer.Option(
        "--text", help="CLAIMS is prose, such as a draft: extract its claims first."
    ),
]
_Votes = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Number of times to ask the model; the majority decides (default 1).",
    ),
]


@dataclass(frozen=True, slots=True)
class VerdictOptions(OptionGroup):
    """What decides a verdict: verifier, votes, prompts, and evidence."""

    verifier: options.Verifier = None
    top_k: options.TopK = None
    votes: _Votes = None
    prompts: options.Prompts = None

    def load_settings(self, llm: options.LLMOptions) -> Settings:
        """Return the settings in force.

        Raises:
            InputError: there are prompts, but no model.
        """
        flags = {"prompts_folder": self.prompts}
        settings = llm.load_settings(
            verifier=self.verifier, top_k=self.top_k, votes=self.votes, **flags
        )
        options.require_model(settings, flags)
        return settings


@dataclass(frozen=True, slots=True)
class EvidenceOptions(OptionGroup):
    """How the evidence is read."""

    encoding: options.Encoding = None
    allow_private: options.AllowPrivate = False

    def open_evidence(
        self, sources: Sequence[str], *, quiet: bool
    ) -> list[EvidenceIndex | Document] | None:
        """Return the evidence; None without sources, when a search finds it.

        Raises:
            InputError: a source can't be read.
        """
        if not sources:
            return None
        return open_evidence(
            sources,
            allow_private=self.allow_private,
            quiet=quiet,
            encoding=self.encoding,
        )


@dataclass(frozen=True, slots=True)
class ReviewOptions(OptionGroup):
    """What a published ClaimReview says besides the verdicts.

    Options:
        --review-url URL: For claimreview: the page that will publish the review.
        --claimed-at URL: For claimreview: the page that makes the claims, if they do
            not come from a run.
    """

    review_url: str | None = None
    claimed_at: str | None = None

    def build_review(self, settings: Settings, format: Format) -> Review | None:
        """Return the review to publish; None if the format is not claimreview.

        Raises:
            SettingsError: the publisher or the page is missing.
        """
        if format is not Format.CLAIMREVIEW:
            return None
        from claimcheck.reports.claimreview import build_review

        return build_review(settings, self.review_url, claimed_at=self.claimed_at)


@with_options
def check(
    claims: options.ClaimsArgument,
    evidence: _Evidence = None,
    against: _Against = None,
    text: _IsText = False,
    format: _Format = Format.TEXT,
    fail_on: options.FailOnVerdict = None,
    *,
    deciding: VerdictOptions,
    reading: EvidenceOptions,
    searching: options.SearchOptions,
    publication: ReviewOptions,
    llm: options.LLMOptions,
    spending: options.SpendingOptions,
    out: options.OutputOptions,
) -> None:
    """Check claims against evidence.

    A claim is supported, refuted, or conflicting, or there is not enough evidence.
    Every verdict quotes the passages it rests on. A claim that reports what somebody
    said gets two verdicts: did they say it, and is it true? Without a model, only words
    are compared: a claim in other words than the evidence stays undecided, unless a
    verifier judges it.
    """
    quiet, sources = out.quiet, [*(against or []), *(evidence or [])]
    search = searching.load_settings(no_cache=llm.no_cache)
    _validate(claims, sources, search, is_prose=text, is_estimate=spending.estimate)
    check_writable(out.output)
    settings, limits = deciding.load_settings(llm), spending.build_limits()
    # Before the check, because a missing publisher would waste its cost.
    review = publication.build_review(settings, format)
    prepare_engine(settings, quiet=quiet)
    announce_terminal_input(claims, quiet=quiet)
    # Claims before evidence: they are fewer, and a broken row should be known at once.
    statements = _load_claims(claims, settings, limits, is_prose=text, quiet=quiet)
    documents = reading.open_evidence(sources, quiet=quiet)
    if spending.estimate:
        _print_estimate(statements, documents, settings)
        return
    prepare_verifier(settings, quiet=quiet)
    result = _check_claims(statements, documents, search, settings, limits, quiet=quiet)
    # The report has them by claim; here, people see at once that a key is missing.
    _print_search_problems(result, quiet=quiet)
    if format in _FORMATS_WITH_LINES:
        _write_results(result, _locate_claims(claims, statements), format, out)
    else:
        _write_report(result, format, review, out)
    _print_undecided(result, quiet=quiet)
    # After the report: a failed claim must not cost the verdicts of the others.
    _exit_on_problems(result, fail_on)


def _exit_on_problems(result: Check, fail_on: options.FailOn | None) -> None:
    """Exit with 3 if a claim has no verdict, with 1 if `fail_on` applies."""
    # An incomplete check is never a pass, even without --fail-on.
    if result.failures:
        _print_failures(result)
        raise typer.Exit(3)
    if options.has_failing_verdict(result.verdicts, fail_on):
        raise typer.Exit(1)


def _write_report(
    result: Check, format: Format, review: Review | None, out: options.OutputOptions
) -> None:
    style = detect_page_style(out.output)
    report = render_check(
        result, format, include_text=not out.no_text, style=style, review=review
    )
    write_report(report, out.output, format, style)


def _write_results(
    result: Check,
    locations: dict[str, SourceLocation],
    format: Format,
    out: options.OutputOptions,
) -> None:
    from claimcheck.reports.ci_results import list_check_results
    from claimcheck.reports.formats import render_results

    write_text(
        render_results(list_check_results(result, locations), format), out.output
    )


def _locate_claims(
    source: str, claims: Run | list[Statement]
) -> dict[str, SourceLocation]:
    """Map claims to their locations in the document or in the claims file."""
    from claimcheck.reports.ci_results import locate_claims, locate_lines

    if not isinstance(claims, list):
        return locate_claims(claims)
    path = Path(source)
    # Nobody can open a line of standard input.
    return locate_lines(path) if path.is_file() else {}


def _print_failures(result: Check) -> None:
    for failure in result.failures:
        print_error(f"no verdict: {failure.text!r}: {failure.cause}: {failure.message}")


def _print_undecided(result: Check, *, quiet: bool) -> None:
    # The first question only: whether a reported statement is true is often left open.
    labels = [verdict.finding.label for verdict in result.verdicts]
    if result.signature.compares_words:
        undecided = labels.count(Label.NOT_ENOUGH_EVIDENCE)
        print_undecided(undecided, len(labels), quiet=quiet)


def _print_search_problems(result: Check, *, quiet: bool) -> None:
    """Print why search providers failed, each reason once."""
    if result.search is None:
        return
    queries = [query for claim in result.search.claims for query in claim.queries]
    # Each claim meets the same missing key; the reason is printed once.
    problems = dict.fromkeys(query.problem for query in queries if query.problem)
    for problem in problems:
        print_note(f"search: {problem}", quiet=quiet)


def _validate(
    claims: str,
    sources: Sequence[str],
    search: SearchSettings | None,
    *,
    is_prose: bool,
    is_estimate: bool,
) -> None:
    """Refuse a check without evidence, and estimates of unknown work."""
    if not sources and search is None:
        raise InputError(
            "no evidence; name it after CLAIMS or with --against, or use --search to "
            "find some"
        )
    if claims == "-" and "-" in sources:
        raise InputError("only one of CLAIMS and the evidence can be standard input")
    # The claims of a text are unknown until a model lists them.
    if is_estimate and is_prose:
        raise InputError(
            "--estimate can't count the claims of --text; use `claimcheck summarize "
            "--estimate`, then check the run"
        )
    if is_estimate and search:
        raise InputError("--estimate can't count what a search will find")


def _load_claims(
    source: str,
    settings: Settings,
    limits: Limits | None,
    *,
    is_prose: bool,
    quiet: bool,
) -> Run | list[Statement]:
    if not is_prose:
        from claimcheck.api.documents import read_claims
        from claimcheck.api.indexes import looks_like_prose

        # A run has its claims already; only prose needs an extraction.
        claims = read_claims(source)
        if isinstance(claims, list) and looks_like_prose(claims):
            print_note(
                f"{source}: looks like running text, but each line is checked as one "
                "claim; use --text to check the claims in it.",
                quiet=quiet,
            )
        return claims
    from claimcheck.api.cite import remove_citations
    from claimcheck.api.summarize import summarize

    # The cache makes this extraction free when the same text is checked again.
    run = summarize(open_document(source), settings=settings, limits=limits)
    if not run.claims:
        raise InputError(f"{run.document.source}: contains no checkable claim")
    return remove_citations(run, source)


def _check_claims(
    claims: Run | list[Statement],
    evidence: list[EvidenceIndex | Document] | None,
    search: SearchSettings | None,
    settings: Settings,
    limits: Limits | None,
    *,
    quiet: bool,
) -> Check:
    from claimcheck.api.check import check as run_check

    engine = settings.chosen_engine()
    message = f"{settings.model or engine} is checking"
    # Rules take milliseconds; a search waits for the network.
    is_quick = engine == "extractive" and not search
    with show_spinner(message, quiet=quiet or is_quick) as on_progress:
        return run_check(
            claims,
            evidence,
            search=search,
            settings=settings,
            progress=on_progress,
            limits=limits,
        )


def _print_estimate(
    claims: Run | list[Statement],
    evidence: list[EvidenceIndex | Document] | None,
    settings: Settings,
) -> None:
    from claimcheck.api.check import estimate_check

    # Evidence is None only with a search, which an estimate refuses.
    assert evidence is not None
    estimate = estimate_check(claims, evidence, settings=settings)
    print_estimate(estimate, settings.model)
