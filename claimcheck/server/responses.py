"""From a request to a job and its answer: the result in one piece, or the stages as they happen (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

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
from claimcheck.models.llm import Stage
from claimcheck.server import requests
from claimcheck.server.jobs import BusyError, JobFunction, JobPool
from claimcheck.server.openapi import EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE
from claimcheck.server.requests import Arguments

JobResultT = TypeVar("JobResultT")
_CLIENT_CLOSED_REQUEST = 499  # nobody reads it: the client has closed the connection
_STATUS_BY_ERROR: tuple[tuple[type[ClaimcheckError], int], ...] = (
    (BusyError, 503),
    (NotFoundError, 404),
    (StoreError, 503),
    (InputError, 400),
    (ProviderError, 502),
)


class MediaTypeError(InputError):
    """The body is not JSON by its media type."""


@dataclass(frozen=True, slots=True)
class CompletedJob:
    """What a job came to: its own address in the API, the page that shows it, and the answer in one piece."""

    location: str
    page: str
    answer: Callable[[], bytes]


def get_status_code(error: ClaimcheckError) -> int:
    """Return the HTTP status code for an error."""
    if isinstance(error, MediaTypeError):
        return 415
    return next(
        (status for kind, status in _STATUS_BY_ERROR if isinstance(error, kind)), 500
    )


async def read_arguments(request: Request, name: str) -> Arguments:
    """Read the request's arguments, which must match `schemas/request.NAME`.

    Raises:
        InputError: they do not, or the body is not JSON.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON_MEDIA_TYPE:
        raise MediaTypeError(
            f"the body is {media or 'of no stated type'}; send {JSON_MEDIA_TYPE}"
        )
    return await asyncio.to_thread(
        _parse_arguments, await request.body(), name
    )  # a large one takes its time


def _parse_arguments(body: bytes, name: str) -> Arguments:
    try:
        value: Any = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError("the body holds a lone surrogate, which is no text") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is not JSON: {error}") from None
    requests.validate_arguments(name, value)
    found: Arguments = value
    return found


async def respond_with_job(
    request: Request,
    jobs: JobPool,
    work: JobFunction[JobResultT],
    done: Callable[[JobResultT], CompletedJob],
) -> Response:
    """Run a job and respond with its result, or stream its stages if accepted."""
    if EVENT_STREAM_MEDIA_TYPE in request.headers.get("accept", ""):
        return EventSourceResponse(_stream_events(jobs, work, done))
    job = asyncio.ensure_future(jobs.run(work))
    gone = asyncio.ensure_future(_wait_for_disconnect(request))
    try:
        await asyncio.wait({job, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not job.done():
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        result = done(job.result())
        return Response(
            await asyncio.to_thread(result.answer),
            201,
            {"location": result.location},
            JSON_MEDIA_TYPE,
        )
    finally:
        gone.cancel()
        job.cancel()


async def _stream_events(
    jobs: JobPool,
    work: JobFunction[JobResultT],
    done: Callable[[JobResultT], CompletedJob],
) -> AsyncIterator[ServerSentEvent]:
    heard: asyncio.Queue[object] = asyncio.Queue()
    job = asyncio.ensure_future(jobs.run(work, heard.put_nowait))
    job.add_done_callback(lambda _: heard.put_nowait(None))
    try:
        while (stage := await heard.get()) is not None:
            yield _build_event("stage", _dump_stage(stage))
        try:
            result = done(job.result())
        except ClaimcheckError as error:
            yield _build_event(
                "error", {"error": str(error), "status": get_status_code(error)}
            )
        else:
            yield _build_event(
                "done", {"location": result.location, "page": result.page}
            )
    finally:
        job.cancel()


def _dump_stage(stage: object) -> dict[str, Any]:
    if isinstance(stage, Stage):
        return {
            "work": str(stage.work),
            "answered": stage.answered,
            "asked": stage.asked,
        }
    return {"work": str(stage), "answered": 0, "asked": 0}


def _build_event(name: str, fields: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(fields, ensure_ascii=False), event=name)


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
