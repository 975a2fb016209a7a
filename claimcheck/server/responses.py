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

from claimcheck.errors import ClaimcheckError, InputError, NotFoundError, ProviderError, StoreError
from claimcheck.models.llm import Stage
from claimcheck.server import requests
from claimcheck.server.jobs import BusyError, Jobs, Work
from claimcheck.server.openapi import EVENTS, JSON
from claimcheck.server.requests import Arguments

Result = TypeVar("Result")
_GONE = 499  # nobody reads it: the client has closed the connection
_STATUS: tuple[tuple[type[ClaimcheckError], int], ...] = (
    (BusyError, 503),
    (NotFoundError, 404),
    (StoreError, 503),
    (InputError, 400),
    (ProviderError, 502),
)


class MediaTypeError(InputError):
    """The body is not JSON by its media type."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a job came to: its own address in the API, the page that shows it, and the answer in one piece."""

    location: str
    page: str
    answer: Callable[[], bytes]


def status_of(error: ClaimcheckError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, MediaTypeError):
        return 415
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


async def arguments(request: Request, name: str) -> Arguments:
    """The arguments in a request's body, which follow `schemas/request.NAME`.

    Raises:
        InputError: they do not, or the body is not JSON.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise MediaTypeError(f"the body is {media or 'of no stated type'}; send {JSON}")
    return await asyncio.to_thread(_read, await request.body(), name)  # a large one takes its time


def _read(body: bytes, name: str) -> Arguments:
    try:
        value: Any = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError("the body holds a lone surrogate, which is no text") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is not JSON: {error}") from None
    requests.require(name, value)
    found: Arguments = value
    return found


async def answered(
    request: Request, jobs: Jobs, work: Work[Result], done: Callable[[Result], Done]
) -> Response:
    """The answer to a request: stages and a result where it accepts events, else the result; its end ends the job."""
    if EVENTS in request.headers.get("accept", ""):
        return EventSourceResponse(_events(jobs, work, done))
    job = asyncio.ensure_future(jobs.run(work))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({job, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not job.done():
            return Response(status_code=_GONE)
        result = done(job.result())
        return Response(await asyncio.to_thread(result.answer), 201, {"location": result.location}, JSON)
    finally:
        gone.cancel()
        job.cancel()


async def _events(
    jobs: Jobs, work: Work[Result], done: Callable[[Result], Done]
) -> AsyncIterator[ServerSentEvent]:
    heard: asyncio.Queue[object] = asyncio.Queue()
    job = asyncio.ensure_future(jobs.run(work, heard.put_nowait))
    job.add_done_callback(lambda _: heard.put_nowait(None))
    try:
        while (stage := await heard.get()) is not None:
            yield _event("stage", _stage(stage))
        try:
            result = done(job.result())
        except ClaimcheckError as error:
            yield _event("error", {"error": str(error), "status": status_of(error)})
        else:
            yield _event("done", {"location": result.location, "page": result.page})
    finally:
        job.cancel()


def _stage(stage: object) -> dict[str, Any]:
    if isinstance(stage, Stage):
        return {"work": str(stage.work), "answered": stage.answered, "asked": stage.asked}
    return {"work": str(stage), "answered": 0, "asked": 0}


def _event(name: str, fields: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(fields, ensure_ascii=False), event=name)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
