"""Shards: outcomes outside a store, in rows of JSON Lines or Parquet.

Machines that share no files write them; `claimcheck runs import` adds them to a store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cattrs.errors import BaseValidationError

from claimcheck.batch.plan import Plan
from claimcheck.errors import InputError
from claimcheck.installation import get_install_command
from claimcheck.json_lines import MAX_LINE_BYTES, read_json_lines
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.llm import Usage
from claimcheck.models.outcome import DocumentState, Outcome
from claimcheck.models.run import Run, load_run
from claimcheck.store.ingest import DocumentSource, SourceEntry, ingest_sources
from claimcheck.store.store import RunStore

_SUFFIXES = (".jsonl", ".json", ".parquet")
_REQUIRED_COLUMNS = ("key", "state", "config")
_MAX_ROW_BYTES = 4 * MAX_LINE_BYTES  # the text of a document, escaped, and its run
_ROWS_PER_READ = 200  # a Parquet file may be larger than the memory

_Row = dict[str, Any]
_LocatedRow = tuple[str, _Row]  # the file and line (for messages), and the row


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The number of documents in the shards, and of outcomes new to the store.

    `repeated` rows have the key of an earlier row and were skipped. `broken` describes
    the other skipped rows: where each is, and what is wrong.
    """

    documents: int
    outcomes: int
    repeated: int
    broken: tuple[str, ...] = ()


def build_shard_row(
    plan: Plan, key: str, document: Document | None, outcome: Outcome | None
) -> _Row:
    """Build the row of a document; without an outcome it is pending."""
    if outcome is None:
        outcome = Outcome(DocumentState.PENDING, None, None, None, Usage())
    return {
        "key": key,
        # Every row states its configuration, so shards of several batches can be mixed.
        "config": json.dumps(plan.config(), ensure_ascii=False, sort_keys=True),
        "state": str(outcome.state),
        "cause": outcome.cause,
        "message": outcome.message,
        "fields": dump_document(document) if document else None,
        "text": document.text if document else None,
        "run": outcome.run,
        "requests": outcome.usage.requests,
        "input_tokens": outcome.usage.input_tokens,
        "output_tokens": outcome.usage.output_tokens,
        "cost_usd": outcome.usage.cost_usd,
    }


def import_shards(store: RunStore, folder: Path) -> ImportReport:
    """Add documents and outcomes from a folder of shards, without duplicates.

    Outcomes that are already in the store stay.

    Raises:
        InputError: there are no shards, or one is not a Parquet file; the files before
            it are in.
        StoreError: another command works on the store.
    """
    with store.database.lock():
        return _import_files(store, _find_shards(folder))


def _import_files(store: RunStore, paths: list[Path]) -> ImportReport:
    keys: set[str] = set()
    broken: list[str] = []
    outcomes = repeated = 0
    for path in paths:
        rows: list[_LocatedRow] = []
        for origin, row in _read_rows(path):
            problem = row if isinstance(row, str) else _find_problem(row)
            if problem:
                broken.append(f"{origin}: {problem}")
            # Ray repeats the rows that a lost worker had already written.
            elif row["key"] in keys:
                repeated += 1
            else:
                keys.add(row["key"])
                rows.append((origin, row))
        outcomes += _import_rows(store, path, rows)
    return ImportReport(len(keys), outcomes, repeated, tuple(broken))


def _find_shards(folder: Path) -> list[Path]:
    paths = [path for path in folder.rglob("*") if path.suffix in _SUFFIXES]
    shards = sorted(path for path in paths if path.is_file())
    if not shards:
        raise InputError(f"{folder}: contains no shards ({', '.join(_SUFFIXES)})")
    return shards


def _find_problem(row: _Row) -> str | None:
    """Return why a row cannot be imported, or None."""
    missing = [name for name in _REQUIRED_COLUMNS if name not in row]
    if missing:
        return f"not an outcome. Missing: {', '.join(missing)}"
    if not isinstance(row["key"], str):
        return "key: expected text"
    try:
        DocumentState(row["state"])
        json.loads(row["config"])
        if row.get("text") is not None:
            load_document(row["fields"], row["text"])
        if row.get("run"):
            Run.from_json(row["run"])
        # Half a surrogate pair cannot be stored.
        json.dumps(row, ensure_ascii=False).encode()
    except (
        BaseValidationError,
        InputError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        return f"not a valid outcome: {error}"
    return None


def _import_rows(store: RunStore, path: Path, rows: list[_LocatedRow]) -> int:
    """Add rows to their batches; return how many outcomes were new."""
    rows_by_config: dict[str, list[_LocatedRow]] = {}
    for origin, row in rows:
        rows_by_config.setdefault(row["config"], []).append((origin, row))
    outcomes = 0
    for config, batch_rows in rows_by_config.items():
        batch = store.open_batch(json.loads(config))
        # Without a state, the shard is always read, because it may have been rewritten.
        source = DocumentSource(str(path), None, partial(_build_entries, batch_rows))
        ingest_sources(store.database, batch, [source])
        for _, row in batch_rows:
            outcomes += _import_outcome(store, batch, row)
    return outcomes


def _build_entries(rows: list[_LocatedRow]) -> Iterator[SourceEntry]:
    for origin, row in rows:
        key, text = row["key"], row.get("text")
        if text is None:
            problem = row.get("message") or "no text"
            yield SourceEntry(key, None, origin, problem=problem)
        else:
            yield SourceEntry(key, load_document(row["fields"], text), origin)


def _import_outcome(store: RunStore, batch: int, row: _Row) -> bool:
    """Store the row's outcome; return whether the document had none before."""
    # Ingesting has already recorded an unreadable document, without text, as a failure.
    if row["state"] == DocumentState.PENDING or row.get("text") is None:
        return False
    location = store.find_pending(batch, row["key"])
    if location is None:
        return False
    outcome = Outcome(
        state=DocumentState(row["state"]),
        run=row.get("run"),
        cause=row.get("cause"),
        message=row.get("message"),
        usage=_read_usage(row),
    )
    store.save_outcome(location, outcome)
    return True


def _read_usage(row: _Row) -> Usage:
    if row.get("run"):
        # The run has counts without a column in the row: cached tokens, seconds.
        return load_run(row["run"], row["text"]).usage
    counts = {}
    for name in ("requests", "input_tokens", "output_tokens"):
        counts[name] = row.get(name) or 0
    return Usage(**counts, cost_usd=row.get("cost_usd"))


def _read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (location, row), or (location, problem) for a broken row."""
    if path.suffix == ".parquet":
        return _read_parquet_rows(path)
    return _read_json_rows(path)


def _read_parquet_rows(path: Path) -> Iterator[_LocatedRow]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            f"{path}: Parquet needs {get_install_command('distributed')}"
        ) from None
    number = 0
    try:
        file = pyarrow.parquet.ParquetFile(path)
        for batch in file.iter_batches(_ROWS_PER_READ):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}, row {number}", row
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a valid Parquet file: {error}") from None


def _read_json_rows(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as file:
        for line in read_json_lines(file, _MAX_ROW_BYTES):
            row = line.value if isinstance(line.value, dict) else "expected an object"
            yield f"{path}:{line.number}", line.problem or row
