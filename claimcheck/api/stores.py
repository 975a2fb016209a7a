"""A run that is kept in a store, with every answer that was paid for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claimcheck.batch.answers import DocumentAnswers
from claimcheck.batch.plan import Plan
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.outcome import Outcome, RunLocation
from claimcheck.models.run import Run
from claimcheck.settings import Limits, Settings
from claimcheck.store.history import History
from claimcheck.store.store import RunStore


def build_plan(settings: Settings, engine: str, check: bool) -> Plan:
    """Build the plan of a batch with these settings, so a batch can resume the run."""
    return replace(Plan.from_settings(settings, Limits(), check=check), engine=engine)


@dataclass(frozen=True, slots=True)
class RunWriter:
    """The place for a document's run, and the settings that its answers are asked for with."""

    store: RunStore
    place: RunLocation
    settings: Settings

    @classmethod
    def begun(cls, store: RunStore, document: Document, plan: Plan) -> RunWriter:
        """The document waits in the store for its run.

        Raises:
            StoreError: the store can't be written to.
        """
        return cls(
            store, History(store).add_document(document, plan.config()), plan.settings
        )

    def client(self, inner: Client | None) -> Client | None:
        """The client that asks for what the store has no answer to, and stores the answer first."""
        if inner is None:
            return None
        from claimcheck.llm.stored import (
            StoredAnswersClient,
        )  # imports openai, which is slow

        answers = DocumentAnswers(self.store, self.place.batch, self.place.document)
        return StoredAnswersClient(inner, answers, self.settings)

    def keep(self, run: Run) -> None:
        """The run is in the store."""
        self.store.save_outcome(
            self.place.batch, self.place.document, Outcome.from_run(run)
        )
