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

from claimcheck.config import fill_endpoint
from claimcheck.errors import ProviderError
from claimcheck.json_lines import JsonLine, read_json_lines
from claimcheck.llm import errors
from claimcheck.llm.body import get_path, translate_body
from claimcheck.llm.connection import create_sdk_client
from claimcheck.llm.refusal import read_refusal
from claimcheck.llm.retry import RetryTest, build_retrying, is_transient
from claimcheck.settings import Settings

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
# One page, the most that the API lists at once. A job is looked for right after an
# interruption, so it is among the latest.
_JOBS_TO_SEARCH = 100
_MAX_PROBLEMS_SHOWN = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """The endpoint's progress with a file.

    `is_final`: no more answers will come. `problem`: why the whole file was refused, or
    None. `files`: the ids of the files with answers and errors.
    """

    id: str
    status: str
    completed: int
    failed: int
    total: int
    is_final: bool
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

        After an error that leaves open whether there is a job, that is looked for: a
        second one would be paid for as well.
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
        """Return the job with this tag, or None if it is not recent."""
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
        """Yield the lines of a file of answers; a broken one has a problem."""
        content = self._retry(lambda: self._client.files.content(file_id).content)
        return read_json_lines(io.BytesIO(content))

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
        counts = batch.request_counts
        files = (batch.output_file_id, batch.error_file_id)
        problem = None
        if batch.status == "failed":
            key = self._settings.api_key
            problem = errors.clean_message(_describe_problem(batch), key)
        return BatchJob(
            id=batch.id,
            status=batch.status,
            completed=counts.completed if counts else 0,
            failed=counts.failed if counts else 0,
            total=counts.total if counts else 0,
            is_final=batch.status in _FINAL_STATUSES,
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


def _describe_problem(batch: Batch) -> str:
    messages = []
    errors = batch.errors.data if batch.errors else None
    for error in errors or ():
        place = f"line {error.line}: " if error.line else ""
        messages.append(f"{place}{error.message}")
    return "; ".join(messages[:_MAX_PROBLEMS_SHOWN]) or "refused without a reason"
