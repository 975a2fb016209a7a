"""A batch through OpenAI's Batch API, in rounds of submit and collect.

Every round replays each document's flow from its start, on the answers that the store
has; the requests that it makes beyond these go into the next upload. So repairs, second
quotes and the summaries of long documents are rounds of their own, and any machine that
has the store can take the next step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import (
    BudgetError,
    ContextWindowError,
    FilteredError,
    InputError,
    ProviderError,
    StoreError,
)
from claimcheck.llm.batch_api import (
    MAX_FILE_BYTES,
    MAX_REQUESTS_PER_FILE,
    PRICE_FACTOR,
    BatchApi,
    BatchJob,
)
from claimcheck.llm.body import Dialect
from claimcheck.llm.budget import Budget, RequestCost, estimate_max_cost
from claimcheck.llm.completion import ErrorInAnswerError, NoCompletionError
from claimcheck.llm.error_body import read_error_body
from claimcheck.llm.errors import translate_error
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.llm.stored import compute_request_digest
from claimcheck.models.document import Document
from claimcheck.models.llm import (
    ModelRequest,
    ModelResponse,
    Spending,
    build_unanswered_response,
)
from claimcheck.models.outcome import Outcome, RunLocation
from claimcheck.models.run import Run
from claimcheck.store.store import RunStore, StoredReservations
from claimcheck.store.uploads import OpenRequests, Upload, UploadItem, Uploads

# A line of the file also holds id, method and URL: about 120 bytes, rounded up.
_BYTES_PER_ENVELOPE = 200
_MAX_FAULT_CHARACTERS = 300
# More than there are parts of a body that can be refused. Chosen by hand.
_MAX_REFUSALS = 8
_UNANSWERED = ("batch_expired", "batch_cancelled")
_BROKEN_LINE = "the endpoint's file has no readable line for this request"
_NO_ANSWER = {"message": "no answer and no error"}


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The result of a submit; `over_budget` documents were left out."""

    requests: int
    uploads: int
    over_budget: int


@dataclass(slots=True)
class CollectReport:
    """The result of a collect.

    `expired` requests were not answered in time, `in_progress` uploads are not done.
    `broken` lines of the endpoint's files could not be read, and `repeated` requests
    met an error that passes: they are submitted again. So are those that met `pause`, a
    problem of the account.
    `refused` holds the endpoint's reasons for refusing whole files.
    """

    answers: int = 0
    errors: int = 0
    expired: int = 0
    broken: int = 0
    repeated: int = 0
    finished: int = 0
    in_progress: int = 0
    refused: list[str] = field(default_factory=list)
    pause: ProviderError | None = None


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
        self._pricing = Pricing(plan.settings, PRICE_FACTOR)
        self._client = OpenAIClient(plan.settings, pricing=self._pricing)
        learned = self._uploads.find_dialect()
        if learned:
            self._client.remember(Dialect.from_json(learned))

    def submit(self) -> SubmitReport:
        """Submit the requests of all pending documents that the budget covers.

        Raises:
            BudgetError: it covers no document, and no upload is in progress.
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
        """Return the uploads, each with its job if that is running."""
        jobs: list[tuple[Upload, BatchJob | None]] = []
        for upload in self._uploads.list_all():
            job = None
            if upload.state == "submitted" and upload.job:
                job = self._api.get_job(upload.job)
            jobs.append((upload, job))
        return jobs

    def collect(self) -> CollectReport:
        """Store the answers that are ready; finish complete documents."""
        report = CollectReport()
        for upload, job in self.status():
            if job is None:
                continue
            if job.problem:
                self._uploads.mark_failed(upload.number, job.problem)
                report.refused.append(job.problem)
            elif job.is_final:
                self._save_answers(upload, job, report)
                self._uploads.mark_collected(upload.number)
            else:
                report.in_progress += 1
        pending, _ = self._store.measure_pending(self._batch)
        for _ in self._replay_pending():
            pass  # replaying saves the outcomes of documents that need no more answers
        still_pending, _ = self._store.measure_pending(self._batch)
        report.finished = pending - still_pending
        return report

    def _build_budget(self, open_requests: OpenRequests) -> Budget:
        """Return the budget, less spending and open uploads."""
        status = self._store.batch(self._batch)
        # nobody settles before the next collect: open uploads count as spent
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
        """Upload the file and create its job, unless that was done."""
        file, job = upload.file, None
        if file is None:
            items = self._uploads.iter_items(upload.number)
            lines = ((item.name, item.body) for item in items)
            file = self._api.upload(upload.tag, lines)
            self._uploads.mark_uploaded(upload.number, file)
        else:
            # the earlier command may have died before it could store its job
            job = self._api.find_job(upload.tag)
        if job is None:
            job = self._api.create_job(file, upload.tag)
        self._uploads.mark_submitted(upload.number, job.id)

    def _save_answers(
        self, upload: Upload, job: BatchJob, report: CollectReport
    ) -> None:
        items = {item.name: item for item in self._uploads.iter_items(upload.number)}
        broken = 0
        for file in job.files:
            for line in self._api.read_lines(file):
                fields = _to_dict(line.value)
                item = items.pop(str(fields.get("custom_id")), None)
                if item is not None:
                    self._save_line(fields, item, report)
                elif line.problem:
                    broken += 1
        # what has no line is submitted again, as is what had a broken one
        unread = list(items.values())
        report.expired += len(unread[broken:])
        report.broken += broken
        reservations = StoredReservations(self._store, self._batch)
        for item in unread[:broken]:
            # which one it was is unknown, but it was paid for
            reservations.add(self._estimate_max_cost(json.loads(item.body)))
            if not self._may_repeat(item):
                self._save_answer(item, _build_fault(_BROKEN_LINE))

    def _estimate_max_cost(self, body: Mapping[str, Any]) -> RequestCost:
        # Some endpoints accept no maximum in the body.
        max_output_tokens = self._plan.settings.max_output_tokens
        return estimate_max_cost(body, self._pricing, max_output_tokens)

    def _save_line(
        self, line: Mapping[str, Any], item: UploadItem, report: CollectReport
    ) -> None:
        try:
            response = self._read_answer(line, item)
        except NoCompletionError as error:
            self._save_error(error, item, report)
            return
        if response.is_empty and self._may_repeat(item):
            usage = response.usage
            tokens = usage.input_tokens + usage.output_tokens
            cost = RequestCost(usage.cost_usd or 0.0, tokens)
            StoredReservations(self._store, self._batch).add(cost)
            report.repeated += 1
            return
        report.answers += 1
        self._save_answer(item, response)

    def _may_repeat(self, item: UploadItem) -> bool:
        """Whether a request that met a passing error is submitted again."""
        attempts = self._uploads.count_attempts(item.document, item.digest)
        return attempts < self._plan.settings.attempts

    def _read_answer(self, line: Mapping[str, Any], item: UploadItem) -> ModelResponse:
        """Return the answer of a line.

        Raises:
            NoCompletionError: the line has an error, or something else.
        """
        # the format sets either `error` or `response`, and the other one to null
        answer = _to_dict(line.get("response"))
        status, content = answer.get("status_code"), answer.get("body")
        if status == 200 and content:
            return self._client.build_response(content, json.loads(item.body))
        details = read_error_body(content or line.get("error") or _NO_ANSWER)
        if status:
            details = replace(details, codes=(*details.codes, str(status)))
        raise ErrorInAnswerError(details)

    def _save_error(
        self, error: NoCompletionError, item: UploadItem, report: CollectReport
    ) -> None:
        """Save an error that is about this request, and count the others."""
        refusal = read_refusal(error)
        if refusal and any(code in _UNANSWERED for code in refusal.details.codes):
            report.expired += 1
            return
        translated = translate_error(error, self._plan.settings)
        if translated.final:
            # no fault of the document's: it stays pending until the account is in order
            report.pause = report.pause or translated
        elif refusal and self._learn_from(refusal, item, report):
            # the next submit leaves out what was refused, in another process perhaps
            self._uploads.save_dialect(self._client.dialect.to_json())
            report.repeated += 1
        elif refusal and refusal.is_transient and self._may_repeat(item):
            report.repeated += 1
        else:
            report.errors += 1
            self._save_answer(item, _build_fault(str(translated), translated))

    def _learn_from(
        self, refusal: Refusal, item: UploadItem, report: CollectReport
    ) -> bool:
        body = json.loads(item.body)
        attempts = self._uploads.count_attempts(item.document, item.digest)
        if attempts > _MAX_REFUSALS:
            return False
        if self._client.learn_refusal(body, refusal):
            return True
        # Where others were answered, it is about the text. So it may be the first time:
        # a server that fails once may have recovered by the next.
        if report.answers or (refusal.is_transient and attempts == 1):
            return False
        return self._client.learn_unnamed_refusal(body, refusal)

    def _save_answer(self, item: UploadItem, response: ModelResponse) -> None:
        location = RunLocation(self._batch, item.document)
        # a collect that was interrupted may have stored it before
        if self._store.find_answer(location, item.digest) is None:
            self._store.save_answer(location, item.digest, item.schema, response)

    def _replay_pending(self) -> Iterator[tuple[int, list[ModelRequest]]]:
        """Yield the documents that need more answers, and their requests.

        Documents that need none are finished.
        """
        for number, document in self._store.iter_pending(self._batch):
            location = RunLocation(self._batch, number)
            try:
                result = self._replay(location, document)
            except StoreError:
                raise  # it is an InputError, but no fault of the document's
            except (InputError, ContextWindowError) as error:
                is_too_long = isinstance(error, ContextWindowError)
                cause = "too_long" if is_too_long else "unreadable"
                outcome = Outcome.from_failure(cause, str(error))
                self._store.save_outcome(location, outcome)
                continue
            if isinstance(result, Run):
                self._store.save_outcome(location, Outcome.from_run(result))
            else:
                yield number, result

    def _replay(
        self, location: RunLocation, document: Document
    ) -> Run | list[ModelRequest]:
        """Return the document's run, or the requests without an answer."""
        plan = self._plan
        flow = build_run_flow(document, plan.settings, plan.engine, check=plan.check)
        try:
            requests = next(flow)
            while True:
                answers, missing = [], []
                for request in requests:
                    digest = compute_request_digest(request, plan.settings)
                    answer = self._store.find_answer(location, digest)
                    if answer is None:
                        missing.append(request)
                    else:
                        answers.append(answer)
                if missing:
                    # all at once: a file waits up to a day for its answers
                    flow.close()
                    return missing
                requests = flow.send(answers)
        except StopIteration as stop:
            run: Run = stop.value
            return run

    def _find_new_requests(
        self, open_keys: frozenset[tuple[int, str]]
    ) -> Iterator[_DocumentRequests]:
        """Yield each document's requests that are in no open upload."""
        for number, requests in self._replay_pending():
            items: dict[str, UploadItem] = {}
            cost = RequestCost()
            for request in requests:
                body = self._client.build_body(request)
                digest = compute_request_digest(request, self._plan.settings)
                # two passages may ask the same: one answer serves both
                if (number, digest) in open_keys or digest in items:
                    continue
                body_json = json.dumps(body, ensure_ascii=False)
                schema = request.schema_name
                items[digest] = UploadItem(number, digest, schema, body_json)
                cost += self._estimate_max_cost(body)
            if items:
                yield _DocumentRequests(tuple(items.values()), cost)


def _to_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _build_fault(message: str, error: ProviderError | None = None) -> ModelResponse:
    return build_unanswered_response(
        message[:_MAX_FAULT_CHARACTERS],
        requests=1,
        exceeds_window=isinstance(error, ContextWindowError),
        is_filtered=isinstance(error, FilteredError),
    )
