"""One document after another, a step at a time: what its flow asks next, or what became of it.

A step computes and asks nobody. So steps can be taken in this process or in another one (`claimcheck.batch.workers`), and
what goes to a model goes from the one place that keeps limits, budget and store.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Protocol

from claimcheck.batch.plan import Plan
from claimcheck.core.document import Document
from claimcheck.core.exchange import ModelRequest, ModelResponse
from claimcheck.core.run import Run, Usage
from claimcheck.errors import ContextWindowError, InputError, StoreError
from claimcheck.flows.document import run_flow
from claimcheck.flows.drive import Flow
from claimcheck.store.outcome import Outcome, State

Given = Document | list[ModelResponse]
Step = list[ModelRequest] | Outcome


class Steps(Protocol):
    """Where documents are taken on. A document that was begun is taken on to its outcome, or let go."""

    async def take(self, number: int, given: Given) -> Step:
        """What the flow of this document comes to: begun with a document, taken on with the answers to its requests.

        Raises:
            Lost: the process that had begun it is gone; what was asked can be asked again.
        """
        ...

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        ...


class Lost(Exception):
    """A document's flow went with its process."""


@dataclass(slots=True)
class _Begun:
    flow: Flow[Run]
    started: float


@dataclass(slots=True)
class Flows:
    """The flows of the documents that this process has begun."""

    plan: Plan
    _begun: dict[int, _Begun] = field(default_factory=dict)

    def take(self, number: int, given: Given) -> Step | None:
        """The next step; None where it is not the first of a document that this process has begun."""
        try:
            if isinstance(given, Document):
                started = time.perf_counter()
                flow = run_flow(given, self.plan.settings, self.plan.engine, check=self.plan.check)
                self._begun[number] = _Begun(flow, started)
                return next(flow)
            if number not in self._begun:
                return None
            return self._begun[number].flow.send(given)
        except StopIteration as stop:
            seconds = round(time.perf_counter() - self._begun.pop(number).started, 3)
            run: Run = stop.value
            return Outcome.of(replace(run, usage=replace(run.usage, seconds=seconds)))
        except StoreError:
            raise
        except InputError as error:
            outcome = failed("unreadable", str(error))
        except ContextWindowError as error:
            outcome = failed("too_long", str(error))
        except Exception as error:  # noqa: BLE001 - our own mistake with one document must not end ten thousand others
            outcome = failed("internal", f"{type(error).__name__}: {error}")
        self.let_go(number)
        return outcome

    def let_go(self, number: int) -> None:
        """Nothing more is done about this document."""
        self._begun.pop(number, None)


class Here(Steps):
    """Steps in this process, between the turns of its event loop."""

    def __init__(self, plan: Plan) -> None:
        self._flows = Flows(plan)

    async def take(self, number: int, given: Given) -> Step:
        """The step, taken at once; at the places where a flow can be left others have their turn."""
        step = self._flows.take(number, given)
        while step == []:
            await asyncio.sleep(0)
            step = self._flows.take(number, [])
        if step is None:
            raise Lost
        return step

    def let_go(self, number: int) -> None:
        """Its flow is dropped."""
        self._flows.let_go(number)


def failed(cause: str, message: str, requests: int = 0) -> Outcome:
    """The outcome of a document without a result."""
    return Outcome(State.FAILED, None, str(cause), message, Usage(requests=requests))
