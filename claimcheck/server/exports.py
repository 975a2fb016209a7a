"""Exports runs and checks as files to download."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from claimcheck.api.stores import History
from claimcheck.bundles.bundle import BundledAnswer, write_bundle
from claimcheck.models.outcome import RunLocation
from claimcheck.models.run import Check
from claimcheck.reports import table
from claimcheck.reports.claimreview import build_review
from claimcheck.reports.formats import Format, render_check, render_run
from claimcheck.settings import Settings


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """The title of a format, its media type, and its file extension."""

    title: str
    media_type: str
    extension: str


EXPORT_FORMATS = {
    "json": ExportFormat("JSON", "application/json", "json"),
    "html": ExportFormat("HTML report", "text/html", "html"),
    "markdown": ExportFormat("Markdown", "text/markdown", "md"),
    "text": ExportFormat("Text", "text/plain", "txt"),
    "csv": ExportFormat("Claims as CSV", "text/csv", "csv"),
    "parquet": ExportFormat(
        "Claims as Parquet", "application/vnd.apache.parquet", "parquet"
    ),
    "annotations": ExportFormat("Web annotations", "application/ld+json", "jsonld"),
    "bundle": ExportFormat("Bundle to verify", "application/zip", "zip"),
    "claimreview": ExportFormat("ClaimReview", "application/ld+json", "jsonld"),
}


def build_file_name(stem: str, format: str) -> str:
    """Return the name of an exported file."""
    return f"{stem}.{EXPORT_FORMATS[format].extension}"


def build_headers(stem: str, format: str) -> dict[str, str]:
    """Return headers that name the file; browsers show only JSON and HTML."""
    # The page's links have a `download` attribute, which overrides "inline".
    disposition = "inline" if format in ("json", "html") else "attachment"
    name = build_file_name(stem, format)
    return {"content-disposition": f'{disposition}; filename="{name}"'}


def export_run(
    format: Format,
    history: History,
    location: RunLocation,
    *,
    include_text: bool = True,
) -> bytes:
    """Export a run. `include_text` is ignored by bundles and Parquet files.

    Raises:
        InputError: the run does not exist, or can't be written in this format.
    """
    run = history.store.load_run(location)
    # A bundle always contains the text, because it must be verifiable.
    if format is Format.BUNDLE:
        config = history.store.batch(location.batch).config
        answers = [
            BundledAnswer(*row) for row in history.store.answers.list_all(location)
        ]
        return _read_written_file(lambda path: write_bundle(run, path, config, answers))
    if format is Format.PARQUET:
        return _read_written_file(lambda path: table.write_parquet([run], path))
    return render_run(run, format, include_text=include_text).encode()


def export_check(
    format: Format,
    check: Check,
    settings: Settings,
    *,
    review_url: str | None,
    claimed_at: str | None,
) -> bytes:
    """Export a check in a format; the two URLs are for `claimreview`.

    Raises:
        SettingsError: the publisher or the address of the review is missing.
    """
    review = None
    if format is Format.CLAIMREVIEW:
        review = build_review(settings, review_url, claimed_at=claimed_at)
    return render_check(check, format, review=review).encode()


def _read_written_file(write: Callable[[Path], None]) -> bytes:
    """Call a function that writes a file, and return what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write(path)
        return path.read_bytes()
