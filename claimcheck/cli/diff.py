"""`claimcheck diff`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claimcheck.cli import options
from claimcheck.cli.inputs import is_url, open_document
from claimcheck.cli.option_groups import with_options
from claimcheck.cli.output import check_writable, detect_page_style, print_note
from claimcheck.cli.results import write_report
from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format, PageStyle

if TYPE_CHECKING:
    from rich.text import Text

    from claimcheck.models.document import Document
    from claimcheck.models.run import Run
    from claimcheck.reports.diff import (
        DecisionChange,
        RewordedClaim,
        RunDiff,
        VerdictChange,
    )


_Change = Literal["any", "added", "gone", "reworded", "moved", "verdicts", "decisions"]
_Old = Annotated[
    str,
    typer.Argument(
        metavar="OLD", help="A run (JSON), or a document to summarize first."
    ),
]
_New = Annotated[
    str, typer.Argument(metavar="NEW", help="The run or document to compare.")
]


@with_options
def diff(
    old: _Old,
    new: _New,
    check: bool = False,
    fail_on: _Change | None = None,
    format: options.ReportFormat = Format.TEXT,
    output: options.Output = None,
    allow_private: options.AllowPrivate = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    *,
    engine: options.EngineOptions,
) -> None:
    """Compare the claims of two runs or documents.

    Lists added, gone, reworded, and moved claims, and changed verdicts and decisions.
    If OLD or NEW is a document, all its claims are compared.

    Options:
        --check: Check summarized documents, to compare verdicts, too.
        --fail-on: Exit with 1 if there are changes of this kind.
    """
    from claimcheck.api.summarize import summarize
    from claimcheck.models.run import Run
    from claimcheck.reports.diff import compare_runs
    from claimcheck.settings.run import RANGES

    check_writable(output)
    if old == new == "-":
        raise InputError("only one of OLD and NEW can be standard input")
    # A claim that made room for another one would look gone.
    every = int(RANGES["max_claims"].high)
    settings = engine.load_settings(max_claims=every, no_cache=no_cache)
    runs = []
    for source in (old, new):
        loaded = _load_run_or_document(source, allow_private=allow_private)
        if not isinstance(loaded, Run):
            loaded = summarize(loaded, settings=settings, check=check)
        runs.append(loaded)
        _note_left_out(loaded, source, quiet=quiet)
    # From here on, documents and runs are alike.
    changes = compare_runs(*runs)
    style = detect_page_style(output)
    if format is Format.JSON:
        report = json.dumps(asdict(changes), ensure_ascii=False, indent=2) + "\n"
    else:
        report = _format_changes(changes, style)
    write_report(report, output, format, style)
    if fail_on and _has_changes(changes, fail_on):
        raise typer.Exit(1)


def _load_run_or_document(source: str, *, allow_private: bool) -> Run | Document:
    from claimcheck.api.documents import (
        build_document,
        holds_result,
        parse_run,
        read_bytes,
    )

    if is_url(source):
        return open_document(source, allow_private=allow_private)
    # Read once: standard input has no second time.
    name, content = read_bytes(source)
    # A run and a document have the same suffixes; only the content tells them apart.
    if holds_result(content):
        return parse_run(source, name, content)
    if source == "-":
        return build_document(content, name)  # standard input can't be read twice
    return open_document(source)


def _note_left_out(run: Run, source: str, *, quiet: bool) -> None:
    from claimcheck.models.run import OVER_THE_LIMIT

    left_out = sum(entry.reason == OVER_THE_LIMIT for entry in run.ledger)
    if left_out:
        count = format_count(left_out, "further sentence")
        print_note(
            f"{source}: {count} with a claim over the run's limit can't be compared; "
            "summarize it with a higher --max-claims, or compare the documents",
            quiet=quiet,
        )


def _has_changes(changes: RunDiff, kind: _Change) -> bool:
    if kind == "any":
        return bool(changes)
    return bool(getattr(changes, kind))


def _format_changes(changes: RunDiff, style: PageStyle) -> str:
    from rich.text import Text

    from claimcheck.reports.text import make_safe_text, render_for_terminal

    sections = {
        "Added": [make_safe_text(f"+ {text}", "green") for text in changes.added],
        "Gone": [make_safe_text(f"- {text}", "red") for text in changes.gone],
        "Reworded": [_format_reworded(claim) for claim in changes.reworded],
        "Moved": [make_safe_text(f"~ {text}") for text in changes.moved],
        "Other verdicts": [_format_verdict(change) for change in changes.verdicts],
        "Other decisions": [_format_decision(change) for change in changes.decisions],
    }
    lines: list[Text] = []
    for title, items in sections.items():
        if items:
            lines.append(make_safe_text(f"{title} ({len(items)})", "bold"))
            lines += [*items, Text("")]
    # Said even without changes: it shows that something was compared.
    same = f"{format_count(changes.same, 'claim')} unchanged"
    lines.append(make_safe_text(same if changes else f"No changes: {same}", "dim"))
    return "".join(
        render_for_terminal(line, width=style.width, color=style.color)
        for line in lines
    )


def _format_reworded(claim: RewordedClaim) -> Text:
    from rich.text import Text

    from claimcheck.reports.text import make_safe_text

    # Marks besides colors, as in `git diff --word-diff`, so that a file shows them,
    # too.
    segments = []
    for segment in claim.words:
        if segment.change == "gone":
            segments.append(make_safe_text(f"[-{segment.text}-]", "red"))
        elif segment.change == "added":
            segments.append(make_safe_text(f"{{+{segment.text}+}}", "green"))
        else:
            segments.append(make_safe_text(segment.text))
    return Text("* ").append_text(Text(" ").join(segments))


def _format_verdict(change: VerdictChange) -> Text:
    from claimcheck.reports.text import make_safe_text

    old, new = change.old.replace("_", " "), change.new.replace("_", " ")
    return make_safe_text(f"! {old} -> {new}: {change.text}", "yellow")


def _format_decision(change: DecisionChange) -> Text:
    from claimcheck.reports.text import make_safe_text

    old, new = change.old or "open", change.new or "open"
    return make_safe_text(f"! {old} -> {new}: {change.text}", "yellow")
