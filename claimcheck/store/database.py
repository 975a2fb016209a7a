"""One SQLite file of a known kind and version, opened, migrated and guarded the same way wherever one is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from claimcheck.errors import StoreError


class Closeable:
    """Something with a file or connections of its own; `close` gives them back."""

    def close(self) -> None:
        """The file is closed."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


LOCK_TIMEOUT_S = 5.0  # for another process that writes


@dataclass(frozen=True, slots=True)
class DatabaseLayout:
    """What a kind of file is called, the table that tells it from others, and the scripts that make it.

    The first script makes version 1, every further one the next version from the one before.
    """

    kind: str
    table: str
    scripts: Sequence[str]


class Database(Closeable):
    """The connection to a file, which is made when it is not there; an older version is brought up to date.

    It may be used by several threads, one at a time.

    Raises:
        StoreError: the file is of another kind, damaged, locked, in a folder that can't be written to, or made by a newer
            version of claimcheck. Nothing in it is changed then.
    """

    def __init__(
        self, path: str | Path, layout: DatabaseLayout, *, synchronous: str = "FULL"
    ) -> None:
        self.path = str(path)
        self._layout = layout
        new = (
            self.path == ":memory:"
            or not Path(self.path).exists()
            or not Path(self.path).stat().st_size
        )
        with self.guarded(), ExitStack() as undo:
            self._connection = sqlite3.connect(
                self.path,
                timeout=LOCK_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            undo.callback(self._connection.close)
            self._connection.execute("PRAGMA foreign_keys = ON")
            if new:
                self._connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(0 if new else self._version())
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            undo.pop_all()

    def execute(
        self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> sqlite3.Cursor:
        """The cursor of a statement that has been run."""
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What the block does is done as a whole, or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:  # commits, or rolls back on an error
            yield

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """What SQLite says, said so that somebody can do something about it."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.path}: {_explain_error(str(error))}") from None
        except sqlite3.DatabaseError as error:
            kind = self._layout.kind
            raise StoreError(
                f"{self.path}: is no {kind}, or a damaged one ({error}); restore it from a copy, or make it anew"
            ) from None

    def close(self) -> None:
        """The file is closed."""
        self._connection.close()

    def _version(self) -> int:
        kind, known = self._layout.kind, len(self._layout.scripts)
        tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', ?)"
        (found,) = self.execute(tables, (self._layout.table,)).fetchone()
        row = (
            self.execute("SELECT version FROM meta").fetchone() if found == 2 else None
        )
        if row is None:
            raise StoreError(
                f"{self.path}: is no {kind} of claimcheck; name another file"
            )
        version = int(row[0])
        if version > known:
            raise StoreError(
                f"{self.path}: was made by a newer claimcheck ({kind} version {version}, this one reads {known}); "
                f"upgrade claimcheck, or make the {kind} anew"
            )
        return version

    def _migrate(self, version: int) -> None:
        scripts = self._layout.scripts
        if version == len(scripts):
            return
        with self.transaction():
            if (
                version == 0
                and self.execute(
                    "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
                ).fetchone()
            ):
                version = self._version()  # another process was quicker
            elif version == 0:
                self.execute("CREATE TABLE meta (version INTEGER NOT NULL)")
                self.execute("INSERT INTO meta VALUES (0)")
            for script in scripts[version:]:
                for statement in script.strip().split(";\n"):
                    if statement.strip():
                        self.execute(statement)
            self.execute("UPDATE meta SET version = ?", (len(scripts),))


def _explain_error(reason: str) -> str:
    if "locked" in reason or "busy" in reason:
        return f"is locked by another process (waited {LOCK_TIMEOUT_S:.0f} s); wait until it is done"
    if "readonly" in reason or "unable to open" in reason:
        return "can't be opened for writing; check the folder and its rights"
    if "full" in reason:
        return "can't be written to: the disk is full; nothing that was stored is lost, make room and run it again"
    return f"can't be used: {reason}"
