"""The output formats, and the functions that render runs and checks.

Renderers are imported only when they are needed, because every command imports this
module, even one that renders nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claimcheck.models.run import Check, Run
    from claimcheck.reports.ci_results import CheckedClaim
    from claimcheck.reports.claimreview import Review


class Format(StrEnum):
    """Every format that claimcheck writes."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    PARQUET = "parquet"
    BUNDLE = "bundle"
    WARC = "warc"
    CLAIMREVIEW = "claimreview"
    ANNOTATIONS = "annotations"
    BRAT = "brat"
    SARIF = "sarif"
    JUNIT = "junit"
    PDF = "pdf"


# The formats that a command or function offers, in the order of its help.
ListFormat = Literal[Format.TEXT, Format.JSON]
BundleFormat = Literal[Format.BUNDLE, Format.WARC]
RunReportFormat = Literal[
    Format.TEXT,
    Format.JSON,
    Format.MARKDOWN,
    Format.HTML,
    Format.CSV,
    Format.ANNOTATIONS,
    Format.BRAT,
    Format.SARIF,
    Format.JUNIT,
    Format.PDF,
]
CheckReportFormat = Literal[
    Format.TEXT,
    Format.JSON,
    Format.MARKDOWN,
    Format.HTML,
    Format.CSV,
    Format.CLAIMREVIEW,
    Format.SARIF,
    Format.JUNIT,
]
# The formats that the page and the HTTP API offer. Their error messages list them.
RunDownload = Literal[
    "json", "html", "markdown", "text", "csv", "parquet", "annotations", "bundle"
]
CheckDownload = Literal["json", "html", "markdown", "text", "csv", "claimreview"]
BatchExportFormat = Literal[Format.JSONL, Format.CSV, Format.PARQUET, Format.HTML]


@dataclass(frozen=True, slots=True)
class PageStyle:
    """The width of a text report in columns, and whether it has colors.

    In the other formats, the viewer decides about both.
    """

    width: int = 100
    color: bool = False


PLAIN = PageStyle()


def render_run(
    run: Run,
    format: Format,
    *,
    include_text: bool = True,
    style: PageStyle = PLAIN,
) -> str:
    """Render a run in a format.

    Without `include_text` the document's text is left out, and claims have offsets
    where they would have lines and columns. `style` is for `Format.TEXT`.

    Raises:
        ValueError: the format is not text, or not one of `RunReportFormat`.
    """
    if format is Format.JSON:
        return run.to_json(text=include_text)
    # Claims keep their quotes: only the document's text is left out.
    if not include_text:
        run = replace(run, document=replace(run.document, text=None))
    if format is Format.CSV:
        from claimcheck.reports.table import iter_csv_lines

        return "".join(iter_csv_lines([run]))
    if format is Format.ANNOTATIONS:
        from claimcheck.reports import annotations

        return annotations.render(run)
    if format is Format.BRAT:
        from claimcheck.reports import brat

        return brat.render(run)
    if format is Format.HTML:
        from claimcheck.reports import html

        return html.render(run)
    if format is Format.MARKDOWN:
        from claimcheck.reports import markdown

        return markdown.render_run(run)
    if format in (Format.SARIF, Format.JUNIT):
        from claimcheck.reports.ci_results import list_run_results

        return render_results(list_run_results(run), format)
    if format is not Format.TEXT:
        raise ValueError(f"a run cannot be rendered as {format}")

    from claimcheck.reports import text

    return text.render_run(run, width=style.width, color=style.color)


def render_check(
    check: Check,
    format: Format,
    *,
    include_text: bool = True,
    style: PageStyle = PLAIN,
    review: Review | None = None,
) -> str:
    """Render a check in a format.

    `include_text` is for `Format.JSON` and `Format.HTML`, `style` for `Format.TEXT`;
    `Format.CLAIMREVIEW` needs a `review`.

    Raises:
        ValueError: the format is not one of `CheckReportFormat`.
    """
    if format is Format.JSON:
        return check.to_json(text=include_text)
    if format is Format.HTML:
        from claimcheck.reports import html

        # Otherwise the page would show the full text of each document.
        return html.render(check if include_text else _without_text(check))
    if format is Format.MARKDOWN:
        from claimcheck.reports import markdown

        return markdown.render_check(check)
    if format is Format.CSV:
        from claimcheck.reports.check_table import iter_csv_lines

        return "".join(iter_csv_lines(check))
    if format is Format.CLAIMREVIEW:
        from claimcheck.reports import claimreview

        # The caller builds the review, and so finds its errors, before it pays for a
        # check.
        assert review is not None
        return claimreview.render(check, review)
    if format in (Format.SARIF, Format.JUNIT):
        from claimcheck.reports.ci_results import list_check_results

        return render_results(list_check_results(check, {}), format)
    if format is not Format.TEXT:
        raise ValueError(f"a check cannot be rendered as {format}")

    from claimcheck.reports import text

    return text.render_check(check, width=style.width, color=style.color)


def render_results(results: Sequence[CheckedClaim], format: Format) -> str:
    """Render checked claims as SARIF or JUnit."""
    from claimcheck.reports import junit, sarif

    if format is Format.SARIF:
        return sarif.render(results)
    return junit.render(results)


def _without_text(check: Check) -> Check:
    documents = tuple(replace(document, text=None) for document in check.documents)
    return replace(check, documents=documents)
