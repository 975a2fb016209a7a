"""A temporary copy of a store, for an estimate, which must not change it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimcheck.store.store import RunStore

# Runs and usable answers are most of a store, and an estimate does not read them.
_COPIED_COLUMNS = {
    "inputs": "number, name, state",
    "documents": "number, key, id, fields, text, input",
    "batches": "number, digest, way, started",
    "outcomes": "batch, document, state, cause, message",
    "answers": "batch, document, digest, schema, response, input_tokens, "
    "output_tokens, cost_usd, void",
}
_ANSWERS_QUERY = (
    "SELECT a.batch, a.document, a.digest, a.schema, "
    "CASE WHEN o.state IN ('failed', 'partial') THEN a.response ELSE '' END, "
    "a.input_tokens, a.output_tokens, a.cost_usd, a.void "
    "FROM answers a JOIN outcomes o ON o.batch = a.batch AND o.document = a.document"
)


@contextmanager
def open_scratch_copy(path: str | Path) -> Iterator[RunStore]:
    """Yield a store with another's documents and outcomes, but without runs.

    It is deleted at the end. Without a store at `path`, it is empty.

    Raises:
        StoreError: the file at `path` cannot be used as a store.
    """
    with (
        tempfile.TemporaryDirectory(prefix="claimcheck-") as folder,
        RunStore(Path(folder) / "scratch.db") as scratch,
    ):
        if Path(path).exists():
            with RunStore(path, create=False) as store:
                _copy_tables(store, scratch)
        scratch.path = str(path)  # messages name the store
        yield scratch


def _copy_tables(store: RunStore, scratch: RunStore) -> None:
    with scratch.database.transaction():
        for table, columns in _COPIED_COLUMNS.items():
            query = f"SELECT {columns} FROM {table}"  # noqa: S608 - our names
            if table == "answers":
                query = _ANSWERS_QUERY
            marks = ", ".join("?" * len(columns.split(",")))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
            for row in store.database.execute(query):
                scratch.database.execute(insert, row)
