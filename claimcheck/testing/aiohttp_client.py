"""Lets aiohttp clients play and record the same cassettes as other clients.

vcrpy's patch of aiohttp passes on the Python object that the code under test used as
the body, and answers that are already decompressed. The patches of other clients pass
on the bytes as sent. Needs aiohttp 3.12, where a body can be read twice.
"""

from __future__ import annotations

import json
from typing import Any

from vcr.request import Request
from vcr.stubs.aiohttp_stubs import MockClientResponse, vcr_request


def patch_aiohttp(guard: Any) -> list[tuple[Any, str, Any]]:
    """Return the patches for vcrpy: (object, attribute name, replacement).

    `guard` is a `DecompressingGuard`, whose module imports this one.
    """
    from aiohttp import ClientResponse, ClientSession
    from vcr.patch import _AiohttpClientSessionRequest as send_request

    async def send(session: Any, method: str, url: Any, **options: Any) -> Any:
        body = await _read_body(options)
        exchange = _Exchange(guard, method, body)
        # The URL may be relative to one of the session.
        url = session._build_url(url)
        return await vcr_request(exchange, send_request)(
            session, method, url, **options
        )

    return [
        (ClientSession, "_request", send),
        # Those of vcrpy heed neither the charset nor the type that the server states.
        (MockClientResponse, "text", ClientResponse.text),
        (MockClientResponse, "json", ClientResponse.json),
    ]


async def _read_body(options: dict[str, Any]) -> bytes:
    """Return a request's body as bytes; `options` can still be sent."""
    from aiohttp import FormData
    from aiohttp.payload import PAYLOAD_REGISTRY, LookupError

    if options.get("json") is not None:
        # Only for comparison, so the session's own JSON layout does not matter.
        return json.dumps(options["json"], default=str).encode()
    data = options.get("data")
    if data is None:
        return b""
    # Same as in aiohttp, but done here, so that it sends the same random boundary.
    data = data() if isinstance(data, FormData) else data
    try:
        payload = PAYLOAD_REGISTRY.get(data, disposition=None)
    except LookupError:  # a type that needs a form, such as a dict
        payload = FormData(data)()
    options["data"] = payload
    body: bytes = await payload.as_bytes()
    return body


class _Exchange:
    """One request and its redirects: the cassette that vcrpy's patch sees."""

    def __init__(self, guard: Any, method: str, body: bytes) -> None:
        self._guard, self._method, self._body = guard, method, body
        self.write_protected = guard.write_protected
        self.filter_request = guard.filter_request

    def _complete(self, request: Request) -> Request:
        if request.body is None:
            return request  # a redirect, or a request without a body
        headers = dict(request.headers)
        return Request(request.method, request.uri, self._body, headers)

    def can_play_response_for(self, request: Request) -> bool:
        answered: bool = self._guard.can_play_response_for(self._complete(request))
        return answered

    def play_response(self, request: Request) -> dict[str, Any]:
        response: dict[str, Any] = self._guard.play_response(self._complete(request))
        return response

    def append(self, request: Request, response: dict[str, Any]) -> None:
        self._guard.append(self._complete(request), response)

    def find_requests_with_most_matches(
        self, request: Request
    ) -> list[tuple[Request, list[str], list[str]]]:
        """Return the recorded request that a redirect leads to."""
        # 307 and 308 keep the method; vcrpy guesses GET.
        other = Request(self._method, request.uri, None, dict(request.headers))
        found = [item for item in (request, other) if self._guard.has_answer(item)]
        return [(item, [], []) for item in found or [request]]
