"""Opens stores of runs and answers, and saves runs.

The command line and the server import the store's types from here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from claimcheck.arguments import require_kind
from claimcheck.batch.plan import Plan
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.outcome import BatchStatus, Outcome, RunLocation
from claimcheck.models.run import Run
from claimcheck.settings import Limits, Settings
from claimcheck.store.answers import DocumentAnswers
from claimcheck.store.cache import AnswerCache
from claimcheck.store.history import History
from claimcheck.store.store import RunStore

__all__ = [
    "AnswerCache",
    "History",
    "RunStore",
    "RunWriter",
    "build_plan",
    "delete_runs",
    "find_batch",
    "find_latest_run",
    "open_history",
    "open_scratch_copy",
]


@contextmanager
def open_history(path: str | Path) -> Iterator[History]:
    """Yield the history of the store in a file; create the file if needed.

    Raises:
        StoreError: the store can't be used.
    """
    with RunStore(path) as store:
        yield History(store)


def find_batch(store: RunStore, number: int | None) -> BatchStatus:
    """Return the batch with this number; the latest one if `number` is None.

    Raises:
        InputError: the store has no such batch.
    """
    batches = store.batches()
    if not batches:
        raise InputError(f"{store.path}: the store has no batch")
    if number is None:
        return batches[-1]
    for batch in batches:
        if batch.number == number:
            return batch
    # The numbers are few, and whoever mistyped one needs them.
    available = ", ".join(str(batch.number) for batch in batches)
    raise InputError(f"{store.path}: no batch {number}. Available: {available}")


def find_latest_run(store: RunStore, name: str) -> tuple[BatchStatus, Run]:
    """Return the latest batch that has a run of a document, and the run.

    Raises:
        InputError: no batch has a run of this document.
    """
    problem: InputError | None = None
    # The latest batch is what people mean by "the run" of a document.
    for batch in reversed(store.batches()):
        try:
            return batch, store.run(batch.number, name)
        except InputError as error:
            problem = problem or error  # the latest batch explains it best
    raise problem or InputError(f"{store.path}: the store has no batch")


def delete_runs(store: RunStore, names: Iterable[str], batch: int | None) -> int:
    """Delete the runs of these documents and return how many were deleted.

    Looks in every batch if `batch` is None.

    Raises:
        NotFoundError: one of the documents is missing; nothing was deleted.
        StoreError: another command works on the store.
    """
    history = History(store)
    # Two names may mean the same document; the dict counts it once.
    locations: dict[RunLocation, None] = {}
    # A batch at work would store answers for documents that are gone.
    with store.database.lock():
        for name in names:
            locations.update(dict.fromkeys(store.locate(name, batch)))
        for location in locations:
            history.delete(location)
    return len(locations)


def build_plan(settings: Settings, engine: str, check: bool) -> Plan:
    """Build the plan with which a batch of these settings can resume."""
    return replace(Plan.from_settings(settings, Limits(), check=check), engine=engine)


@dataclass(frozen=True, slots=True)
class RunWriter:
    """Writes a run and the answers behind it to one location in a store."""

    store: RunStore
    location: RunLocation
    settings: Settings

    @classmethod
    def open(cls, store: RunStore, document: Document, plan: Plan) -> RunWriter:
        """Add the document to the store, where it waits for its run.

        Raises:
            InputError: the store is not a `RunStore`.
            StoreError: the store cannot be written to.
        """
        require_kind(store, RunStore, "store", "claimcheck.RunStore(path)")
        return cls(
            store, History(store).add_document(document, plan.config()), plan.settings
        )

    def wrap_client(self, client: Client | None) -> Client | None:
        """Return a client that asks only for answers not stored yet."""
        if client is None:
            return None
        # Imported here because it imports openai, which takes half a second.
        from claimcheck.llm.stored import StoredAnswersClient

        # The user's kinds and fields decide whether a stored answer is usable.
        brief = self.settings.brief
        answers = DocumentAnswers(self.store.answers, self.location, brief)
        return StoredAnswersClient(client, answers, self.settings)

    def save(self, run: Run) -> None:
        """Store the run."""
        self.store.save_outcome(self.location, Outcome.from_run(run))


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
            # SQLite's backup sees a consistent state, which copying the file would not.
            with RunStore(path, create=False) as store:
                store.database.copy_to(copy)
        with RunStore(copy) as scratch:
            scratch.path = str(path)  # messages name the store
            yield scratch
