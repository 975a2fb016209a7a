"""Stands in for xllamacpp: a server whose answers are scripted, not a model's.

It checks the key as llama.cpp does, and fails to load a file that says "damaged". One
that says "slow" takes a minute.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

_ANSWER = {
    "headline": "A ferry line opens",
    "sentences": [{"text": "A ferry line opens on Monday.", "claims": [1]}],
    "key_points": [],
    "positions": [],
    "claims": [
        {
            "quote": "The ferry line opens on Monday.",
            "text": "The ferry line opens on Monday.",
            "speaker": None,
            "kind": "event",
            "check_worthiness": 0.9,
            "when": None,
        }
    ],
    "open_questions": [],
}


class CommonParams(SimpleNamespace):
    """Takes any parameter."""

    def __init__(self):
        super().__init__(model=SimpleNamespace(path=""))


class Server:
    """Answers on a free port, as long as the process lives."""

    def __init__(self, parameters):
        content = Path(parameters.model.path).read_bytes()
        if b"damaged" in content:
            raise RuntimeError("failed to load the model")
        if b"slow" in content:
            time.sleep(60)
        (key,) = parameters.api_keys
        (name,) = parameters.model_alias

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._answer({"status": "ok"})

            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                if self.headers["authorization"] != f"Bearer {key}":
                    self._answer({"error": {"message": "Invalid API Key"}}, 401)
                    return
                message = {"role": "assistant", "content": json.dumps(_ANSWER)}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
                self._answer(
                    {
                        "id": "1",
                        "object": "chat.completion",
                        "created": 0,
                        "model": name,
                        "choices": [choice],
                        "usage": usage,
                    }
                )

            def _answer(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", parameters.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.listening_address = f"http://127.0.0.1:{server.server_port}"
