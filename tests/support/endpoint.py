"""Loopback servers that answer from a script, to test faults."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

from tests.support.loopback import Handler, serve_handler

DROP = "drop the connection"


def completion(content, *, finish_reason="stop", refusal=None, choices=True):
    """Return the body of a chat completion."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted-1",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}]
        if choices
        else [],
        "usage": {
            "prompt_tokens": 1_000,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 64},
            "completion_tokens_details": {"reasoning_tokens": 5},
        },
    }


def error(message, **fields):
    """Return the body of an error."""
    return {
        "error": {"message": message, "type": "x", "param": None, "code": None} | fields
    }


@contextmanager
def serve_script(*script):
    """Serve each (status, body, headers) in order, then repeat the last one.

    Yields the base URL and the list of request bodies received.
    """
    received, lock = [], threading.Lock()

    class Scripted(Handler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                received.append(json.loads(body))
                step = script[min(len(received), len(script)) - 1]
            if step is DROP:
                self.connection.close()
                return
            status, answer, *headers = step
            self.answer(answer, status, **(headers[0] if headers else {}))

        def do_GET(self):
            self.answer(
                {"object": "list", "data": [{"id": "scripted-1", "object": "model"}]}
            )

    with serve_handler(Scripted) as url:
        yield url, received


@contextmanager
def serve_picky(refuse, answer):
    """Answer every request, unless `refuse(body)` returns a status and a body.

    Yields the base URL and the list of bodies received.
    """
    received, lock = [], threading.Lock()

    class Picky(Handler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                received.append(body)
            refusal = refuse(body)
            if refusal is None:
                self.answer(answer)
            else:
                status, content = refusal
                self.answer(content, status)

    with serve_handler(Picky) as url:
        yield url, received
