"""A run and a check as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from claimcheck.models.run import Check, Run
from claimcheck.reports import claimreview, html, markdown, table, verdicts_markdown, verdicts_text
from claimcheck.reports import text as run_text
from claimcheck.reports.bundle import Answered, pack
from claimcheck.settings import Settings
from claimcheck.store.history import History, Place


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: what people call it, its media type, and the ending of its files."""

    title: str
    media: str
    ending: str


class RunFormat(StrEnum):
    """The formats of a run."""

    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"
    PARQUET = "parquet"
    BUNDLE = "bundle"


class CheckFormat(StrEnum):
    """The formats of a check."""

    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CLAIMREVIEW = "claimreview"


KINDS = {
    "json": Kind("JSON", "application/json", "json"),
    "html": Kind("HTML report", "text/html", "html"),
    "markdown": Kind("Markdown", "text/markdown", "md"),
    "text": Kind("Text", "text/plain", "txt"),
    "csv": Kind("Claims as CSV", "text/csv", "csv"),
    "parquet": Kind("Claims as Parquet", "application/vnd.apache.parquet", "parquet"),
    "bundle": Kind("Bundle to verify", "application/zip", "zip"),
    "claimreview": Kind("ClaimReview", "application/ld+json", "jsonld"),
}


def headers(name: str, format: RunFormat | CheckFormat) -> dict[str, str]:
    """The name of the file; what a browser can't show as it is meant is to be saved."""
    kind = "inline" if format in (RunFormat.JSON, RunFormat.HTML) else "attachment"
    return {"content-disposition": f'{kind}; filename="{name}.{KINDS[format].ending}"'}


def run_as(format: RunFormat, history: History, place: Place, *, text: bool = True) -> bytes:
    """The run at a place in a format; without its document's text where `text` is False.

    Raises:
        InputError: there is no such run, or it can't be written so.
    """
    run = history.run(place)
    if format is RunFormat.BUNDLE:
        way = history.store.batch(place.batch).way
        answers = [Answered(*row) for row in history.answers(place)]
        return _file(lambda path: pack(run, path, way, answers))
    if format is RunFormat.PARQUET:
        return _file(lambda path: table.write_parquet([run], path))
    if format is RunFormat.JSON:
        return run.to_json(text=text).encode()
    if not text:
        run = replace(run, document=replace(run.document, text=None))
    written: dict[RunFormat, Callable[[Run], str]] = {
        RunFormat.HTML: html.render,
        RunFormat.MARKDOWN: markdown.render,
        RunFormat.TEXT: run_text.render,
        RunFormat.CSV: lambda found: "".join(table.csv_lines([found])),
    }
    return written[format](run).encode()


def check_as(
    format: CheckFormat, check: Check, settings: Settings, *, review_url: str | None, claimed_at: str | None
) -> bytes:
    """The check in a format; the addresses are for `claimreview`.

    Raises:
        SettingsError: who publishes the review, or where, is not known.
    """
    if format is CheckFormat.CLAIMREVIEW:
        claimreview.require_publisher(settings, review_url)
        published = datetime.now(UTC).date()
        addresses: dict[str, Any] = {"review_url": str(review_url), "claimed_at": claimed_at}
        return claimreview.render(check, settings, published=published, **addresses).encode()
    written: dict[CheckFormat, Callable[[Check], str]] = {
        CheckFormat.JSON: Check.to_json,
        CheckFormat.HTML: html.render,
        CheckFormat.MARKDOWN: verdicts_markdown.render,
        CheckFormat.TEXT: verdicts_text.render,
    }
    return written[format](check).encode()


def _file(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write(path)
        return path.read_bytes()
