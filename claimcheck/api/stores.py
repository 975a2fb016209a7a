"""A run that is kept in a store, with every answer that was paid for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claimcheck.batch.plan import Plan
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.run import Run
from claimcheck.settings import Limits, Settings
from claimcheck.store.history import History, Place
from claimcheck.store.outcome import Outcome
from claimcheck.store.store import RunStore


def plan_of(settings: Settings, engine: str, check: bool) -> Plan:
    """The plan of a batch of the same way, so that the run can go on as one of the batch's."""
    return replace(Plan.of(settings, Limits(), check=check), engine=engine)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The place for a document's run, and the settings that its answers are asked for with."""

    store: RunStore
    place: Place
    settings: Settings

    @classmethod
    def begun(cls, store: RunStore, document: Document, plan: Plan) -> Keeping:
        """The document waits in the store for its run.

        Raises:
            StoreError: the store can't be written to.
        """
        return cls(store, History(store).place(document, plan.way()), plan.settings)

    def client(self, inner: Client | None) -> Client | None:
        """The client that asks for what the store has no answer to, and stores the answer first."""
        from claimcheck.batch.stored import RememberingClient  # brings openai, which takes its time

        place = (self.place.batch, self.place.document)
        return RememberingClient(inner, self.store, place, self.settings) if inner else None

    def keep(self, run: Run) -> None:
        """The run is in the store."""
        self.store.finish(self.place.batch, self.place.document, Outcome.of(run))
