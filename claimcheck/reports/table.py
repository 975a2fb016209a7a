"""Writes each claim as a flat row, with the same columns for every run.

Each field that the user defined adds a column, `field.NAME`, and if its value had to be
in the document, another one for how it was found, `field.NAME.match`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.models.brief import GROUNDED_KEYWORD
from claimcheck.models.claim import Claim
from claimcheck.models.decision import Decision
from claimcheck.models.document import Document, Part
from claimcheck.models.review import Judgment, apply_decisions, judge_claims
from claimcheck.models.run import Run
from claimcheck.models.span import Excerpt
from claimcheck.models.verdict import Verdict
from claimcheck.reports.wording import format_field_value

if TYPE_CHECKING:
    import pandas


class ColumnType(Enum):
    """The type of a column; its value is a nullable pandas dtype."""

    TEXT = "string"
    # The capital matters: "int64" and "float64" have no missing values.
    INTEGER = "Int64"
    FLOAT = "Float64"


# Each column: its type, and where a `_ClaimRow` has its value.
_COLUMNS = {
    "document": (ColumnType.TEXT, "run.document.id"),
    "source": (ColumnType.TEXT, "origin.source"),
    "title": (ColumnType.TEXT, "origin.title"),
    "published": (ColumnType.TEXT, "origin.published"),
    "number": (ColumnType.INTEGER, "number"),
    "claim": (ColumnType.TEXT, "claim.id"),
    "text": (ColumnType.TEXT, "claim.text"),
    "quote": (ColumnType.TEXT, "claim.quote"),
    "match": (ColumnType.TEXT, "claim.match"),
    "consistency": (ColumnType.TEXT, "claim.consistency"),
    "kind": (ColumnType.TEXT, "claim.kind"),
    "speaker": (ColumnType.TEXT, "claim.speaker"),
    "about": (ColumnType.TEXT, "claim.about"),
    "when": (ColumnType.TEXT, "claim.when.text"),
    "when_resolved": (ColumnType.TEXT, "claim.when.resolved"),
    "quantities": (ColumnType.TEXT, "quantities"),
    "check_worthiness": (ColumnType.FLOAT, "claim.check_worthiness"),
    "reason": (ColumnType.TEXT, "claim.reason"),
    "start": (ColumnType.INTEGER, "first_span.start"),
    "end": (ColumnType.INTEGER, "last_span.end"),
    "line": (ColumnType.INTEGER, "first_span.line"),
    "page": (ColumnType.INTEGER, "first_span.page"),
    "time": (ColumnType.TEXT, "first_span.time"),
    "verdict": (ColumnType.TEXT, "verdict.label"),
    "confidence": (ColumnType.FLOAT, "verdict.finding.confidence"),
    "rationale": (ColumnType.TEXT, "verdict.finding.rationale"),
    "engine": (ColumnType.TEXT, "run.signature.engine"),
    "model": (ColumnType.TEXT, "run.signature.model"),
    "decision": (ColumnType.TEXT, "judgment.action"),
    "decision_note": (ColumnType.TEXT, "judgment.note"),
    "decided_by": (ColumnType.TEXT, "last_decision.by"),
    "decided_at": (ColumnType.TEXT, "last_decision.at"),
    "original_text": (ColumnType.TEXT, "original_claim.text"),
    "original_speaker": (ColumnType.TEXT, "original_claim.speaker"),
    "original_verdict": (ColumnType.TEXT, "original_verdict.label"),
}
COLUMN_TYPES = {name: kind for name, (kind, _) in _COLUMNS.items()}
COLUMNS = tuple(_COLUMNS)
# Types of JSON Schema; the others become text, and lists become text with semicolons.
_TYPES_OF_FIELDS = {"integer": ColumnType.INTEGER, "number": ColumnType.FLOAT}

# Spreadsheets evaluate a cell that starts with one of these (OWASP, "CSV Injection").
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _ClaimRow:
    """All that the columns of a claim are read from.

    The last three are about the claim before people's decisions, if there are any.
    """

    run: Run
    number: int
    claim: Claim
    verdict: Verdict | None
    judgment: Judgment | None = None
    original_claim: Claim | None = None
    original_verdict: Verdict | None = None

    @property
    def origin(self) -> Document | Part:
        """The document, or if several were joined, the one that says it."""
        document, span = self.run.document, self.first_span
        part = document.find_part(span.start) if span else None
        return part or document

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities as they are written."""
        return tuple(quantity.text for quantity in self.claim.quantities)

    @property
    def first_span(self) -> Excerpt | None:
        """Where the quote starts; a quote in several parts is one row."""
        return self.claim.spans[0] if self.claim.spans else None

    @property
    def last_span(self) -> Excerpt | None:
        """Where the quote ends."""
        return self.claim.spans[-1] if self.claim.spans else None

    @property
    def last_decision(self) -> Decision | None:
        """The last decision in force."""
        return self.judgment.decisions[-1] if self.judgment else None

    def read(self, path: str) -> Any:
        """Return the value at a path of attributes; None if one is missing."""
        value: Any = self
        for name in path.split("."):
            value = None if value is None else getattr(value, name)
        if isinstance(value, tuple):
            return "; ".join(value) or None
        if isinstance(value, date):  # a datetime, too
            return value.isoformat()
        return str(value) if isinstance(value, Enum) else value


def iter_claim_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield one row per claim with all columns; missing values are None.

    `start` is where the first span starts and `end` where the last one ends, in code
    points of the document's text. `text`, `speaker`, and `verdict` include people's
    decisions; `original_text` and the like do not.
    """
    reviewed = apply_decisions(run)
    verdicts = {verdict.subject: verdict for verdict in reviewed.verdicts}
    original_verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    judgments = judge_claims(run)
    column_types = list_column_types(run)
    for number, claim in enumerate(reviewed.claims, 1):
        row = _ClaimRow(run, number, claim, verdicts.get(claim.id))
        if judgment := judgments.get(claim.id):
            row = replace(
                row,
                judgment=judgment,
                original_claim=run.claims[number - 1],
                original_verdict=original_verdicts.get(claim.id),
            )
        cells = {name: row.read(path) for name, (_, path) in _COLUMNS.items()}
        yield cells | _list_field_cells(claim, column_types)


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
