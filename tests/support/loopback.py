"""Serves a handler of HTTP requests on loopback while a block runs."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """A handler that logs nothing and sends answers with one call."""

    def answer(self, value, status=200, **headers):
        """Send text or bytes unchanged, and anything else as JSON."""
        data = (
            value
            if isinstance(value, bytes)
            else value.encode()
            if isinstance(value, str)
            else json.dumps(value).encode()
        )
        self.send_response(status)
        for name, content in {
            "content-type": "application/json",
            "content-length": str(len(data)),
            **headers,
        }.items():
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(data)

    def handle(self):
        """Serve a connection, and ignore clients that were killed."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    # If many connections are made at once, none may be refused: tests would not count
    # that attempt.
    request_queue_size = 256


@contextmanager
def serve_handler(handler, tls=None):
    """Serve the handler while the block runs; yield the base URL.

    `tls` is an SSL context, for HTTPS.
    """
    server = _Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
