"""`claimcheck diff`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimcheck.cli import options
from claimcheck.cli.output import check_writable, write_text
from claimcheck.cli.sources import ALLOW_PRIVATE_HELP, open_document
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format, ListFormat

if TYPE_CHECKING:
    from rich.text import Text

    from claimcheck.models.run import Run
    from claimcheck.reports.diff import RewordedClaim, RunDiff
    from claimcheck.settings import Settings


class FailOnChange(StrEnum):
    """Which changes are a finding."""

    ANY = "any"
    ADDED = "added"
    GONE = "gone"
    REWORDED = "reworded"
    MOVED = "moved"
    VERDICTS = "verdicts"


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A run (JSON), or a document, which is summarized first.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Check documents that are summarized, to compare verdicts too.",
        ),
    ] = False,
    fail_on: Annotated[
        FailOnChange | None,
        typer.Option("--fail-on", help="Exit 1 when there are such changes."),
    ] = None,
    format: Annotated[
        ListFormat, typer.Option("--format", help="How to write the changes.")
    ] = Format.TEXT,
    output: options.Output = None,
    engine: options.Engine = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    max_claims: options.MaxClaims = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=ALLOW_PRIVATE_HELP)
    ] = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Say how the claims of two runs, or of two versions of a document, differ: added, gone, reworded, moved, verdicts."""
    from claimcheck.reports.diff import compare_runs

    check_writable(output)
    if old == new == "-":
        raise InputError("OLD and NEW: only one of them can be standard input")
    configured = options.resolve_settings(
        no_cache=no_cache,
        engine=engine,
        model=model,
        base_url=base_url,
        max_claims=max_claims,
    )
    runs = [
        _load_run(name, configured.settings, check, allow_private)
        for name in (old, new)
    ]
    found = compare_runs(*runs)
    write_text(
        json.dumps(asdict(found), ensure_ascii=False, indent=2) + "\n"
        if format is Format.JSON
        else _format_changes(found, output),
        output,
    )
    wanted = asdict(found) if fail_on else {}
    if fail_on and (found if fail_on is FailOnChange.ANY else wanted[fail_on]):
        raise typer.Exit(1)


def _load_run(name: str, settings: Settings, check: bool, allow_private: bool) -> Run:
    from claimcheck.api.summarize import summarize
    from claimcheck.models.run import Run
    from claimcheck.readers.file import read_bytes

    if "://" not in name:
        source, data = read_bytes(name)
        if data.lstrip()[:1] == b"{" and b'"schema_version"' in data:
            return Run.from_json(data)
        if name == "-":
            from claimcheck.readers.file import build_document

            return summarize(
                build_document(data, source), settings=settings, check=check
            )
    return summarize(
        open_document(name, allow_private=allow_private), settings=settings, check=check
    )


def _format_changes(found: RunDiff, output: Path | None) -> str:
    from rich.text import Text

    from claimcheck.reports.common import make_safe_text, render_for_terminal

    style = options.detect_page_style(output)
    lines: list[Text] = []

    def section(title: str, items: list[Text]) -> None:
        if items:
            lines.append(make_safe_text(f"{title} ({len(items)})", "bold"))
            lines.extend(items)
            lines.append(Text(""))

    section("Added", [make_safe_text(f"+ {text}", "green") for text in found.added])
    section("Gone", [make_safe_text(f"- {text}", "red") for text in found.gone])
    section("Reworded", [_format_reworded(item) for item in found.reworded])
    section("Moved", [make_safe_text(f"~ {text}") for text in found.moved])
    section(
        "Other verdicts",
        [
            make_safe_text(
                f"! {_format_label(item.old)} -> {_format_label(item.new)}: {item.text}",
                "yellow",
            )
            for item in found.verdicts
        ],
    )
    lines.append(
        make_safe_text(
            f"{found.same} claims the same"
            if found
            else f"No change: {found.same} claims the same",
            "dim",
        )
    )
    return "".join(
        render_for_terminal(line, width=style.width, color=style.color)
        for line in lines
    )


def _format_reworded(item: RewordedClaim) -> Text:
    from rich.text import Text

    from claimcheck.reports.common import make_safe_text

    parts: dict[str, Callable[[str], Text]] = {
        "same": make_safe_text,
        "gone": lambda text: make_safe_text(f"[-{text}-]", "red"),
        "added": lambda text: make_safe_text(f"{{+{text}+}}", "green"),
    }
    line = Text("* ")
    line.append_text(
        Text(" ").join(parts[words.what](words.text) for words in item.words)
    )
    return line


def _format_label(name: str) -> str:
    return name.replace("_", " ")
