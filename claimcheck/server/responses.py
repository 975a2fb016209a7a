"""Code that the operations share: configuration, arguments, and responses.

An operation that starts a job responds with the result, or streams the stages of the
job as server-sent events if the client accepts those.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from claimcheck.errors import (
    ClaimcheckError,
    InputError,
    NotFoundError,
    ProviderError,
    StoreError,
)
from claimcheck.json_lines import find_half_pair
from claimcheck.models.llm import RunProgress
from claimcheck.server import requests
from claimcheck.server.config import ServerConfig
from claimcheck.server.jobs import BusyError, JobFunction, JobPool
from claimcheck.server.openapi import EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE
from claimcheck.server.requests import Arguments

# Nobody reads this response, because the client has closed the connection. nginx logs
# the same number.
_CLIENT_CLOSED_REQUEST = 499


class MediaTypeError(InputError):
    """The media type of the body is not JSON."""


# The first matching class decides, so subclasses come before `InputError`.
_STATUS_BY_ERROR: tuple[tuple[type[ClaimcheckError], int], ...] = (
    (BusyError, 503),
    (MediaTypeError, 415),
    (NotFoundError, 404),
    (StoreError, 503),  # usually the store is locked, so a retry may succeed
    (InputError, 400),
    (ProviderError, 502),
)


# These are coroutines, because FastAPI would run plain functions on another thread.
async def _get_config(request: Request) -> ServerConfig:
    config: ServerConfig = request.app.state.config
    return config


async def _get_jobs(request: Request) -> JobPool:
    jobs: JobPool = request.app.state.jobs
    return jobs


Config = Annotated[ServerConfig, Depends(_get_config)]
Jobs = Annotated[JobPool, Depends(_get_jobs)]


@dataclass(frozen=True, slots=True)
class CompletedJob:
    """The page that shows a job's result, and a function for its JSON.

    The function is called only for a response that is not a stream.
    """

    page: str
    dump_json: Callable[[], str]

    @property
    def location(self) -> str:
        """The address of the result in the API."""
        return f"/api{self.page}"


def get_status_code(error: ClaimcheckError) -> int:
    """Return the HTTP status code of an error."""
    for error_class, status in _STATUS_BY_ERROR:
        if isinstance(error, error_class):
            return status
    return 500


async def read_arguments(request: Request, name: str) -> Arguments:
    """Read the request's arguments, which must match `schemas/request.NAME`.

    Raises:
        InputError: the arguments do not match, or the body is not JSON.
    """
    header = request.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    # Browsers let any page post text or forms to this server, but not JSON.
    if media_type != JSON_MEDIA_TYPE:
        stated = f"media type {media_type}" if media_type else "no media type"
        raise MediaTypeError(f"the body has {stated}; send {JSON_MEDIA_TYPE}")
    body = await request.body()
    # A body of many megabytes would block the server's event loop.
    return await asyncio.to_thread(_parse_arguments, body, name)


def _parse_arguments(body: bytes, name: str) -> Arguments:
    try:
        arguments: Any = json.loads(body)
        half_pair = find_half_pair(json.dumps(arguments, ensure_ascii=False))
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is not JSON: {error}") from None
    if half_pair >= 0:
        raise InputError("the body contains a lone surrogate, which is not valid text")
    requests.validate_arguments(name, arguments)
    validated: Arguments = arguments
    return validated


async def respond_with_job(
    request: Request,
    jobs: JobPool,
    work: JobFunction[CompletedJob],
) -> Response:
    """Run a job and respond with its result, or stream its stages.

    `work` returns the result as a page and as JSON.
    """
    if EVENT_STREAM_MEDIA_TYPE in request.headers.get("accept", ""):
        return EventSourceResponse(_stream_events(jobs, work))

    job = asyncio.ensure_future(jobs.run(work))
    disconnect = asyncio.ensure_future(_wait_for_disconnect(request))
    try:
        await asyncio.wait({job, disconnect}, return_when=asyncio.FIRST_COMPLETED)
        if not job.done():  # the client is gone; `finally` cancels the job
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        completed = job.result()
        body = await asyncio.to_thread(completed.dump_json)
        headers = {"location": completed.location}
        return Response(body, 201, headers, JSON_MEDIA_TYPE)
    finally:
        disconnect.cancel()
        job.cancel()


async def _stream_events(
    jobs: JobPool,
    work: JobFunction[CompletedJob],
) -> AsyncIterator[ServerSentEvent]:
    stages: asyncio.Queue[object] = asyncio.Queue()
    job = asyncio.ensure_future(jobs.run(work, stages.put_nowait))
    job.add_done_callback(lambda _: stages.put_nowait(None))  # ends the loop below
    try:
        while (stage := await stages.get()) is not None:
            yield _build_event("stage", _dump_progress(stage))
        try:
            completed = job.result()
        except ClaimcheckError as error:
            # The response has begun with status 200, so the event has the status.
            fields = {"error": str(error), "status": get_status_code(error)}
            yield _build_event("error", fields)
        else:
            fields = {"location": completed.location, "page": completed.page}
            yield _build_event("done", fields)
    finally:
        job.cancel()  # the client may have closed the connection


def _dump_progress(stage: object) -> dict[str, Any]:
    """Return the progress of a run, or a text, as the fields of an event."""
    if isinstance(stage, RunProgress):
        return {
            "work": str(stage if stage.paused_until else stage.work),
            "answered": stage.answered,
            "asked": stage.asked,
        }
    return {"work": str(stage), "answered": 0, "asked": 0}


def _build_event(name: str, fields: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(fields, ensure_ascii=False), event=name)


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
