"""HTTP clients that limit the time, size, and redirects of entire requests.

The timeouts of httpx limit only each wait for the next bytes, so an endpoint that sends
a byte now and then could hold a request forever. And nothing in httpx limits the size
of an answer, compressed or not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from functools import partial
from typing import Any

import httpx2

# A long summary takes some hundred kilobytes.
MAX_ANSWER_BYTES = 50 * 2**20
_OPTIONS: dict[str, Any] = {"stream": True, "follow_redirects": False}
_MAX_REDIRECTS = 5
# A streamed answer may take this many times `timeout_s`.
_STREAM_FACTOR = 10


class AnswerTooLargeError(httpx2.ReadError):
    """An answer is larger than any useful one."""

    def __init__(self) -> None:
        super().__init__(f"the answer has more than {MAX_ANSWER_BYTES >> 20} MB")


def build_limited_client(
    kind: type[httpx2.Client], timeout_s: float, **options: Any
) -> httpx2.Client:
    """Return a client of this kind with limits for entire requests."""

    class LimitedClient(kind):  # type: ignore[misc,valid-type]
        """Reads each answer itself, within the limits."""

        def send(self, request: httpx2.Request, **arguments: Any) -> httpx2.Response:
            """Send a request and return its complete response."""
            send: Callable[..., httpx2.Response] = super().send
            if arguments.get("stream"):
                return send(request, **arguments)
            deadline = _Deadline(timeout_s, request)
            response = _run_until(deadline, lambda: send(request, **_OPTIONS))
            for _ in range(_MAX_REDIRECTS):
                target = _find_target(response)
                if target is None:
                    break
                response.close()
                response = _run_until(deadline, partial(send, target, **_OPTIONS))
            with closing(response):
                deadline.extend_for(response)
                body = _Body(deadline)
                for chunk in response.iter_bytes():
                    body.add(chunk)
            return _rebuild(response, body.content)

    return LimitedClient(**options)


def build_limited_async_client(
    kind: type[httpx2.AsyncClient], timeout_s: float, **options: Any
) -> httpx2.AsyncClient:
    """Do the same as `build_limited_client` for an asynchronous client."""

    class LimitedAsyncClient(kind):  # type: ignore[misc,valid-type]
        """Reads each answer itself, within the limits."""

        async def send(
            self, request: httpx2.Request, **arguments: Any
        ) -> httpx2.Response:
            """Send a request and return its complete response."""
            send: Callable[..., Awaitable[httpx2.Response]] = super().send
            if arguments.get("stream"):
                return await send(request, **arguments)
            deadline = _Deadline(timeout_s, request)
            try:
                async with asyncio.timeout(timeout_s) as limit:
                    response = await send(request, **_OPTIONS)
                    for _ in range(_MAX_REDIRECTS):
                        target = _find_target(response)
                        if target is None:
                            break
                        await response.aclose()
                        response = await send(target, **_OPTIONS)
                    limit.reschedule(None)
            except TimeoutError:
                raise deadline.build_error() from None
            async with aclosing(response):
                deadline.extend_for(response)
                body = _Body(deadline)
                async for chunk in response.aiter_bytes():
                    body.add(chunk)
            return _rebuild(response, body.content)

    return LimitedAsyncClient(**options)


def _find_target(response: httpx2.Response) -> httpx2.Request | None:
    """Return the next request of a redirect, if it may be sent.

    It must go to the same server, because only the user decides who receives documents.
    It must keep its method, because a POST that becomes a GET loses its body.
    """
    request, target = response.request, response.next_request
    if target is None or target.method != request.method:
        return None
    here, there = request.url, target.url
    is_same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return target if is_same else None


class _Deadline:
    """The time by which a request must be complete."""

    def __init__(self, timeout_s: float, request: httpx2.Request) -> None:
        self._timeout_s = timeout_s
        self._request = request
        self._end = time.monotonic() + timeout_s

    def extend_for(self, response: httpx2.Response) -> None:
        """Allow a streamed answer to take longer."""
        content_type = response.headers.get("content-type", "")
        if content_type.startswith("text/event-stream"):
            self._end += (_STREAM_FACTOR - 1) * self._timeout_s

    @property
    def remaining_s(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def build_error(self) -> httpx2.ReadTimeout:
        """Return the error that the SDK recognizes as a timeout."""
        return httpx2.ReadTimeout("the answer is not complete", request=self._request)


class _Body:
    """The decompressed bytes of an answer, within the limits."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAX_ANSWER_BYTES:
            raise AnswerTooLargeError
        if not self._deadline.remaining_s:
            raise self._deadline.build_error()

    @property
    def content(self) -> bytes:
        return b"".join(self._chunks)


def _run_until(
    deadline: _Deadline, send: Callable[[], httpx2.Response]
) -> httpx2.Response:
    """Return the response to a request as soon as its headers arrive."""
    sender = ThreadPoolExecutor(1)
    sending = sender.submit(send)
    # Don't wait for an endpoint that never answers: closing the client ends the thread.
    sender.shutdown(wait=False)
    try:
        return sending.result(deadline.remaining_s)
    except TimeoutError:
        raise deadline.build_error() from None


def _rebuild(response: httpx2.Response, content: bytes) -> httpx2.Response:
    """Return the response with its decompressed content."""
    # Raw bytes, because not every endpoint sends ASCII.
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in (b"content-encoding", b"content-length")
    ]
    return httpx2.Response(
        response.status_code,
        headers=headers,
        content=content,
        request=response.request,
        extensions={"http_version": b"HTTP/1.1"} | response.extensions,
        history=response.history,
    )
