"""A run and a check as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from claimcheck.models.outcome import RunLocation
from claimcheck.models.run import Check
from claimcheck.reports import table
from claimcheck.reports.bundle import BundledAnswer, write_bundle
from claimcheck.reports.claimreview import build_review
from claimcheck.reports.formats import Format, render_check, render_run
from claimcheck.settings import Settings
from claimcheck.store.history import History


@dataclass(frozen=True, slots=True)
class ExportFormat:
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


EXPORT_FORMATS = {
    "json": ExportFormat("JSON", "application/json", "json"),
    "html": ExportFormat("HTML report", "text/html", "html"),
    "markdown": ExportFormat("Markdown", "text/markdown", "md"),
    "text": ExportFormat("Text", "text/plain", "txt"),
    "csv": ExportFormat("Claims as CSV", "text/csv", "csv"),
    "parquet": ExportFormat(
        "Claims as Parquet", "application/vnd.apache.parquet", "parquet"
    ),
    "bundle": ExportFormat("Bundle to verify", "application/zip", "zip"),
    "claimreview": ExportFormat("ClaimReview", "application/ld+json", "jsonld"),
}


def build_headers(name: str, format: RunFormat | CheckFormat) -> dict[str, str]:
    """Name the file; formats other than JSON and HTML are sent as downloads."""
    kind = "inline" if format in (RunFormat.JSON, RunFormat.HTML) else "attachment"
    return {
        "content-disposition": f'{kind}; filename="{name}.{EXPORT_FORMATS[format].ending}"'
    }


def export_run(
    format: RunFormat, history: History, place: RunLocation, *, text: bool = True
) -> bytes:
    """Export a run in a format, without the document's text if `text` is False.

    Raises:
        InputError: there is no such run, or it can't be written so.
    """
    run = history.store.load_run(place)
    if format is RunFormat.BUNDLE:
        way = history.store.batch(place.batch).config
        answers = [BundledAnswer(*row) for row in history.store.load_answers(place)]
        return _capture_file_bytes(lambda path: write_bundle(run, path, way, answers))
    if format is RunFormat.PARQUET:
        return _capture_file_bytes(lambda path: table.write_parquet([run], path))
    return render_run(run, Format(format), include_text=text).encode()


def export_check(
    format: CheckFormat,
    check: Check,
    settings: Settings,
    *,
    review_url: str | None,
    claimed_at: str | None,
) -> bytes:
    """Export a check in a format; the two addresses are for `claimreview`.

    Raises:
        SettingsError: who publishes the review, or where, is not known.
    """
    review = None
    if format is CheckFormat.CLAIMREVIEW:
        review = build_review(settings, review_url, claimed_at=claimed_at)
    return render_check(check, Format(format), review=review).encode()


def _capture_file_bytes(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write(path)
        return path.read_bytes()
