"""A temporary copy of a store, for estimates, which must not change it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimcheck.store.store import RunStore


@contextmanager
def open_scratch_copy(path: str | Path) -> Iterator[RunStore]:
    """Yield a copy of a store, which is deleted at the end.

    The copy is empty if `path` does not exist.

    Raises:
        StoreError: the file at `path` cannot be used as a store.
    """
    with tempfile.TemporaryDirectory(prefix="claimcheck-") as folder:
        copy = Path(folder) / "scratch.db"
        if Path(path).exists():
            with RunStore(path, create=False) as store:
                store.database.copy_to(copy)
        with RunStore(copy) as scratch:
            scratch.path = str(path)  # messages name the store
            yield scratch
