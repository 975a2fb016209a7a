"""A loopback server with OpenAI's Responses API.

It refuses every parameter that is not in the reference, in OpenAI's words:
https://platform.openai.com/docs/api-reference/responses/create
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

from tests.support.endpoint import error
from tests.support.loopback import Handler, serve_handler

_PARAMETERS = frozenset(
    {"model", "input", "text", "temperature", "max_output_tokens", "store"}
    | {"reasoning", "stream"}
)


def build_response(text, *, status="completed", reason=None, **fields):
    """Return a response with this text as its message, after some reasoning."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": "scripted-1",
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": []},
            {
                "id": "msg_1",
                "type": "message",
                "status": status,
                "role": "assistant",
                "content": [part],
            },
        ],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 64},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 120,
        },
    } | fields


def find_problem(body):
    """Return the error that the API would send for this request, or None."""
    unknown = next((name for name in body if name not in _PARAMETERS), None)
    if unknown:
        return error(
            f"Unknown parameter: '{unknown}'.",
            type="invalid_request_error",
            param=unknown,
            code="unknown_parameter",
        )
    assert all(item.keys() == {"role", "content"} for item in body["input"])
    form = body.get("text", {"format": {"type": "text"}})["format"]
    if form["type"] == "json_schema":
        assert form.keys() <= {"type", "name", "strict", "schema"}, form.keys()
        assert form["schema"]["type"] == "object"
    return None


@contextmanager
def serve_responses(answer, refuse=lambda body: None):
    """Answer each valid request with `answer(body)`, or with the error of `refuse`.

    Yields the base URL and the list of bodies received.
    """
    received, lock = [], threading.Lock()

    class Responses(Handler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                received.append(body)
            if not self.path.endswith("/v1/responses"):
                self.answer(error("Invalid URL (POST /v1/x)"), 404)
                return
            problem = find_problem(body) or refuse(body)
            if problem:
                self.answer(problem, 400)
            elif body.get("stream"):
                self.answer(write_events(answer(body)), **{"content-type": _EVENTS})
            else:
                self.answer(answer(body))

        def do_GET(self):
            self.answer({"object": "list", "data": [{"id": "m", "object": "model"}]})

    with serve_handler(Responses) as url:
        yield url, received


_EVENTS = "text/event-stream"


def write_events(response):
    """Return a response as a stream of events."""
    item = response["output"][-1]
    events = [
        {"type": "response.created", "response": response | {"output": []}},
        {"type": "response.output_text.delta", "delta": "x", "item_id": "msg_1"},
        {"type": "response.output_item.done", "output_index": 1, "item": item},
        {"type": f"response.{response['status']}", "response": response},
    ]
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events
    )
