"""Limits connections to the server: idle ones make room for new ones."""

from __future__ import annotations

import asyncio
import time

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 200  # chosen by hand


class MakeRoomProtocol(H11Protocol):
    """A connection that closes the oldest idle one if there are too many.

    uvicorn refuses every request while it has its maximum of connections, and waits
    forever for the rest of a request. So a client that opens many connections could
    shut out all others.
    """

    made_s = 0.0

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Accept the connection, closing an idle one if there are too many."""
        self.made_s = time.monotonic()
        if len(self.connections) >= MAX_CONNECTIONS - 2:
            ours = [
                other
                for other in self.connections
                if isinstance(other, MakeRoomProtocol)
            ]
            idle = [other for other in ours if other.is_idle]
            oldest = min(idle, key=lambda other: other.made_s, default=None)
            if oldest:
                self.connections.discard(oldest)
                oldest.transport.abort()
        super().connection_made(transport)

    @property
    def is_idle(self) -> bool:
        """Return whether the client has not sent an entire request."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body
