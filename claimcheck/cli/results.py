"""Writes runs, reports, and estimates, in every format of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.cli.output import (
    NEEDS_FILE,
    UNENCODABLE,
    is_stdout,
    print_note,
    write_binary,
    write_rows,
    write_text,
)
from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.reports.formats import Format, PageStyle, render_run

if TYPE_CHECKING:
    from claimcheck.models.document import Document
    from claimcheck.models.outcome import Estimate
    from claimcheck.models.run import Run


def write_report(
    text: str, path: Path | None, format: Format, style: PageStyle
) -> None:
    """Write a rendered report; only the format for terminals has colors."""
    write_text(text, path, has_color=style.color and format is Format.TEXT)


def write_run(
    run: Run,
    format: Format,
    path: Path | None,
    style: PageStyle,
    *,
    include_text: bool = True,
) -> None:
    """Write a run in a format; `Format.PDF` is its source PDF with highlights.

    `Format.BRAT` also writes the text, to a file with the ending ".txt".

    Raises:
        InputError: the file can't be written, or its PDF can't be read.
    """
    if format is Format.PDF:
        from claimcheck.api.documents import read_bytes
        from claimcheck.reports.pdf import highlight_claims

        # The file itself: a run has its text, but not its pages.
        _, data = read_bytes(run.document.source)
        marked, missing = highlight_claims(data, run)
        write_binary(lambda temporary: temporary.write_bytes(marked), path)
        if missing:
            count = format_count(missing, "passage")
            print_note(f"{path}: {count} not found on its page", quiet=False)
        return
    report = render_run(run, format, include_text=include_text, style=style)
    if format is Format.BRAT:
        _write_annotated_text(run, path)
    write_report(report, path, format, style)


def _write_annotated_text(run: Run, path: Path | None) -> None:
    """Write the text beside its annotations, where brat looks for it."""
    from claimcheck.reports.brat import render_text

    check_companion(run.document, Format.BRAT, path)
    assert path is not None
    text_path = path.with_suffix(".txt")
    if not text_path.exists():
        write_text(render_text(run.document), text_path)
    # Said, because the file alone looks complete.
    missing = sum(not claim.spans for claim in run.claims)
    if missing:
        count = format_count(missing, "claim")
        print_note(f"{path}: {count} without a location left out", quiet=False)


def check_companion(document: Document, format: Format, path: Path | None) -> None:
    """Fail before the work if a format needs another file, or the document.

    Raises:
        InputError: no output file is named; the document of `Format.PDF` is not a PDF
            file; the text file of `Format.BRAT` has another text.
    """
    if format not in (Format.PDF, Format.BRAT):
        return
    if path is None or is_stdout(path):
        raise InputError(NEEDS_FILE)
    if format is Format.PDF:
        from claimcheck.reports.pdf import refuse_other_format

        refuse_other_format(document)
        return
    from claimcheck.reports.brat import render_text

    # brat pairs files by their names, so another ending would never be read.
    if path.suffix != ".ann":
        raise InputError(f"{path}: brat reads only files that end in .ann")
    text_path = path.with_suffix(".txt")
    text = render_text(document).encode("utf-8", UNENCODABLE)
    if text_path.exists() and text_path.read_bytes() != text:
        raise InputError(
            f"{text_path}: differs from the text of these annotations, which brat "
            f"expects there; give {path.name} another name"
        )


def print_estimate(estimate: Estimate, model: str | None) -> None:
    """Print how many requests and tokens are expected, and their cost."""
    write_rows(_format_estimate(estimate, model))


def _format_estimate(estimate: Estimate, model: str | None) -> list[str]:
    # Nothing is counted for the extractive engine.
    if estimate.requests == 0:
        return ["no requests to a model, no cost"]
    # Only a part of a large batch is counted; the reader must know that.
    basis = ""
    if estimate.counted + estimate.unusable < estimate.documents:
        basis = f" (from {format_count(estimate.counted, 'document')})"
    # Said at once, because a budget in dollars will be refused.
    cost = f"unknown (no price for {model}; set one in claimcheck.toml)"
    if estimate.cost_usd is not None:
        cost = f"${estimate.cost_usd:,.4f}"
    lines = []
    # For one document, the command line already says which.
    if estimate.documents > 1:
        lines.append(f"documents      {estimate.documents:,}")
    lines += [
        f"requests       {estimate.requests:,}{basis}; not counting repairs and "
        "retries",
        f"tokens in      {estimate.input_tokens:,}",
        f"tokens out     about {estimate.output_tokens:,} ({estimate.output_source})",
        f"cost           {cost}",
    ]
    # They will fail for free, but they will be missing from the result.
    if estimate.unusable:
        unusable = format_count(estimate.unusable, "document")
        lines.append(f"can't be sent  {unusable}: too long, or no words")
    return lines
