"""A batch by way of a batch API, in rounds: what flows want to ask is uploaded, and what comes back takes them on.

A flow is gone through from its start each time, on the answers that the store has; where it asks for one that is not
there, that request is part of the next upload. So repairs, second quotes and the summaries of long documents are rounds
of their own, and every step can be taken on another machine that has the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

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
from claimcheck.llm.budget import count_input_tokens
from claimcheck.llm.digest import compute_request_digest
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.pricing import Pricing
from claimcheck.models.document import Document
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.models.outcome import Outcome
from claimcheck.models.run import Run
from claimcheck.store.store import RunStore
from claimcheck.store.uploads import Upload, UploadItem, Uploads

_TOKEN_MARGIN = 1.1  # counts of tokens are estimates


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """What a submit did: requests sent, in how many files, and documents that were left for want of budget."""

    requests: int
    uploads: int
    left: int


@dataclass(slots=True)
class CollectReport:
    """What a collect did. `waiting`: uploads that the endpoint still works on. `refused`: messages of those it refused."""

    answers: int = 0
    errors: int = 0
    expired: int = 0
    finished: int = 0
    waiting: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _DocumentRequests:
    """A document whose flow goes no further without answers, and what they can cost at most."""

    items: tuple[UploadItem, ...]
    usd: float
    tokens: int


class BatchApiRunner:
    """A batch in a store, by way of a batch API."""

    def __init__(self, store: RunStore, batch: int, plan: Plan, api: BatchApi) -> None:
        self._store = store
        self._batch = batch
        self._plan = plan
        self._api = api
        self._uploads = Uploads(store.database, batch)
        self._pricing = Pricing(plan.settings, PRICE_FACTOR)
        self._client = OpenAIClient(plan.settings, pricing=self._pricing)

    def submit(self) -> SubmitReport:
        """All that waiting documents want to ask is with the endpoint, as far as the budget goes.

        Raises:
            BudgetError: it does not cover a single document.
        """
        requests = uploads = left = 0
        known, reserved_usd, reserved_tokens = self._uploads.under_way()
        info = self._store.batch(self._batch)
        usd, tokens = (
            (info.spent_usd or 0.0) + reserved_usd,
            info.spent_tokens + reserved_tokens,
        )
        limits = self._plan.limits
        group: list[_DocumentRequests] = []
        for wanted in self._wanted(known):
            over_usd = (
                limits.budget_usd is not None and usd + wanted.usd > limits.budget_usd
            )
            over_tokens = (
                limits.budget_tokens is not None
                and tokens + wanted.tokens > limits.budget_tokens
            )
            if over_usd or over_tokens:
                left += 1
                continue
            usd, tokens = usd + wanted.usd, tokens + wanted.tokens
            if (
                group and _count_bytes(group) + _count_bytes([wanted]) > MAX_FILE_BYTES
            ) or _count_requests([*group, wanted]) > MAX_REQUESTS_PER_FILE:
                self._prepare(group)
                group = []
            group.append(wanted)
        if group:
            self._prepare(group)
        for upload in self._uploads.all():
            if upload.state in ("prepared", "uploaded"):
                self._send(upload)
                requests, uploads = requests + upload.items, uploads + 1
        if left and not requests and not known:
            raise BudgetError(
                "the budget is reached: it does not cover another document; nothing was sent"
            )
        return SubmitReport(requests, uploads, left)

    def status(self) -> list[tuple[Upload, BatchJob | None]]:
        """Every upload, and how far the endpoint is with those that it works on."""
        return [
            (
                upload,
                self._api.get_job(upload.job)
                if upload.state == "submitted" and upload.job
                else None,
            )
            for upload in self._uploads.all()
        ]

    def collect(self) -> CollectReport:
        """Answers that are there are in the store, and documents that need no more of them have their outcome."""
        collected = CollectReport()
        for upload, job in self.status():
            if job is None:
                continue
            if job.problem:
                self._uploads.ended(upload.number, job.problem)
                collected.refused.append(job.problem)
            elif not job.is_final:
                collected.waiting += 1
            else:
                self._take(upload, job, collected)
                self._uploads.ended(upload.number, None)
        before = self._store.measure_pending(self._batch)[0]
        for _ in self._stuck():
            pass  # going through the flows finishes those that can be
        collected.finished = before - self._store.measure_pending(self._batch)[0]
        return collected

    def _prepare(self, group: list[_DocumentRequests]) -> None:
        items = [item for wanted in group for item in wanted.items]
        self._uploads.prepare(
            items,
            sum(wanted.usd for wanted in group),
            sum(wanted.tokens for wanted in group),
        )

    def _send(self, upload: Upload) -> None:
        file = upload.file
        if file is None:
            items = self._uploads.items(upload.number)
            file = self._api.upload(
                upload.tag, ((item.name, item.body) for item in items)
            )
            self._uploads.uploaded(upload.number, file)
            job = None
        else:  # an earlier command got this far, and perhaps a step further than it could write down
            job = self._api.find_job(upload.tag)
        job = job or self._api.create_job(file, upload.tag)
        self._uploads.submitted(upload.number, job.id)

    def _take(self, upload: Upload, job: BatchJob, collected: CollectReport) -> None:
        items = {item.name: item for item in self._uploads.items(upload.number)}
        for file in job.files:
            for line in self._api.read_lines(file):
                item = items.pop(line.get("custom_id", ""), None)
                if item is None:
                    continue
                response = self._response(line, item)
                if response is None:
                    collected.expired += 1
                    continue
                collected.errors += response.fault is not None
                collected.answers += response.fault is None
                if (
                    self._store.find_answer(self._batch, item.document, item.digest)
                    is None
                ):
                    self._store.save_answer(
                        self._batch, item.document, (item.digest, item.schema), response
                    )
        collected.expired += len(items)  # no line at all: they are asked for again

    def _response(
        self, line: dict[str, object], item: UploadItem
    ) -> ModelResponse | None:
        """The answer in a line, with a fault in it where it is an error; None where it was not asked in time."""
        error = line.get("error")
        if isinstance(error, dict) and error.get("code") in (
            "batch_expired",
            "batch_cancelled",
        ):
            return None
        answer = line.get("response")
        status = answer.get("status_code") if isinstance(answer, dict) else None
        content = answer.get("body") if isinstance(answer, dict) else None
        if status == 200 and isinstance(content, dict):
            try:
                return self._client.build_response(content, json.loads(item.body))
            except ValueError as problem:
                told = f"no chat completion: {type(problem).__name__}"
        else:
            fields = content.get("error") if isinstance(content, dict) else error
            told = (
                str(fields.get("message"))
                if isinstance(fields, dict)
                else "no answer and no error"
            )
            told = f"HTTP {status}: {told}" if status else told
        return ModelResponse(
            None, None, None, "", "", Usage(requests=1), fault=told[:300]
        )

    def _stuck(self) -> Iterator[tuple[int, list[ModelRequest]]]:
        """The waiting documents whose flows go no further, and what they ask; those that ask nothing more are finished."""
        for number, document in self._store.iter_pending(self._batch):
            try:
                found = self._taken_on(number, document)
            except StoreError:
                raise
            except (InputError, ContextWindowError) as error:
                self._store.save_outcome(
                    self._batch, number, Outcome.from_failure("unreadable", str(error))
                )
                continue
            if isinstance(found, Run):
                self._store.save_outcome(self._batch, number, Outcome.from_run(found))
            else:
                yield number, found

    def _wanted(self, known: set[tuple[int, str]]) -> Iterator[_DocumentRequests]:
        """What each waiting document wants to ask and has not asked."""
        for number, requests in self._stuck():
            items = [self._item(number, request) for request in requests]
            fresh = {
                item.digest: (item, usd, tokens)
                for item, usd, tokens in items
                if (number, item.digest) not in known
            }
            if fresh:
                yield _DocumentRequests(
                    tuple(item for item, _, _ in fresh.values()),
                    sum(usd for _, usd, _ in fresh.values()),
                    sum(tokens for _, _, tokens in fresh.values()),
                )

    def _taken_on(self, number: int, document: Document) -> Run | list[ModelRequest]:
        """The document's run, or the requests without which its flow goes no further."""
        flow = build_run_flow(
            document, self._plan.settings, self._plan.engine, check=self._plan.check
        )
        try:
            requests = next(flow)
            while True:
                digests = [
                    compute_request_digest(request, self._plan.settings)
                    for request in requests
                ]
                answers = [
                    self._store.find_answer(self._batch, number, digest)
                    for digest in digests
                ]
                missing = [
                    request
                    for request, answer in zip(requests, answers, strict=True)
                    if answer is None
                ]
                if missing:
                    flow.close()
                    return missing
                requests = flow.send(
                    [answer for answer in answers if answer is not None]
                )
        except StopIteration as stop:
            run: Run = stop.value
            return run

    def _item(
        self, number: int, request: ModelRequest
    ) -> tuple[UploadItem, float, int]:
        body = self._client.build_body(request)
        read = round(_TOKEN_MARGIN * count_input_tokens(body))
        written = int(body.get("max_completion_tokens", 0))
        written_body = json.dumps(body, ensure_ascii=False)
        item = UploadItem(
            number,
            compute_request_digest(request, self._plan.settings),
            request.schema_name,
            written_body,
        )
        return item, self._pricing.cost_usd(read, 0, written) or 0.0, read + written


def _count_bytes(group: list[_DocumentRequests]) -> int:
    return sum(
        len(item.body.encode()) + 200 for wanted in group for item in wanted.items
    )


def _count_requests(group: list[_DocumentRequests]) -> int:
    return sum(len(wanted.items) for wanted in group)
