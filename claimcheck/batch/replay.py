"""Replay documents with the answers in a store.

A flow always sends the same requests, so the first ones without an answer are those
that a document needs next. Any process that has the store can take that step.
"""

from __future__ import annotations

from collections.abc import Iterator

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import ContextWindowError, InputError, StoreError
from claimcheck.llm.stored import compute_request_digest
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest
from claimcheck.models.outcome import Outcome, RunLocation
from claimcheck.models.run import Run
from claimcheck.store.store import RunStore


def replay_pending(
    store: RunStore, batch: int, plan: Plan
) -> Iterator[tuple[int, list[ModelRequest]]]:
    """Yield the documents that need more answers, and their requests.

    Documents that need none are finished.
    """
    for number, document in store.iter_pending(batch):
        location = RunLocation(batch, number)
        try:
            result = _replay(store, location, plan, document)
        except StoreError:
            raise  # an InputError, but not caused by the document
        except (InputError, ContextWindowError) as error:
            is_too_long = isinstance(error, ContextWindowError)
            cause = "too_long" if is_too_long else "unreadable"
            outcome = Outcome.from_failure(cause, str(error))
            store.save_outcome(location, outcome)
            continue
        if isinstance(result, Run):
            store.save_outcome(location, Outcome.from_run(result))
        else:
            yield number, result


def _replay(
    store: RunStore, location: RunLocation, plan: Plan, document: Document
) -> Run | list[ModelRequest]:
    """Return the document's run, or the requests without an answer."""
    flow = build_run_flow(document, plan.settings, plan.engine, check=plan.check)
    try:
        requests = next(flow)
        while True:
            answers, missing = [], []
            for request in requests:
                digest = compute_request_digest(request, plan.settings)
                answer = store.find_answer(location, digest)
                if answer is None:
                    missing.append(request)
                else:
                    answers.append(answer)
            if missing:
                # All missing requests at once, because a file's answers may take a day.
                flow.close()
                return missing
            requests = flow.send(answers)
    except StopIteration as stop:
        run: Run = stop.value
        return run
