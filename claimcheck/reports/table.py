"""Writes each claim as a flat row, with the same columns for every run.

Each field that the user defined adds a column, `field.NAME`, and if its value had to be
in the document, another one for how it was found, `field.NAME.match`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.brief import GROUNDED_KEYWORD
from claimcheck.models.claim import Claim
from claimcheck.models.document import Document
from claimcheck.models.review import Judgment, apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.verdict import Verdict
from claimcheck.reports.common import format_field_value

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
    "decision": ColumnType.TEXT,
    "decision_note": ColumnType.TEXT,
    "decided_by": ColumnType.TEXT,
    "decided_at": ColumnType.TEXT,
    "original_text": ColumnType.TEXT,
    "original_speaker": ColumnType.TEXT,
    "original_verdict": ColumnType.TEXT,
}
COLUMNS = tuple(COLUMN_TYPES)
# Types of JSON Schema; the others become text, and lists become text with semicolons.
_TYPES_OF_FIELDS = {"integer": ColumnType.INTEGER, "number": ColumnType.FLOAT}

# Spreadsheets evaluate a cell that starts with one of these (OWASP, "CSV Injection").
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def iter_claim_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield one row per claim with all columns; missing values are None.

    `start` is where the first span starts and `end` where the last one ends, in code
    points of the document's text. `text`, `speaker`, and `verdict` include people's
    decisions; `original_text` and the like do not.
    """
    reviewed = apply_decisions(run)
    verdicts = _index_verdicts(reviewed)
    original_verdicts = _index_verdicts(run)
    judgments = judge_claims(run)
    column_types = list_column_types(run)
    for number, claim in enumerate(reviewed.claims, 1):
        judgment = judgments.get(claim.id)
        original = original_verdicts.get(claim.id)
        original_claim = run.claims[number - 1] if judgment else None
        yield {
            **_list_document_cells(run.document, claim),
            "number": number,
            **_list_claim_cells(claim),
            **_list_location_cells(claim),
            **_list_verdict_cells(verdicts.get(claim.id)),
            "engine": run.signature.engine,
            "model": run.signature.model,
            **_list_decision_cells(judgment),
            "original_text": original_claim and original_claim.text,
            "original_speaker": original_claim and original_claim.speaker,
            "original_verdict": str(original.label) if judgment and original else None,
            **_list_field_cells(claim, column_types),
        }


def _index_verdicts(run: Run) -> dict[str, Verdict]:
    return {verdict.subject: verdict for verdict in run.verdicts}


def list_column_types(run: Run | None) -> dict[str, ColumnType]:
    """Return the columns of a run's rows with their types."""
    types = dict(COLUMN_TYPES)
    # The signature has the fields, so that a run without claims has the same columns.
    fields = run.signature.settings.get("fields") if run else None
    # A run in a file may come from somebody else, so its fields may be anything.
    for name, stated in fields.items() if isinstance(fields, dict) else ():
        schema = stated if isinstance(stated, dict) else {}
        kind = str(schema.get("type"))
        types[f"field.{name}"] = _TYPES_OF_FIELDS.get(kind, ColumnType.TEXT)
        if schema.get(GROUNDED_KEYWORD):
            types[f"field.{name}.match"] = ColumnType.TEXT
    return types


def _list_field_cells(
    claim: Claim, column_types: Mapping[str, ColumnType]
) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, field in claim.fields.items():
        column = f"field.{name}"
        if column not in column_types:
            continue
        is_number = type(field.value) in (int, float)
        if column_types[column] is ColumnType.TEXT:
            cells[column] = format_field_value(field) or None
        else:
            cells[column] = field.value if is_number else None
        cells[f"{column}.match"] = str(field.match) if field.match else None
    return cells


def _list_document_cells(document: Document, claim: Claim) -> dict[str, Any]:
    # If documents were joined, use the one that the claim is from.
    part = document.find_part(claim.spans[0].start) if claim.spans else None
    origin = part or document
    published = origin.published
    return {
        "document": document.id,
        "source": origin.source,
        "title": origin.title,
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
    # A quote in several parts is one row, from its first to its last character.
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


def _list_decision_cells(judgment: Judgment | None) -> dict[str, Any]:
    """Return people's decision; all columns are None without a decision."""
    if judgment is None:
        return dict.fromkeys(("decision", "decision_note", "decided_by", "decided_at"))
    last = judgment.decisions[-1]
    return {
        "decision": str(judgment.action),
        "decision_note": judgment.note,
        "decided_by": last.by,
        "decided_at": last.at.isoformat(),
    }


def iter_csv_lines(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the rows of runs as CSV (RFC 4180), without formulas."""
    first, runs = _peek(runs)
    columns = list_column_types(first)
    # Even without claims, a spreadsheet needs its columns.
    yield format_csv_line(columns)
    for run in runs:
        for row in iter_claim_rows(run):
            yield format_csv_line(row.get(name) for name in columns)


def _peek(runs: Iterable[Run]) -> tuple[Run | None, Iterable[Run]]:
    """Return the first run, which has the columns of all, and all runs."""
    iterator = iter(runs)
    first = next(iterator, None)
    return first, iterator if first is None else chain([first], iterator)


def format_csv_line(cells: Iterable[Any]) -> str:
    """Return a row of CSV (RFC 4180), without formulas."""
    line = io.StringIO()
    row = map(_neutralize_formula, cells)
    csv.writer(line, lineterminator="\r\n").writerow(row)
    return line.getvalue()


def _neutralize_formula(value: Any) -> Any:
    """Put an apostrophe before a formula, so that spreadsheets read text."""
    if isinstance(value, str) and value.startswith(_FORMULA_PREFIXES):
        return f"'{value}"
    return value


def write_parquet(runs: Iterable[Run], path: Path) -> None:
    """Write the rows of runs to a typed Parquet file, run by run.

    Raises:
        InputError: pyarrow is not installed.
    """
    # pyarrow is optional, and slow to import.
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
    first, runs = _peek(runs)
    columns = list_column_types(first)
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for run in runs:
            # Without rows, pyarrow would write an empty row group.
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
        raise InputError(
            f"claims_frame needs pandas: {get_install_command('pandas')}"
        ) from None
    # Columns are named even without claims, so that code can rely on them.
    columns = list_column_types(run)
    frame = pandas.DataFrame(list(iter_claim_rows(run)), columns=list(columns))
    return frame.astype({name: kind.value for name, kind in columns.items()})
