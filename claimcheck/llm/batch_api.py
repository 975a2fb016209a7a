"""OpenAI's Batch API: files of requests, answered in a day at half the price.

https://platform.openai.com/docs/guides/batch. A file holds at most 50,000 requests and
200 MB.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import openai
from openai import BaseModel

from claimcheck.errors import ProviderError, UnknownModelError
from claimcheck.json_lines import JsonLine, read_json_lines
from claimcheck.llm import errors
from claimcheck.llm.body import get_path, translate_body
from claimcheck.llm.connection import create_sdk_client
from claimcheck.llm.error_body import clean_message, read_error_body
from claimcheck.llm.json_values import get_list
from claimcheck.llm.refusal import read_refusal
from claimcheck.llm.retry import RetryTest, build_retrying, is_transient
from claimcheck.settings import Settings
from claimcheck.settings.load import fill_endpoint

if TYPE_CHECKING:
    from openai.types import Batch

MAX_REQUESTS_PER_FILE = 50_000
# Below the 200 MB of the guide, whether its megabytes are decimal or binary.
MAX_FILE_BYTES = 190 * 2**20
# "50% lower costs", says the guide.
PRICE_FACTOR = 0.5
_COMPLETION_WINDOW: Final = "24h"
_TAG_KEY = "claimcheck"
_FINAL_STATUSES = ("completed", "expired", "cancelled")
# One page, the most that the API lists at once. Jobs are searched for right after an
# interruption, so the job is among the latest.
_JOBS_TO_SEARCH = 100
_MAX_LISTED_PROBLEMS = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """The endpoint's progress with a file.

    `is_final` means that no more answers will come, `is_complete` that all have
    arrived. `problem` says why the entire file was refused, or is None. `files` has the
    ids of the files with answers and errors.
    """

    id: str
    status: str
    completed: int
    failed: int
    total: int
    is_final: bool
    is_complete: bool
    problem: str | None
    files: tuple[str, ...]


class BatchApi:
    """The Batch API of the settings' endpoint; close it after use.

    Every method raises `ProviderError` if the endpoint fails.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = fill_endpoint(settings)
        self._client = create_sdk_client(
            openai.OpenAI,
            self._settings,
            build_http_client=lambda: openai.DefaultHttpxClient(follow_redirects=False),
        )
        self._endpoint: Any = f"/v1{get_path(settings)}"

    def upload(self, name: str, requests: Iterable[tuple[str, str]]) -> str:
        """Upload requests, each an id and a JSON body; return a file id."""
        lines = [self._build_line(request_id, body) for request_id, body in requests]
        file = (f"{name}.jsonl", "".join(lines).encode())
        create = self._client.files.create
        return self._retry(lambda: create(file=file, purpose="batch").id)

    def create_job(self, file_id: str, tag: str) -> BatchJob:
        """Start a job for a file, and mark it with a tag.

        After an error that may have come too late to prevent the job, this searches for
        the job first: a second one would also cost money.
        """

        def create() -> Batch:
            return self._client.batches.create(
                input_file_id=file_id,
                endpoint=self._endpoint,
                completion_window=_COMPLETION_WINDOW,
                metadata={_TAG_KEY: tag},
            )

        try:
            return self._build_job(self._retry(create, _is_rate_limit))
        except ProviderError:
            job = self.find_job(tag)
            if job is None:
                raise
            return job

    def find_job(self, tag: str) -> BatchJob | None:
        """Return the recent job with this tag, or None."""
        page = self._retry(lambda: self._client.batches.list(limit=_JOBS_TO_SEARCH))
        for batch in page.data:
            if batch.metadata and batch.metadata.get(_TAG_KEY) == tag:
                return self._build_job(batch)
        return None

    def get_job(self, job_id: str) -> BatchJob:
        """Return the current state of a job."""
        retrieve = self._client.batches.retrieve
        return self._build_job(self._retry(lambda: retrieve(job_id)))

    def read_lines(self, file_id: str) -> Iterator[JsonLine]:
        """Yield the lines of an answer file; broken ones state their problem.

        A file that the endpoint has deleted has no lines.
        """
        try:
            content = self._retry(lambda: self._client.files.content(file_id).content)
        except UnknownModelError:  # here, a 404 means that the file is gone
            return iter(())
        # Answers that were paid for are not lost to a byte that is not UTF-8.
        return read_json_lines(io.BytesIO(content), errors="replace")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _build_line(self, request_id: str, body: str) -> str:
        translated = translate_body(json.loads(body), self._settings)
        line = {
            "custom_id": request_id,
            "method": "POST",
            "url": self._endpoint,
            "body": translated,
        }
        return f"{json.dumps(line, ensure_ascii=False)}\n"

    def _build_job(self, batch: Batch) -> BatchJob:
        # The SDK does not check types: any field may be anything.
        counts = to_dict(batch.request_counts)
        completed, failed, total = (
            int(value) if isinstance(value := counts.get(name), int) else 0
            for name in ("completed", "failed", "total")
        )
        problem = None
        status = str(batch.status).lower()
        if status == "failed":
            words = _describe_problem(batch.errors)
            problem = clean_message(words, self._settings.api_key)
        files = (batch.output_file_id, batch.error_file_id)
        return BatchJob(
            id=batch.id,
            status=status,
            completed=completed,
            failed=failed,
            total=total,
            is_final=status in _FINAL_STATUSES,
            is_complete=status == _FINAL_STATUSES[0],
            problem=problem,
            files=tuple(file for file in files if file),
        )

    def _retry(
        self, call: Callable[[], T], should_retry: RetryTest = is_transient
    ) -> T:
        try:
            return build_retrying(self._settings.attempts, should_retry)(call)
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            raise errors.translate_error(error, self._settings) from None


def _is_rate_limit(error: BaseException) -> bool:
    refusal = read_refusal(error)
    if refusal is None or not refusal.is_transient:
        return False
    return refusal.is_rate_limit


def to_dict(value: Any) -> dict[str, Any]:
    """Return the fields of an SDK object; an empty dict for anything else."""
    fields = value.to_dict(warnings=False) if isinstance(value, BaseModel) else value
    return fields if isinstance(fields, dict) else {}


def _describe_problem(errors: Any) -> str:
    # Some servers send the list itself, others only a message.
    items = errors if isinstance(errors, list) else get_list(to_dict(errors), "data")
    items = items or [errors]
    messages = []
    for error in items[:_MAX_LISTED_PROBLEMS]:
        fields = to_dict(error)
        line = f"line {fields['line']}: " if fields.get("line") else ""
        messages.append(line + read_error_body(fields or error).message)
    return "; ".join(filter(None, messages)) or "refused without a reason"
