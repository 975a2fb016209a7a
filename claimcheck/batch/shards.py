"""Outcomes outside a store: rows of JSON Lines or Parquet, as machines write them that share no file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from claimcheck.batch.plan import Plan
from claimcheck.errors import InputError
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.llm import Usage
from claimcheck.models.outcome import DocumentState, Outcome
from claimcheck.models.run import Run, load_run
from claimcheck.store.ingest import DocumentSource, SourceEntry, ingest_sources
from claimcheck.store.store import RunStore

_SUFFIXES = (".jsonl", ".json", ".parquet")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many documents shards had, how many of them had no outcome before, and how many rows were repeats."""

    documents: int
    outcomes: int
    repeated: int


def build_shard_row(
    plan: Plan,
    key: str,
    document: Document | None,
    outcome: Outcome | None,
    problem: str | None,
) -> dict[str, Any]:
    """Build the shard row of a document: its fields, outcome and usage."""
    usage = outcome.usage if outcome else Usage()
    state = (
        outcome.state
        if outcome
        else DocumentState.FAILED
        if problem
        else DocumentState.PENDING
    )
    return {
        "key": key,
        "way": json.dumps(plan.config(), ensure_ascii=False, sort_keys=True),
        "state": str(state),
        "cause": outcome.cause if outcome else "unreadable" if problem else None,
        "message": outcome.message if outcome else problem,
        "fields": dump_document(document) if document else None,
        "text": document.text if document else None,
        "run": outcome.run if outcome else None,
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
    }


def import_shards(store: RunStore, folder: Path) -> ImportReport:
    """The documents and outcomes of the shards in a folder are in the store, each once; an outcome there stays.

    Raises:
        InputError: there are no shards, or one can't be read; the store has what stood before the bad row.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES and path.is_file()
    )
    if not files:
        raise InputError(f"{folder}: holds no shards ({', '.join(_SUFFIXES)})")
    seen: set[str] = set()
    outcomes = repeated = 0
    for path in files:
        rows = []
        for place, row in _read_shard_rows(path):
            missing = {"key", "way", "state"} - row.keys()
            if missing:
                raise InputError(
                    f"{place}: is no outcome: it has no {', '.join(sorted(missing))}"
                )
            if row["key"] in seen:
                repeated += 1
                continue
            seen.add(row["key"])
            rows.append((place, row))
        for way in {row["way"] for _, row in rows}:
            batch = store.open_batch(json.loads(way))
            of_batch = [(place, row) for place, row in rows if row["way"] == way]
            source = DocumentSource(str(path), None, partial(_build_entries, of_batch))
            ingest_sources(store.database, batch, [source])
            outcomes += sum(_record_outcome(store, batch, row) for _, row in of_batch)
    return ImportReport(len(seen), outcomes, repeated)


def _build_entries(rows: list[tuple[str, dict[str, Any]]]) -> Iterator[SourceEntry]:
    for place, row in rows:
        if row.get("text") is None:
            yield SourceEntry(
                row["key"], None, place, problem=row.get("message") or "no text"
            )
        else:
            yield SourceEntry(
                row["key"], load_document(row["fields"], row["text"]), place
            )


def _record_outcome(store: RunStore, batch: int, row: dict[str, Any]) -> bool:
    """Store the row's outcome; return whether it is the document's first."""
    if row["state"] == DocumentState.PENDING or row.get("text") is None:
        return False
    number = store.find_pending(batch, row["key"])
    if number is None:
        return False
    run: Run | None = load_run(row["run"], row["text"]) if row.get("run") else None
    usage = (
        run.usage
        if run
        else Usage(
            requests=row.get("requests") or 0,
            input_tokens=row.get("input_tokens") or 0,
            output_tokens=row.get("output_tokens") or 0,
            cost_usd=row.get("cost_usd"),
        )
    )
    store.save_outcome(
        batch,
        number,
        Outcome(
            DocumentState(row["state"]),
            row.get("run"),
            row.get("cause"),
            row.get("message"),
            usage,
        ),
    )
    return True


def _read_shard_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix == ".parquet":
        try:
            import pyarrow.parquet
        except ImportError:
            raise InputError(
                f"{path}: Parquet needs pip install 'claimcheck[distributed]'"
            ) from None
        try:
            file = pyarrow.parquet.ParquetFile(path)
            number = 0
            for batch in file.iter_batches(200):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}, row {number}", row
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: is no Parquet file: {error}") from None
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path}:{number}: is not JSON: {error}") from None
            if not isinstance(row, dict):
                raise InputError(f"{path}:{number}: is no row")
            yield f"{path}:{number}", row
