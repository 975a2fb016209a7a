"""The options that several commands share, and what they do about them."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimcheck.cli.output import print_note
from claimcheck.errors import InputError

if TYPE_CHECKING:
    from claimcheck.config import LoadedSettings
    from claimcheck.reports.formats import PageStyle
    from claimcheck.settings import Limits

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write here instead of stdout."
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        metavar="ENGINE",
        help="auto, llm or extractive. auto takes llm where a model or endpoint is named, else extractive.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The model, as its endpoint calls it."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="An OpenAI-compatible endpoint, such as http://localhost:8080/v1.",
    ),
]
Attempts = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="How often a request is tried when the endpoint fails (default 4).",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(metavar="X", help="The model's temperature, 0 to 2 (default 0)."),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="The model's seed, where the endpoint knows seeds."),
]
TopK = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="At most so many passages are shown to the model (default 8)."
    ),
]
MaxClaims = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="At most so many claims, the worthiest (default 30)."
    ),
]
Store = Annotated[
    Path,
    typer.Option(
        "--store",
        metavar="FILE",
        help="The store of runs; it is made when it is not there.",
    ),
]
Concurrency = Annotated[
    int | None,
    typer.Option(metavar="N", help="So many requests at a time (default 16)."),
]
Rpm = Annotated[
    int | None,
    typer.Option(metavar="N", help="At most so many requests in any minute."),
]
Tpm = Annotated[
    int | None, typer.Option(metavar="N", help="At most so many tokens in any minute.")
]
BudgetUsd = Annotated[
    float | None,
    typer.Option(
        metavar="X",
        help="Stop before more US dollars than this are spent, earlier commands included.",
    ),
]
BudgetTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Stop before more tokens than this are read and written together.",
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", help="Neither take answers from the cache nor put them there."
    ),
]
_DEFAULTS = {"cache": True}  # of commands, where nobody has set them
NoText = Annotated[
    bool, typer.Option("--no-text", help="Leave documents' texts out of JSON.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Nothing on stderr but errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


def resolve_settings(*, no_cache: bool, **flags: Any) -> LoadedSettings:
    """Return the settings for a command; flags that are None were not given.

    Raises:
        SettingsError: a value makes no sense.
    """
    from claimcheck.config import load_settings

    return load_settings(
        {**flags, "cache": False if no_cache else None}, defaults=_DEFAULTS
    )


def build_limits(
    concurrency: int | None,
    rpm: int | None,
    tpm: int | None,
    budget_usd: float | None,
    budget_tokens: int | None,
) -> Limits:
    """Build the limits from these options.

    Raises:
        SettingsError: one of them is not above 0.
    """
    from claimcheck.settings import Limits

    given = Limits(rpm=rpm, tpm=tpm, budget_usd=budget_usd, budget_tokens=budget_tokens)
    return given if concurrency is None else replace(given, concurrency=concurrency)


def announce_engine(configured: LoadedSettings, *, quiet: bool) -> str:
    """Return the engine that will run; print it if it was chosen automatically."""
    settings = configured.settings
    chosen = settings.chosen_engine()
    if settings.engine == "auto" and chosen == "llm":
        print_note(
            f"Engine: llm ({settings.model or 'no model named'} at {settings.endpoint()}); --engine extractive works without a model.",
            quiet=quiet,
        )
    elif settings.engine == "auto":
        key = (
            "OPENAI_API_KEY is set but no model is named. " if settings.api_key else ""
        )
        print_note(
            f"{key}Engine: extractive (no model); --model NAME, with --base-url URL for a local server, uses a model.",
            quiet=quiet,
        )
    return chosen


def announce_encoding(encoding: str | None, source: str, *, quiet: bool) -> None:
    """Print a note if the encoding was guessed."""
    if encoding not in (None, "utf-8", "ascii"):
        print_note(
            f"{source}: read as {encoding}; convert it to UTF-8 if that is wrong.",
            quiet=quiet,
        )


def parse_date(written: str | None) -> date | None:
    """Parse the value of `--date`.

    Raises:
        InputError: it is none.
    """
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InputError(
            f"--date {written!r}: is no date; give it as YYYY-MM-DD, such as 2019-03-20"
        ) from None


def detect_page_style(output: Path | None) -> PageStyle:
    """Return the width and color of a text report: those of the terminal, if any."""
    from claimcheck.reports.formats import PageStyle

    terminal = output is None and sys.stdout.isatty()
    width = (
        shutil.get_terminal_size((100, 24)).columns
        if terminal or os.environ.get("COLUMNS")
        else 100
    )
    return PageStyle(max(40, width), terminal and "NO_COLOR" not in os.environ)
