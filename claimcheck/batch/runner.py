"""Run the pending documents of a batch, many at a time.

A slow document does not delay the others. An error that every further request would hit
(a wrong key, an unknown model, no budget left, a full disk) stops the batch. Any other
error becomes the outcome of its document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from claimcheck.errors import (
    NoAnswerError,
    ProviderError,
    StoreError,
    UnreachableError,
    WorkerError,
)
from claimcheck.models.document import Document
from claimcheck.models.outcome import (
    DocumentState,
    Outcome,
    Progress,
    RunLocation,
    StopSignal,
)
from claimcheck.models.run import Cause
from claimcheck.store.store import RunStore

# If this many documents in a row get no answer, and at least as many as run at a time,
# the network is down. Chosen by hand.
_MIN_UNREACHED_TO_STOP = 5

RunDocument = Callable[[RunLocation, Document], Awaitable[Outcome]]


@dataclass(slots=True)
class BatchRunner:
    """Runs the pending documents of a batch and stores their outcomes.

    `on_progress` is called after every document. `width` is the number of documents
    that run at a time.
    """

    store: RunStore
    batch: int
    run_document: RunDocument
    width: int
    progress: Progress
    on_progress: Callable[[Progress], None]
    stop: StopSignal
    _unreached: list[tuple[RunLocation, UnreachableError]] = field(default_factory=list)

    async def run(self) -> None:
        """Run until every document has an outcome, or `stop` is requested."""
        # All tasks share one iterator: each takes the next document when it is free.
        pending = self.store.iter_pending(self.batch)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.width):
                group.create_task(self._run_pending(pending))
        self._settle_unreached()

    def _settle_unreached(self) -> None:
        """Decide about the documents that are left without an answer."""
        if not self._unreached:
            return
        errors = [error for _, error in self._unreached]
        # An endpoint that accepted every request is up. Documents that it does not
        # answer must fail, or they would stop each later command before it reaches the
        # others.
        if all(isinstance(error, NoAnswerError) for error in errors):
            self._fail_unreached()
        elif self.progress.finished_now == 0:
            self.stop.request(errors[-1])  # the network is down: all stay pending
        elif not self.stop.requested:
            self._fail_unreached()

    async def _run_pending(self, pending: Iterator[tuple[int, Document]]) -> None:
        while not self.stop.requested:
            try:
                item = next(pending, None)
                if item is None:
                    return
                number, document = item
                location = RunLocation(self.batch, number)
                outcome = await self._run_one(location, document)
                if outcome is not None:
                    # An answer means that the network works.
                    self._fail_unreached()
                    self._save(location, outcome)
            except StoreError as error:  # full, locked, deleted
                self.stop.request(error)

    async def _run_one(
        self, location: RunLocation, document: Document
    ) -> Outcome | None:
        """Return the document's outcome; None if it stays pending."""
        try:
            return await self.run_document(location, document)
        except UnreachableError as error:
            self._add_unreached(location, error)
        except (ProviderError, WorkerError) as error:
            self.stop.request(error)
        return None

    def _add_unreached(self, location: RunLocation, error: UnreachableError) -> None:
        """Hold the document back: it fails only if a later one is answered.

        If none is, and the endpoint accepts no requests, all of them stay
        pending.
        """
        self._unreached.append((location, error))
        if len(self._unreached) >= max(_MIN_UNREACHED_TO_STOP, self.width):
            self.stop.request(error)

    def _fail_unreached(self) -> None:
        while self._unreached:
            self._fail(*self._unreached.pop())

    def _fail(self, location: RunLocation, error: UnreachableError) -> None:
        failure = Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests)
        self._save(location, failure)

    def _save(self, location: RunLocation, outcome: Outcome) -> None:
        saved = self.store.save_outcome(location, outcome)
        match saved.state:
            case DocumentState.DONE:
                self.progress.done += 1
            case DocumentState.PARTIAL:
                self.progress.partial += 1
            case _:
                self.progress.failed += 1
        self.progress.finished_now += 1
        self.on_progress(self.progress)
