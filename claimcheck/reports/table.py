"""Claims as rows, for spreadsheets and notebooks: one row a claim, flat, the same columns for every run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck.errors import InputError
from claimcheck.models.run import Run

if TYPE_CHECKING:
    import pandas

_TEXT_COLUMNS = (
    *(
        "document",
        "source",
        "title",
        "published",
        "claim",
        "text",
        "quote",
        "match",
        "kind",
        "speaker",
        "about",
    ),
    *(
        "when",
        "when_resolved",
        "quantities",
        "reason",
        "time",
        "verdict",
        "rationale",
        "engine",
        "model",
    ),
)
_INTEGER_COLUMNS = ("number", "start", "end", "line", "page")
_FLOAT_COLUMNS = ("check_worthiness", "confidence")
COLUMNS = (
    *(
        "document",
        "source",
        "title",
        "published",
        "number",
        "claim",
        "text",
        "quote",
        "match",
        "kind",
        "speaker",
    ),
    *("about", "when", "when_resolved", "quantities", "check_worthiness", "reason"),
    *(
        "start",
        "end",
        "line",
        "page",
        "time",
        "verdict",
        "confidence",
        "rationale",
        "engine",
        "model",
    ),
)
# a cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection)
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def iter_claim_rows(run: Run) -> Iterator[dict[str, Any]]:
    """Yield one row per claim with all of `COLUMNS`; missing values are None.
    `end` where its last one ends, in code points of the document's text."""
    verdicts = {verdict.subject: verdict for verdict in run.verdicts}
    document = run.document
    for number, claim in enumerate(run.claims, 1):
        verdict = verdicts.get(claim.id)
        first = claim.spans[0] if claim.spans else None
        yield {
            "document": document.id,
            "source": document.source,
            "title": document.title,
            "published": document.published.isoformat() if document.published else None,
            "number": number,
            "claim": claim.id,
            "text": claim.text,
            "quote": claim.quote,
            "match": str(claim.match),
            "kind": str(claim.kind),
            "speaker": claim.speaker,
            "about": "; ".join(claim.about) or None,
            "when": claim.when.text if claim.when else None,
            "when_resolved": claim.when.resolved if claim.when else None,
            "quantities": "; ".join(quantity.text for quantity in claim.quantities)
            or None,
            "check_worthiness": claim.check_worthiness,
            "reason": claim.reason,
            "start": first.start if first else None,
            "end": claim.spans[-1].end if first else None,
            "line": first.line if first else None,
            "page": first.page if first else None,
            "time": first.time if first else None,
            "verdict": str(verdict.label) if verdict else None,
            "confidence": verdict.finding.confidence if verdict else None,
            "rationale": verdict.finding.rationale if verdict else None,
            "engine": run.signature.engine,
            "model": run.signature.model,
        }


def iter_csv_lines(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the rows of runs as CSV (RFC 4180), header first; no cell is a formula."""
    yield _format_csv_line(COLUMNS)
    for run in runs:
        for row in iter_claim_rows(run):
            yield _format_csv_line([_neutralize_formula(row[name]) for name in COLUMNS])


def write_parquet(runs: Iterable[Run], path: Path) -> None:
    """The rows of runs are in a Parquet file, typed; memory holds one run at a time.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError("parquet: needs pip install 'claimcheck[parquet]'") from None
    types = {
        **dict.fromkeys(_TEXT_COLUMNS, pyarrow.string()),
        **dict.fromkeys(_INTEGER_COLUMNS, pyarrow.int64()),
        **dict.fromkeys(_FLOAT_COLUMNS, pyarrow.float64()),
    }
    schema = pyarrow.schema([(name, types[name]) for name in COLUMNS])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for run in runs:
            if run.claims:
                writer.write_table(
                    pyarrow.Table.from_pylist(list(iter_claim_rows(run)), schema=schema)
                )


def build_data_frame(run: Run) -> pandas.DataFrame:
    """Return the run's claim rows as a pandas DataFrame.

    Raises:
        InputError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise InputError("claims_frame: needs pip install pandas") from None
    kinds = {
        **dict.fromkeys(_TEXT_COLUMNS, "string"),
        **dict.fromkeys(_INTEGER_COLUMNS, "Int64"),
        **dict.fromkeys(_FLOAT_COLUMNS, "Float64"),
    }
    return pandas.DataFrame(list(iter_claim_rows(run)), columns=list(COLUMNS)).astype(
        kinds
    )


def _format_csv_line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _neutralize_formula(value: Any) -> Any:
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(_FORMULA_PREFIXES)
        else value
    )
