"""`claimcheck summarize`."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import (
    SOURCE_HELP,
    announce_reading,
    announce_terminal_input,
    open_document,
    open_documents,
)
from claimcheck.cli.option_groups import OptionGroup, with_options
from claimcheck.cli.output import check_writable, detect_page_style, print_error
from claimcheck.cli.prepare import prepare_engine, prepare_verifier
from claimcheck.cli.progress import QUICK_CHARACTERS, show_spinner
from claimcheck.cli.results import check_companion, print_estimate, write_run
from claimcheck.errors import InputError, ProviderError
from claimcheck.reports.formats import Format

if TYPE_CHECKING:
    from claimcheck.api.stores import RunStore
    from claimcheck.models.document import Document
    from claimcheck.models.run import Run
    from claimcheck.settings import Limits, SearchSettings, Settings


_Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE", help=f"{SOURCE_HELP} With --joint several, or a folder."
    ),
]


@dataclass(frozen=True, slots=True)
class DocumentOptions(OptionGroup):
    """Metadata that the document does not state, and how to read it.

    Options:
        --title TITLE: The document's title, if it does not state one.
        --date YYYY-MM-DD: When the document was published; turns 'Tuesday' into a date.
    """

    title: str | None = None
    date: str | None = None
    encoding: options.Encoding = None
    allow_private: options.AllowPrivate = False

    def parse_date(self) -> datetime.date | None:
        """Return the publication date.

        Raises:
            InputError: the option is not a date.
        """
        return None if self.date is None else options.parse_day("--date", self.date)


# The results for which `summarize` exits with 1.
_FailOn = Literal["ungrounded", "refuted", "unsupported"]


@dataclass(frozen=True, slots=True)
class SummaryOptions(OptionGroup):
    """What is summarized together and kept, and what fails.

    Options:
        --fail-on: Exit with 1 if a claim's quote is not in the document or does not say
            what the claim says, or the summary differs from the document (ungrounded);
            with --check also if anything is refuted (refuted), or anything but
            supported (unsupported).
        --store FILE: Save the run, and every answer as soon as it is paid for, in this
            store of runs.
        --joint: Write one summary of all documents: what several of them say is one
            claim, and where they disagree is a position.
    """

    fail_on: _FailOn | None = None
    max_claims: options.MaxClaims = None
    store: Path | None = None
    joint: bool = False


@with_options
def summarize(
    sources: _Sources,
    format: options.RunFormat = Format.TEXT,
    *,
    chosen: SummaryOptions,
    checks: options.CheckOptions,
    searching: options.SearchOptions,
    about: DocumentOptions,
    brief: options.BriefOptions,
    llm: options.LLMOptions,
    spending: options.SpendingOptions,
    out: options.OutputOptions,
) -> None:
    """Summarize a document and list its checkable claims.

    Every claim is tied to the exact characters of the document that support it.
    Without a model, the built-in extractive engine does the work: no key, no network.
    """
    check, quiet = checks.is_requested, out.quiet
    search = searching.load_settings(no_cache=llm.no_cache)
    # Everything that can be refused is refused before a document is read or paid for.
    _validate_options(chosen.fail_on, search, check=check, estimate=spending.estimate)
    limits = spending.build_limits()
    check_writable(out.output)
    max_claims, store = chosen.max_claims, chosen.store
    settings = options.load_run_settings(llm, brief, checks, max_claims=max_claims)

    # A mistyped name must not wait for the download of a model.
    open_sources = _join_sources if chosen.joint else _open_source
    document = open_sources(sources, about, quiet=quiet)
    check_companion(document, format, out.output)
    prepare_engine(settings, quiet=quiet)
    if spending.estimate:
        _print_estimate(document, settings, check=check)
        return
    prepare_verifier(settings, check=check, quiet=quiet)
    write = _build_writer(format, out)
    # A check that fails must not cost the summary, which was paid for already.
    with _keep_paid_run(write):
        run = _summarize_document(
            document, settings, store, limits, check=check, search=search, quiet=quiet
        )
    write(run)
    # After the report: a failed passage must not cost the rest of the run.
    _exit_on_problems(run, chosen.fail_on)


def _build_writer(format: Format, out: options.OutputOptions) -> Callable[[Run], None]:
    return partial(
        write_run,
        format=format,
        path=out.output,
        style=detect_page_style(out.output),
        include_text=not out.no_text,
    )


@contextmanager
def _keep_paid_run(write: Callable[[Run], None]) -> Iterator[None]:
    """Write the run that was paid for if only its check fails."""
    try:
        yield
    except ProviderError as error:
        if error.run is not None:
            write(error.run)
        raise


def _validate_options(
    fail_on: _FailOn | None,
    search: SearchSettings | None,
    *,
    check: bool,
    estimate: bool,
) -> None:
    if fail_on not in (None, "ungrounded") and not check:
        raise InputError(f"--fail-on {fail_on} requires --check")
    if search and not check:
        raise InputError("--search requires --check")
    # The number of pages, and so of tokens, is unknown before a search.
    if search and estimate:
        raise InputError("--estimate can't count what a search will find")


def _open_source(
    sources: Sequence[str], about: DocumentOptions, *, quiet: bool
) -> Document:
    """Return the document, and print a note on how it was read."""
    # Several without --joint are a common mistake: a glob pattern.
    source, *others = sources
    if others:
        raise InputError(
            f"summarize reads one document, and got {len(sources)}; add --joint for "
            "one summary of all, or use `claimcheck batch` for one of each"
        )
    announce_terminal_input(source, quiet=quiet)
    document = open_document(
        source,
        title=about.title,
        published=about.parse_date(),
        allow_private=about.allow_private,
        encoding=about.encoding,
    )
    # Somebody who named the encoding knows how the text was read.
    if about.encoding is None:
        announce_reading(document, quiet=quiet)
    return document


def _join_sources(
    sources: Sequence[str], about: DocumentOptions, *, quiet: bool
) -> Document:
    """Return all documents of the sources as one."""
    from claimcheck.models.document import Document

    if about.title is not None or about.date is not None:
        raise InputError("--title and --date describe one document, not --joint ones")
    # In the order of the command line, which is that of the joined text.
    documents: list[Document] = []
    for source in sources:
        announce_terminal_input(source, quiet=quiet)
        documents += open_documents(
            source,
            allow_private=about.allow_private,
            quiet=quiet,
            encoding=about.encoding,
        )
    return Document.join(documents)


def _exit_on_problems(run: Run, fail_on: _FailOn | None) -> None:
    """Print what failed; exit with 3 for it, or 1 if `fail_on` applies."""
    # The report has them, too, but nobody reads it if it goes into a pipe.
    _print_failures(run)
    external = run.external_check
    if run.failures or run.unchecked or (external and external.failures):
        raise typer.Exit(3)
    if _is_failing(run, fail_on):
        raise typer.Exit(1)


def _is_failing(run: Run, fail_on: _FailOn | None) -> bool:
    if fail_on is None:
        return False
    if run.summary and run.summary.problems:
        return True
    # A claim that its own quote contradicts fails, whatever a check says about it.
    for claim in run.claims:
        if not claim.is_grounded or claim.has_missing_field:
            return True
    # From here on, the exit depends on verdicts, which `ungrounded` does not ask for.
    if fail_on == "ungrounded":
        return False
    external = run.external_check.verdicts if run.external_check else ()
    verdicts = (*run.verdicts, *external)
    return options.has_failing_verdict(verdicts, fail_on)


def _summarize_document(
    document: Document,
    settings: Settings,
    store: Path | None,
    limits: Limits | None,
    *,
    check: bool,
    search: SearchSettings | None,
    quiet: bool,
) -> Run:
    from claimcheck.api.summarize import summarize as run_summarize

    engine = settings.chosen_engine()
    message = f"{settings.model or engine} is reading {document.source}"
    # A spinner that appears for a moment only flickers.
    is_quick = (
        engine == "extractive" and not search and document.characters < QUICK_CHARACTERS
    )
    with (
        show_spinner(message, quiet=quiet or is_quick) as on_progress,
        _open_store(store) as run_store,
    ):
        return run_summarize(
            document,
            settings=settings,
            check=check,
            search=search,
            store=run_store,
            progress=on_progress,
            limits=limits,
        )


def _print_estimate(document: Document, settings: Settings, *, check: bool) -> None:
    from claimcheck.api.summarize import estimate_summarize

    estimate = estimate_summarize(document, settings=settings, check=check)
    print_estimate(estimate, settings.model)


def _open_store(path: Path | None) -> AbstractContextManager[RunStore | None]:
    if path is None:
        return nullcontext()
    from claimcheck.api.stores import RunStore

    return RunStore(path)


def _print_failures(run: Run) -> None:
    from claimcheck.reports.caveats import describe_failed_passages

    source = run.document.source
    failed_passages = describe_failed_passages(run)
    if failed_passages:
        print_error(f"{source}: {failed_passages}")
    for failure in run.failures:
        print_error(
            f"{source}: characters {failure.start:,}-{failure.end:,}: "
            f"{failure.cause}: {failure.message}"
        )
    external = run.external_check.failures if run.external_check else ()
    for unchecked in (*run.unchecked, *external):
        print_error(
            f"{source}: not checked: {unchecked.text!r}: {unchecked.cause}: "
            f"{unchecked.message}"
        )
