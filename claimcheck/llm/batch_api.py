"""OpenAI's Batch API: files of requests that are answered within a day, at half the price.

https://platform.openai.com/docs/guides/batch. A file has at most 50,000 requests and 200 MB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import openai
import tenacity

from claimcheck.llm import errors
from claimcheck.llm.retry import build_retry_policy
from claimcheck.settings import Settings

if TYPE_CHECKING:
    from openai.types import Batch

MAX_REQUESTS_PER_FILE = 50_000
MAX_FILE_BYTES = 190 * 2**20
PRICE_SHARE = 0.5  # of the usual price: https://platform.openai.com/docs/guides/batch, "50% lower costs"
_ENDPOINT: Final = "/v1/chat/completions"
_COMPLETION_WINDOW: Final = "24h"
_TAG_KEY = "claimcheck"
_FINAL_STATUSES = ("completed", "expired", "cancelled")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """How far the endpoint is with a file. `ended`: there is nothing more to come; `problem`: it was refused as a whole."""

    id: str
    status: str
    done: int
    failed: int
    total: int
    ended: bool
    problem: str | None
    files: tuple[str, ...]


class BatchApi:
    """The Batch API of the endpoint that the settings name; close it, or use it in a `with`. Raises `ProviderError`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = settings.api_key or ("not-needed" if settings.base_url else None)
        if key is None:
            raise errors.build_missing_key_error()
        self._client = openai.OpenAI(
            api_key=key,
            base_url=settings.base_url,
            max_retries=0,
            timeout=settings.timeout_s,
        )

    def upload(self, name: str, requests: Iterable[tuple[str, str]]) -> str:
        """The id of a file with these requests: what each is called, and its body as JSON."""
        lines = (
            f'{{"custom_id": {json.dumps(called)}, "method": "POST", "url": "{_ENDPOINT}", "body": {body}}}\n'
            for called, body in requests
        )
        content = "".join(lines).encode()
        return self._tried(
            lambda: (
                self._client.files.create(
                    file=(f"{name}.jsonl", content), purpose="batch"
                ).id
            )
        )

    def begin(self, file: str, tag: str) -> BatchJob:
        """The job that works on a file; it is marked with a tag."""
        return self._tried(
            lambda: _parse_job(
                self._client.batches.create(
                    input_file_id=file,
                    endpoint=_ENDPOINT,
                    completion_window=_COMPLETION_WINDOW,
                    metadata={_TAG_KEY: tag},
                )
            )
        )

    def find(self, tag: str) -> BatchJob | None:
        """The job with this tag, where there is one among the last hundred."""
        return self._tried(
            lambda: next(
                (
                    _parse_job(batch)
                    for batch in self._client.batches.list(limit=100).data
                    if (batch.metadata or {}).get(_TAG_KEY) == tag
                ),
                None,
            )
        )

    def job(self, identity: str) -> BatchJob:
        """How far a job is."""
        return self._tried(lambda: _parse_job(self._client.batches.retrieve(identity)))

    def lines(self, file: str) -> Iterator[dict[str, Any]]:
        """The lines of a file of answers."""
        text = self._tried(lambda: self._client.files.content(file).text)
        yield from (json.loads(line) for line in text.splitlines() if line.strip())

    def close(self) -> None:
        """Connections are closed."""
        self._client.close()

    def _tried(self, call: Callable[[], T]) -> T:
        try:
            for attempt in tenacity.Retrying(
                **build_retry_policy(self._settings.attempts)  # type: ignore[arg-type]
            ):
                with attempt:
                    return call()
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            raise errors.translate_error(error, self._settings) from None
        raise AssertionError("tenacity ends with a result or an error")


def _parse_job(batch: Batch) -> BatchJob:
    counts = batch.request_counts
    errors = batch.errors.data if batch.errors and batch.errors.data else []
    problem = None
    if batch.status == "failed":
        told = [
            f"line {error.line}: {error.message}" if error.line else str(error.message)
            for error in errors
        ]
        problem = "; ".join(told[:3]) or "refused without a reason"
    return BatchJob(
        id=batch.id,
        status=batch.status,
        done=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        total=counts.total if counts else 0,
        ended=batch.status in _FINAL_STATUSES,
        problem=problem,
        files=tuple(
            file for file in (batch.output_file_id, batch.error_file_id) if file
        ),
    )
