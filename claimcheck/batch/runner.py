"""The queue: so many documents at a time, the next one as soon as one is done; no slow one holds up the rest.

An error that every further request would meet (a wrong key, an unknown model, the end of the budget, a full disk) stops
it once. Any other is the outcome of its document.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from claimcheck.batch.answers import DocumentAnswers
from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import (
    ContextWindowError,
    InputError,
    ProviderError,
    StoreError,
    UnreachableError,
    WorkerError,
)
from claimcheck.llm.stored import StoredAnswersClient
from claimcheck.models.document import Document
from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.outcome import DocumentState, Outcome, Progress, StopSignal
from claimcheck.models.run import Cause, Run
from claimcheck.pipeline.driver import Flow, fetch_responses
from claimcheck.store.store import RunStore

StepInput = Document | list[ModelResponse]
StepResult = list[ModelRequest] | Outcome


class StepExecutor(Protocol):
    """Where documents are taken on. A document that was begun is taken on to its outcome, or let go."""

    async def take(self, number: int, given: StepInput) -> StepResult:
        """What the flow of this document comes to: begun with a document, taken on with the answers to its requests.

        Raises:
            Lost: the process that had begun it is gone; what was asked can be asked again.
        """
        ...

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        ...


class FlowLostError(Exception):
    """A document's flow went with its process."""


@dataclass(slots=True)
class _ActiveFlow:
    flow: Flow[Run]
    started: float


@dataclass(slots=True)
class ActiveFlows:
    """The flows of the documents that this process has begun."""

    plan: Plan
    _begun: dict[int, _ActiveFlow] = field(default_factory=dict)

    def take(self, number: int, given: StepInput) -> StepResult | None:
        """The next step; None where it is not the first of a document that this process has begun."""
        try:
            if isinstance(given, Document):
                started = time.perf_counter()
                flow = build_run_flow(
                    given, self.plan.settings, self.plan.engine, check=self.plan.check
                )
                self._begun[number] = _ActiveFlow(flow, started)
                return next(flow)
            if number not in self._begun:
                return None
            return self._begun[number].flow.send(given)
        except StopIteration as stop:
            seconds = round(time.perf_counter() - self._begun.pop(number).started, 3)
            run: Run = stop.value
            return Outcome.from_run(
                replace(run, usage=replace(run.usage, seconds=seconds))
            )
        except StoreError:
            raise
        except InputError as error:
            outcome = Outcome.from_failure("unreadable", str(error))
        except ContextWindowError as error:
            outcome = Outcome.from_failure("too_long", str(error))
        except Exception as error:  # noqa: BLE001 - our own mistake with one document must not end ten thousand others
            outcome = Outcome.from_failure(
                "internal", f"{type(error).__name__}: {error}"
            )
        self.let_go(number)
        return outcome

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        self._begun.pop(number, None)


class LocalStepExecutor(StepExecutor):
    """Steps in this process, between the turns of its event loop."""

    def __init__(self, plan: Plan) -> None:
        self._flows = ActiveFlows(plan)

    async def take(self, number: int, given: StepInput) -> StepResult:
        """The step, taken at once; at the places where a flow can be left others have their turn."""
        step = self._flows.take(number, given)
        while step == []:
            await asyncio.sleep(0)
            step = self._flows.take(number, [])
        if step is None:
            raise FlowLostError
        return step

    def let_go(self, number: int) -> None:
        """Its flow is dropped."""
        self._flows.let_go(number)


PendingDocument = tuple[int, Document]
_MAX_UNREACHED_DOCUMENTS = (
    5  # documents in a row, or as many as are asked at a time: more is no accident
)


@dataclass(frozen=True, slots=True)
class BatchRunner:
    """A batch's work on its pending documents. `told` is called after every one."""

    store: RunStore
    batch: int
    plan: Plan
    progress: Progress
    told: Callable[[Progress], None]
    steps: StepExecutor
    stop: StopSignal = field(default_factory=StopSignal)
    unreached: list[tuple[int, UnreachableError]] = field(default_factory=list)

    async def run(self, client: Client | None, width: int) -> None:
        """Every pending document has an outcome, or the batch was stopped; so many are under way at a time."""
        work = self.store.iter_pending(self.batch)
        async with asyncio.TaskGroup() as group:
            for _ in range(width):
                group.create_task(self._worker(work, client))
        if self.unreached and not self.progress.here:
            self.stop.request(self.unreached[-1][1])  # nothing was ever reached
        elif not self.stop.requested:
            self._settle_unreached()

    async def _worker(
        self, work: Iterator[PendingDocument], client: Client | None
    ) -> None:
        while not self.stop.requested:
            try:
                item = next(work, None)
                if item is None:
                    return
                outcome = await self._outcome(item, client)
                if outcome:
                    self._settle_unreached()
                    self.keep(item[0], outcome)
            except StoreError as error:  # full, locked, gone
                self.stop.request(error)

    def _unreached(self, number: int, error: UnreachableError) -> None:
        """A document without an answer fails only once another has one: else the network is gone, and all of them wait."""
        self.unreached.append((number, error))
        if len(self.unreached) >= max(
            _MAX_UNREACHED_DOCUMENTS, self.plan.limits.concurrency
        ):
            self.stop.request(error)

    def _settle_unreached(self) -> None:
        while self.unreached:
            number, error = self.unreached.pop()
            self.keep(
                number,
                Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests),
            )

    def keep(self, number: int, outcome: Outcome) -> None:
        """The outcome is stored, counted and told of."""
        self.store.save_outcome(self.batch, number, outcome)
        progress = self.progress
        match outcome.state:
            case DocumentState.DONE:
                progress.done += 1
            case DocumentState.PARTIAL:
                progress.partial += 1
            case _:
                progress.failed += 1
        progress.here += 1
        self.told(progress)

    async def _outcome(
        self, item: PendingDocument, client: Client | None
    ) -> Outcome | None:
        """The document's outcome; None where the batch ends before there is one."""
        number, document = item
        try:
            while True:
                answers = DocumentAnswers(self.store, self.batch, number)
                storing = client and StoredAnswersClient(
                    client, answers, self.plan.settings
                )
                with suppress(FlowLostError):
                    return await run_document(number, document, self.steps, storing)
        except UnreachableError as error:
            self._unreached(number, error)
            return None
        except (ProviderError, WorkerError) as error:
            self.stop.request(error)
            return None
        finally:
            self.steps.let_go(number)


async def run_document(
    number: int, document: Document, steps: StepExecutor, client: Client | None
) -> Outcome:
    """Run one document to its outcome; the extractive engine needs no client.

    Raises:
        UnreachableError: no request had an answer.
        ProviderError: every further document would end the same.
        StoreError: a file of claimcheck's own can't be used.
        WorkerError: no process can be started for it.
        Lost: its process is gone; asked again, it is begun again.
    """
    answered = False
    try:
        step = await steps.take(number, document)
        while not isinstance(step, Outcome):
            responses = await fetch_responses(step, client, answered=answered)
            answered = True
            step = await steps.take(number, responses)
        return step
    except (StoreError, WorkerError, FlowLostError):
        raise
    except ContextWindowError as error:
        return Outcome.from_failure("too_long", str(error), error.requests)
    except ProviderError as error:
        if error.final or isinstance(error, UnreachableError):
            raise
        return Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests)
    except Exception as error:  # noqa: BLE001 - our own mistake with one document must not end ten thousand others
        return Outcome.from_failure("internal", f"{type(error).__name__}: {error}")
