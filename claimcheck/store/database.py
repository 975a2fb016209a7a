"""Open, migrate, and guard SQLite files of a known kind and version.

Stores, caches, and evidence indexes all use `Database`, so that they treat damaged,
locked, foreign, and outdated files alike. SQLite's errors become `StoreError`s with a
message that says what to do.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.arguments import require_kind
from claimcheck.errors import StoreError, UnstorableError

# How long to wait for another process that is writing. Chosen by hand: our longest
# transaction, adding a large folder, is shorter.
LOCK_TIMEOUT_S = 5.0
_SIGNATURE = b"SQLite format 3\0"

_Values = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatabaseLayout:
    """A kind of file: its name, a table that only it has, and its scripts.

    The first script creates version 1; each further one upgrades to the next version.
    """

    kind: str
    table: str
    scripts: Sequence[str]


class Database(AbstractContextManager["Database"]):
    """A connection to a file, created if missing and upgraded if outdated.

    Any number of threads may use it: during a transaction, the others wait.

    Raises:
        StoreError: the file is of another kind, damaged, locked, not writable, or from
            a newer version of claimcheck; it is left untouched.
    """

    def __init__(
        self, path: str | Path, layout: DatabaseLayout, *, synchronous: str = "FULL"
    ) -> None:
        require_kind(path, (str, Path), "path", "a string or a Path")
        self.path = str(path)
        self._layout = layout
        # Without the lock, other threads' statements would join an open transaction.
        self._lock = threading.RLock()
        is_new = self._is_new()
        if is_new:
            self._create_private_file()
        with self.translate_errors(), ExitStack() as undo:
            self._connection = sqlite3.connect(
                self.path,
                timeout=LOCK_TIMEOUT_S,
                isolation_level=None,  # transactions are ours, see `transaction`
                check_same_thread=False,
            )
            undo.callback(self._connection.close)
            self._connection.execute("PRAGMA foreign_keys = ON")
            if is_new:
                # In this mode, readers do not wait for a writer. The file remembers it.
                self._connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(0 if is_new else self._read_version())
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            undo.pop_all()
        # An index in memory lives as long as the evidence that is read from it, which
        # nobody closes.
        weakref.finalize(self, self._connection.close)
        self._identity = self._identify()

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def execute(self, statement: str, values: _Values = ()) -> sqlite3.Cursor:
        """Run a statement and return its cursor.

        Raises:
            UnstorableError: a value cannot be stored; nothing was changed.
        """
        with self.translate_errors(), self._lock:
            try:
                return self._connection.execute(statement, values)
            except UnicodeEncodeError:
                message = "a text contains half of a surrogate pair"
            except OverflowError:
                message = "a number has more than 64 bits"
        raise UnstorableError(f"{message}, which cannot be stored")

    def add_function(self, function: Callable[..., Any]) -> None:
        """Let statements call a Python function by its name."""
        with self.translate_errors(), self._lock:
            self._connection.create_function(
                function.__name__, -1, function, deterministic=True
            )

    def copy_to(self, path: Path) -> None:
        """Write a copy of the file; others may change it meanwhile."""
        path.touch(mode=0o600)
        with self.translate_errors(), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other commands from running, deleting, and importing documents.

        The operating system releases the lock when the process ends.

        Raises:
            StoreError: another command is working on the file.
        """
        import filelock

        # The lock file is never deleted: a command that opened the deleted file could
        # lock it while another command locks its successor.
        try:
            with filelock.FileLock(f"{Path(self.path).resolve()}.lock", timeout=0):
                yield
        except filelock.Timeout:
            raise StoreError(
                f"{self.path}: another command is working on this store; wait until it "
                "is done"
            ) from None

    def require_file(self) -> None:
        """Fail if the file was deleted or replaced while it is open.

        SQLite would keep writing to the deleted file, and all of that would be lost.

        Raises:
            StoreError: the path no longer refers to this file.
        """
        if self._identify() != self._identity:
            raise StoreError(
                f"{self.path}: was deleted or replaced while it was in use. What was "
                "stored in it since then is lost; restore it from a copy, or start "
                "again."
            )

    def fetch_one(self, statement: str, values: _Values = ()) -> Any:
        """Return the first row of a query, or None."""
        with self.translate_errors(), self._lock:
            return self.execute(statement, values).fetchone()

    def fetch_all(self, statement: str, values: _Values = ()) -> list[Any]:
        """Return all rows of a query."""
        with self.translate_errors(), self._lock:
            return self.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block, or nothing if it raises."""
        with self._lock:
            self.execute("BEGIN IMMEDIATE")
            with self.translate_errors(), self._connection:  # commits or rolls back
                yield

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn SQLite's errors into a `StoreError` that says what to do."""
        try:
            yield
        except sqlite3.ProgrammingError as error:
            # Any other is a mistake in our code, not in the file.
            if "closed" not in str(error):
                raise
            raise StoreError(
                f"{self.path}: this {self._layout.kind} is closed; open it again"
            ) from None
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.path}: {_explain_error(str(error))}") from None
        except sqlite3.DatabaseError as error:
            if not self._has_signature():
                raise StoreError(
                    f"{self.path}: not a claimcheck {self._layout.kind}, but another "
                    "kind of file. Name another file."
                ) from None
            raise StoreError(
                f"{self.path}: not a valid {self._layout.kind}, or damaged ({error}). "
                "Restore it from a copy, or delete it and create a new one."
            ) from None

    def _create_private_file(self) -> None:
        """Create the file so that only its owner can read it."""
        # Documents and answers may be confidential; SQLite would follow the umask.
        if self.path != ":memory:":
            # If this fails, SQLite fails as well, with a better message.
            with contextlib.suppress(OSError):
                Path(self.path).touch(mode=0o600)

    def _identify(self) -> tuple[int, int] | None:
        """Return what tells the file from a new file of the same name."""
        try:
            status = Path(self.path).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _is_new(self) -> bool:
        if self.path == ":memory:":
            return True
        file = Path(self.path)
        return not file.exists() or file.stat().st_size == 0

    def _has_signature(self) -> bool:
        """Whether the file starts like one of SQLite's."""
        try:
            with Path(self.path).open("rb") as file:
                return file.read(len(_SIGNATURE)) == _SIGNATURE
        except OSError:
            return True  # unknown, so assume that it is a damaged SQLite file

    def _read_version(self) -> int:
        kind = self._layout.kind
        tables = self.fetch_one(
            "SELECT count(*) FROM sqlite_master "
            "WHERE type = 'table' AND name IN ('meta', ?)",
            (self._layout.table,),
        )
        row = self.fetch_one("SELECT version FROM meta") if tables == (2,) else None
        if row is None:
            raise StoreError(
                f"{self.path}: not a claimcheck {kind}. Name another file."
            )
        version = int(row[0])
        # An older version of claimcheck must not write to a layout that it does not
        # know.
        supported = len(self._layout.scripts)
        if version > supported:
            raise StoreError(
                f"{self.path}: created by a newer claimcheck "
                f"({kind} version {version}; this one reads version {supported}). "
                f"Upgrade claimcheck, or create a new {kind}."
            )
        return version

    def _migrate(self, version: int) -> None:
        scripts = self._layout.scripts
        if version == len(scripts):
            return
        with self.transaction():
            if version == 0:
                version = self._create_meta_table()
            for script in scripts[version:]:
                # Not `executescript`, which would commit the transaction first.
                for statement in script.strip().split(";\n"):
                    if statement.strip():
                        self.execute(statement)
            self.execute("UPDATE meta SET version = ?", (len(scripts),))

    def _create_meta_table(self) -> int:
        """Create the table with the version; return the version it now has."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
        if self.fetch_one(query):
            return self._read_version()  # another process was faster
        self.execute("CREATE TABLE meta (version INTEGER NOT NULL)")
        self.execute("INSERT INTO meta VALUES (0)")
        return 0


def _explain_error(reason: str) -> str:
    if "locked" in reason or "busy" in reason:
        return (
            "locked by another process "
            f"(waited {LOCK_TIMEOUT_S:.0f} s). Wait until it is done."
        )
    if "readonly" in reason or "unable to open" in reason:
        return "cannot be opened for writing. Check the folder and its permissions."
    if "full" in reason:
        return (
            "cannot be written: the disk is full. Everything stored so far is safe; "
            "free some space and run the command again."
        )
    return f"cannot be used: {reason}"
