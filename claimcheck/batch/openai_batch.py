"""A batch through OpenAI's Batch API, in rounds of submit and collect.

Every round replays each document with the stored answers; the requests without an
answer go into the next upload. So repairs, corrections, and the summaries of long
documents each take a further round. Any process that has the store can take it,
because a flow always sends the same requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from claimcheck.batch.openai_answers import AnswerCollector, CollectReport
from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import BudgetError, ContextWindowError, InputError, StoreError
from claimcheck.llm.batch_api import (
    MAX_FILE_BYTES,
    MAX_REQUESTS_PER_FILE,
    PRICE_FACTOR,
    BatchApi,
    BatchJob,
)
from claimcheck.llm.body import Dialect
from claimcheck.llm.budget import Budget, Pricing, RequestCost
from claimcheck.llm.negotiation import remember_dialect
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.stored import compute_request_digest
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, Spending
from claimcheck.models.outcome import Outcome, RunLocation
from claimcheck.models.run import Run
from claimcheck.store.store import RunStore
from claimcheck.store.uploads import OpenRequests, Upload, UploadItem, Uploads

# A line of the file also has an id, method, and URL: about 120 bytes, rounded up.
_BYTES_PER_ENVELOPE = 200


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The result of a submit; `over_budget` documents were left out."""

    requests: int
    uploads: int
    over_budget: int


@dataclass(frozen=True, slots=True)
class _DocumentRequests:
    """The requests that a document needs next, and their maximum cost."""

    items: tuple[UploadItem, ...]
    max_cost: RequestCost

    @property
    def size_bytes(self) -> int:
        bodies = sum(len(item.body.encode()) for item in self.items)
        return bodies + _BYTES_PER_ENVELOPE * len(self.items)


class BatchApiRunner:
    """Submits and collects the requests of one batch in a store."""

    def __init__(self, store: RunStore, batch: int, plan: Plan, api: BatchApi) -> None:
        self._store = store
        self._batch = batch
        self._plan = plan
        self._api = api
        self._uploads = Uploads(store.database, batch)
        pricing = Pricing(plan.settings, PRICE_FACTOR)
        self._client = OpenAIClient(plan.settings, pricing=pricing)
        learned = self._uploads.find_dialect()
        if learned:
            remember_dialect(plan.settings, Dialect.from_json(learned))

    def submit(self) -> SubmitReport:
        """Submit the requests of all pending documents that the budget covers.

        Raises:
            BudgetError: the budget covers no document, and no upload is in progress.
        """
        open_requests = self._uploads.find_open_requests()
        over_budget = self._prepare_uploads(open_requests)
        requests = uploads = 0
        for upload in self._uploads.list_all():
            if upload.state in ("prepared", "uploaded"):
                self._send(upload)
                requests += upload.items
                uploads += 1
        if over_budget and not requests and not open_requests.keys:
            raise BudgetError(
                "the budget is used up: it does not cover another document; "
                "nothing was sent"
            )
        return SubmitReport(requests, uploads, over_budget)

    def status(self) -> list[tuple[Upload, BatchJob | None]]:
        """Return the uploads, each with its job if it is running."""
        jobs: list[tuple[Upload, BatchJob | None]] = []
        for upload in self._uploads.list_all():
            job = None
            if upload.state == "submitted" and upload.job:
                job = self._api.get_job(upload.job)
            jobs.append((upload, job))
        return jobs

    def collect(self) -> CollectReport:
        """Store the answers that are ready; finish complete documents."""
        settings = self._plan.settings
        collector = AnswerCollector(self._store, self._uploads, self._client, settings)
        report = collector.report
        for upload, job in self.status():
            if job is None:
                continue
            if job.problem:
                self._uploads.mark_failed(upload.number, job.problem)
                report.refused.append(job.problem)
            elif job.is_final:
                files = map(self._api.read_lines, job.files)
                lines = chain.from_iterable(files)
                collector.save_answers(upload, lines, is_complete=job.is_complete)
                self._uploads.mark_collected(upload.number)
            else:
                report.in_progress += 1
        pending, _ = self._store.measure_pending(self._batch)
        for _ in replay_pending(self._store, self._batch, self._plan):
            pass  # a replay saves the outcomes of documents that need no more answers
        still_pending, _ = self._store.measure_pending(self._batch)
        report.finished = pending - still_pending
        return report

    def _build_budget(self, open_requests: OpenRequests) -> Budget:
        """Return the budget, less spending and open uploads."""
        status = self._store.batch(self._batch)
        # Nothing is settled before the next collect, so open uploads count as spent.
        spent = Spending(
            (status.spent_usd or 0.0) + open_requests.usd,
            status.spent_tokens + open_requests.tokens,
        )
        return Budget(self._plan.limits, spent)

    def _prepare_uploads(self, open_requests: OpenRequests) -> int:
        """Store uploads of new requests; count the documents over budget."""
        budget = self._build_budget(open_requests)
        over_budget = 0
        group: list[_DocumentRequests] = []
        group_requests = group_bytes = 0
        for document in self._find_new_requests(open_requests.keys):
            if not budget.covers(document.max_cost):
                over_budget += 1  # a shorter document may still fit
                continue
            budget.reserve(document.max_cost)
            group_requests += len(document.items)
            group_bytes += document.size_bytes
            is_full = (
                group_requests > MAX_REQUESTS_PER_FILE or group_bytes > MAX_FILE_BYTES
            )
            if group and is_full:
                self._prepare_upload(group)
                group = []
                group_requests, group_bytes = len(document.items), document.size_bytes
            group.append(document)
        if group:
            self._prepare_upload(group)
        return over_budget

    def _prepare_upload(self, group: list[_DocumentRequests]) -> None:
        items = [item for document in group for item in document.items]
        cost = sum((document.max_cost for document in group), RequestCost())
        self._uploads.prepare(items, cost.usd, cost.tokens)

    def _send(self, upload: Upload) -> None:
        """Upload the file and create its job, unless that was already done."""
        file, job = upload.file, None
        if file is None:
            items = self._uploads.iter_items(upload.number)
            lines = ((item.name, item.body) for item in items)
            file = self._api.upload(upload.tag, lines)
            self._uploads.mark_uploaded(upload.number, file)
        else:
            # An earlier command may have died before it stored its job.
            job = self._api.find_job(upload.tag)
        if job is None:
            job = self._api.create_job(file, upload.tag)
        self._uploads.mark_submitted(upload.number, job.id)

    def _find_new_requests(
        self, open_keys: frozenset[tuple[int, str]]
    ) -> Iterator[_DocumentRequests]:
        """Yield each document's requests that are in no open upload."""
        for number, requests in replay_pending(self._store, self._batch, self._plan):
            items: dict[str, UploadItem] = {}
            cost = RequestCost()
            for request in requests:
                body = self._client.build_body(request)
                digest = compute_request_digest(request, self._plan.settings)
                # Two passages may cause the same request: one answer serves both.
                if (number, digest) in open_keys or digest in items:
                    continue
                body_json = json.dumps(body, ensure_ascii=False)
                schema = request.schema_name
                items[digest] = UploadItem(number, digest, schema, body_json)
                cost += self._client.estimate_max_cost(body)
            if items:
                yield _DocumentRequests(tuple(items.values()), cost)


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
                answer = store.answers.find(location, digest)
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
