"""Store the answers in the files of OpenAI's Batch API, or request them again.

A bad line costs only itself: a broken one is requested again, and so is one with a
temporary error. Parts that the endpoint refuses are left out of the next submit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from claimcheck.errors import ContextWindowError, FilteredError, ProviderError
from claimcheck.json_lines import JsonLine
from claimcheck.llm.batch_api import to_dict
from claimcheck.llm.budget import RequestCost
from claimcheck.llm.completion import ErrorInAnswerError, NoCompletionError, is_empty
from claimcheck.llm.error_body import read_error_body
from claimcheck.llm.errors import translate_error
from claimcheck.llm.negotiation import learn_refusal, learn_unnamed_refusal
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.refusal import Refusal, read_refusal
from claimcheck.models.llm import ModelResponse, build_unanswered_response
from claimcheck.models.outcome import RunLocation
from claimcheck.settings import Settings
from claimcheck.store.answers import StoredReservations
from claimcheck.store.store import RunStore
from claimcheck.store.uploads import Upload, UploadItem, Uploads

# Some endpoints answer with a page of HTML: its beginning says enough. By hand.
_MAX_FAULT_CHARACTERS = 300
# More than the number of parts of a body that can be refused. Chosen by hand.
_MAX_REFUSALS = 8
_UNANSWERED = ("batch_expired", "batch_cancelled")
_BROKEN_LINE = "the endpoint's file has no readable line for this request"
_NO_ANSWER = {"message": "no answer and no error"}


@dataclass(slots=True)
class CollectReport:
    """The result of a collect.

    `expired` requests were not answered in time; `in_progress` uploads are not done.
    `broken` requests have no readable line in the endpoint's files, and `repeated` ones
    had a temporary error: both are submitted again. So are those that failed with
    `pause`, a problem of the account.
    `refused` has the endpoint's reasons for refusing entire files.
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


class AnswerCollector:
    """Stores and reports the answers to the uploads of one batch."""

    def __init__(
        self,
        store: RunStore,
        uploads: Uploads,
        client: OpenAIClient,
        settings: Settings,
    ) -> None:
        self.report = CollectReport()
        self._store = store
        self._uploads = uploads
        self._client = client
        self._settings = settings
        self._reservations = StoredReservations(store.database, uploads.batch)

    def save_answers(
        self, upload: Upload, lines: Iterable[JsonLine], *, is_complete: bool
    ) -> None:
        """Store the answers in the lines of a finished job's files.

        `is_complete` is true if the endpoint says that it has answered all requests.
        """
        items = {item.name: item for item in self._uploads.iter_items(upload.number)}
        chosen: dict[str, dict[str, Any]] = {}
        broken = 0
        for line in lines:
            fields = to_dict(line.value)
            name = str(fields.get("custom_id"))
            # An answer counts more than an error, whichever comes first.
            if name in items and not _has_answer(chosen.get(name)):
                chosen[name] = fields
            elif line.problem:
                broken += 1
        for name, fields in chosen.items():
            self._save_line(fields, items.pop(name))
        # Requests without a line, or with a broken one, are submitted again.
        unread = list(items.values())
        lost = unread if is_complete else unread[:broken]
        self.report.expired += len(unread) - len(lost)
        self.report.broken += len(lost)
        for item in lost:
            # Its line can't be identified, but it was paid for.
            self._reservations.add(
                self._client.estimate_max_cost(json.loads(item.body))
            )
            if not self._may_repeat(item):
                self._save_answer(item, _build_fault(_BROKEN_LINE))

    def _save_line(self, line: Mapping[str, Any], item: UploadItem) -> None:
        try:
            response = self._read_answer(line, item)
        except NoCompletionError as error:
            self._save_error(error, item)
            return
        if is_empty(response) and self._may_repeat(item):
            usage = response.usage
            tokens = usage.input_tokens + usage.output_tokens
            cost = RequestCost(usage.cost_usd or 0.0, tokens)
            self._reservations.add(cost)
            self.report.repeated += 1
            return
        self.report.answers += 1
        self._save_answer(item, response)

    def _may_repeat(self, item: UploadItem) -> bool:
        """Whether a request with a temporary error is submitted again."""
        attempts = self._uploads.count_attempts(item.document, item.digest)
        return attempts < self._settings.attempts

    def _read_answer(self, line: Mapping[str, Any], item: UploadItem) -> ModelResponse:
        """Return the answer of a line.

        Raises:
            NoCompletionError: the line has an error, or no completion.
        """
        status, content = _read_response(line)
        if isinstance(content, str):
            with suppress(ValueError, RecursionError):
                content = json.loads(content)
        if _has_answer(line):
            return self._client.build_response(content, json.loads(item.body))
        details = read_error_body(content or line.get("error") or _NO_ANSWER)
        if status:
            details = replace(details, codes=(*details.codes, status))
        raise ErrorInAnswerError(details)

    def _save_error(self, error: NoCompletionError, item: UploadItem) -> None:
        """Save an error if final for this request; count temporary ones."""
        refusal = read_refusal(error)
        if refusal and any(code in _UNANSWERED for code in refusal.details.codes):
            self.report.expired += 1
            return
        translated = translate_error(error, self._settings)
        if translated.final:
            # Not the document's fault: it stays pending until the account is in order.
            self.report.pause = self.report.pause or translated
        elif refusal and self._learn_from(refusal, item):
            # The next submit, perhaps in another process, leaves out the refused part.
            self._uploads.save_dialect(self._client.dialect.to_json())
            self.report.repeated += 1
        elif refusal and refusal.is_transient and self._may_repeat(item):
            self.report.repeated += 1
        else:
            self.report.errors += 1
            self._save_answer(item, _build_fault(str(translated), translated))

    def _learn_from(self, refusal: Refusal, item: UploadItem) -> bool:
        body = json.loads(item.body)
        attempts = self._uploads.count_attempts(item.document, item.digest)
        if attempts > _MAX_REFUSALS:
            return False
        if learn_refusal(self._settings, body, refusal):
            return True
        # If other requests were answered, the refusal is about the text. And a server
        # that fails once may recover, so the first temporary error teaches nothing.
        if self.report.answers or (refusal.is_transient and attempts == 1):
            return False
        return learn_unnamed_refusal(self._settings, body, refusal)

    def _save_answer(self, item: UploadItem, response: ModelResponse) -> None:
        location = RunLocation(self._uploads.batch, item.document)
        # An interrupted collect may already have stored it.
        if self._store.answers.find(location, item.digest) is None:
            self._store.answers.save(location, item.digest, item.schema, response)


def _read_response(line: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the HTTP status, "" if there is none, and the body of a line.

    The format sets either `error` or `response`, and the other one to null.
    """
    answer = to_dict(line.get("response"))
    status = answer.get("status_code") or ""
    return "200" if status == 200 else str(status), answer.get("body", answer)


def _has_answer(line: Mapping[str, Any] | None) -> bool:
    status, content = _read_response(line or {})
    return bool(content) and status in ("", "200")


def _build_fault(message: str, error: ProviderError | None = None) -> ModelResponse:
    return build_unanswered_response(
        message[:_MAX_FAULT_CHARACTERS],
        requests=1,
        exceeds_window=isinstance(error, ContextWindowError),
        is_filtered=isinstance(error, FilteredError),
    )
