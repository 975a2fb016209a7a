"""Claims as flat rows, one per claim, with the same columns for every run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.claim import Claim
from claimcheck.models.document import Document
from claimcheck.models.run import Run
from claimcheck.models.verdict import Verdict

if TYPE_CHECKING:
    import pandas


class ColumnType(Enum):
    """The type of a column; its value is a nullable pandas dtype."""

    TEXT = "string"
    # The capital matters: "int64" and "float64" have no missing values.
    INTEGER = "Int64"
    FLOAT = "Float64"


COLUMN_TYPES = {
    "document": ColumnType.TEXT,
    "source": ColumnType.TEXT,
    "title": ColumnType.TEXT,
    "published": ColumnType.TEXT,
    "number": ColumnType.INTEGER,
    "claim": ColumnType.TEXT,
    "text": ColumnType.TEXT,
    "quote": ColumnType.TEXT,
    "match": ColumnType.TEXT,
    "consistency": ColumnType.TEXT,
    "kind": ColumnType.TEXT,
    "speaker": ColumnType.TEXT,
    "about": ColumnType.TEXT,
    "when": ColumnType.TEXT,
    "when_resolved": ColumnType.TEXT,
    "quantities": ColumnType.TEXT,
    "check_worthiness": ColumnType.FLOAT,
    "reason": ColumnType.TEXT,
    "start": ColumnType.INTEGER,
    "end": ColumnType.INTEGER,
    "line": ColumnType.INTEGER,
    "page": ColumnType.INTEGER,
    "time": ColumnType.TEXT,
    "verdict": ColumnType.TEXT,
    "confidence": ColumnType.FLOAT,
    "rationale": ColumnType.TEXT,
    "engine": ColumnType.TEXT,
    "model": ColumnType.TEXT,
}
COLUMNS = tuple(COLUMN_TYPES)

# Spreadsheets evaluate a cell that starts with one of these (OWASP, "CSV Injection").
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def iter_claim_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield one row per claim with all of `COLUMNS`; missing values are None.

    `start` is where the first span starts and `end` where the last one ends, in code
    points of the document's text.
    """
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    for number, claim in enumerate(run.claims, 1):
        yield {
            **_list_document_cells(run.document),
            "number": number,
            **_list_claim_cells(claim),
            **_list_location_cells(claim),
            **_list_verdict_cells(verdicts.get(claim.id)),
            "engine": run.signature.engine,
            "model": run.signature.model,
        }


def _list_document_cells(document: Document) -> dict[str, Any]:
    published = document.published
    return {
        "document": document.id,
        "source": document.source,
        "title": document.title,
        "published": published.isoformat() if published else None,
    }


def _list_claim_cells(claim: Claim) -> dict[str, Any]:
    quantities = "; ".join(quantity.text for quantity in claim.quantities)
    return {
        "claim": claim.id,
        "text": claim.text,
        "quote": claim.quote,
        "match": str(claim.match),
        "consistency": str(claim.consistency),
        "kind": str(claim.kind),
        "speaker": claim.speaker,
        "about": "; ".join(claim.about) or None,
        "when": claim.when.text if claim.when else None,
        "when_resolved": claim.when.resolved if claim.when else None,
        "quantities": quantities or None,
        "check_worthiness": claim.check_worthiness,
        "reason": claim.reason,
    }


def _list_location_cells(claim: Claim) -> dict[str, Any]:
    if not claim.spans:
        return dict.fromkeys(("start", "end", "line", "page", "time"))
    # A quote in several parts is one row: from its first to its last character.
    first, last = claim.spans[0], claim.spans[-1]
    return {
        "start": first.start,
        "end": last.end,
        "line": first.line,
        "page": first.page,
        "time": first.time,
    }


def _list_verdict_cells(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return dict.fromkeys(("verdict", "confidence", "rationale"))
    return {
        "verdict": str(verdict.label),
        "confidence": verdict.finding.confidence,
        "rationale": verdict.finding.rationale,
    }


def iter_csv_lines(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the rows of runs as CSV (RFC 4180), without formulas."""
    # The header also without a claim: a spreadsheet then has its columns.
    yield _format_csv_line(COLUMNS)
    for run in runs:
        for row in iter_claim_rows(run):
            yield _format_csv_line([_neutralize_formula(row[name]) for name in COLUMNS])


def _format_csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _neutralize_formula(value: Any) -> Any:
    """Put an apostrophe before a formula, so that it is only text."""
    if isinstance(value, str) and value.startswith(_FORMULA_PREFIXES):
        return f"'{value}"
    return value


def write_parquet(runs: Iterable[Run], path: Path) -> None:
    """Write the rows of runs to a typed Parquet file, run by run.

    Raises:
        InputError: pyarrow is not installed.
    """
    # Optional and slow to import, so only where it is needed.
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            f"parquet needs pyarrow: {get_install_command('parquet')}"
        ) from None
    types = {
        ColumnType.TEXT: pyarrow.string(),
        ColumnType.INTEGER: pyarrow.int64(),
        ColumnType.FLOAT: pyarrow.float64(),
    }
    schema = pyarrow.schema(
        [(name, types[kind]) for name, kind in COLUMN_TYPES.items()]
    )
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for run in runs:
            # Without rows it would write an empty row group.
            if run.claims:
                rows = list(iter_claim_rows(run))
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))


def build_data_frame(run: Run) -> pandas.DataFrame:
    """Return the run's claim rows as a pandas DataFrame.

    Raises:
        InputError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise InputError("claims_frame needs pandas: pip install pandas") from None
    # The columns also without a claim, so that code can rely on them.
    frame = pandas.DataFrame(list(iter_claim_rows(run)), columns=list(COLUMNS))
    return frame.astype({name: kind.value for name, kind in COLUMN_TYPES.items()})
