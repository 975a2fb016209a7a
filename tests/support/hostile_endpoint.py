"""An endpoint that attacks its clients, in a way that the document chooses.

`run_hostile_batch` is short in the tests and long in `make soak`.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from contextlib import suppress
from functools import cache

from claimcheck import RunStore
from tests.support.batches import (
    batch_command,
    measure_peak_mb,
    write_documents,
)
from tests.support.endpoint import completion
from tests.support.faulty_server import build_answer
from tests.support.loopback import Handler, serve_handler

# One answer has at most 50 MB, in chunks and then as bytes and text.
MAX_MEMORY_MB = 500
_TOWN = re.compile(r"town (\d+)")
_CHUNK = b" " * 65_536


class Attacks(Handler):
    """Answers the request for a document by its number."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        number = int(_TOWN.search(json.dumps(body))[1])
        # The test sees the result in the client.
        with suppress(OSError):
            getattr(self, ATTACKS[number % len(ATTACKS)])(body)

    def begin(self, **headers):
        self.send_response(200)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, body, **fields):
        answer = completion(json.dumps(build_answer(body)))
        self.answer(json.dumps(answer | fields))

    def harmless(self, body):
        self.send(body)

    def drip_headers(self, body):
        self.wfile.write(b"HTTP/1.0 200 OK\r\nx-drip: ")
        self.drip(body)

    def drip_body(self, body):
        self.begin()
        self.drip(body)

    def drip(self, body):
        while True:
            time.sleep(0.2)
            self.wfile.write(b" ")

    def drip_a_stream(self, body):
        self.begin(**{"content-type": "text/event-stream"})
        while True:
            time.sleep(0.2)
            self.wfile.write(b": wait\n\n")

    def endless(self, body):
        self.begin()
        while True:
            self.wfile.write(_CHUNK)

    def endless_headers(self, body):
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while True:
            self.wfile.write(b"x-more: " + b"y" * 1_000 + b"\r\n")

    def bomb(self, body):
        self.begin(**{"content-encoding": "gzip"})
        self.wfile.write(build_bomb())

    def surrogate_in_answer(self, body):
        text = json.dumps(build_answer(body)).replace("planted", "planted \\ud83d")
        self.answer(json.dumps(completion(text)))

    def surrogate_in_refusal(self, body):
        self.answer(json.dumps(completion(None, refusal="no \ud83d")))

    def surrogate_in_model(self, body):
        self.send(body, model="m \udc80")

    def huge_counts(self, body):
        self.send(body, usage={"prompt_tokens": 2**63, "completion_tokens": 2**70})

    def deep(self, body):
        self.answer("[" * 200_000)

    def deep_answer(self, body):
        self.answer(json.dumps(completion('{"a":' * 100_000)))

    def braces(self, body):
        self.answer(json.dumps(completion('{"claims": [' * 20_000)))

    def not_utf_8(self, body):
        self.answer(b'{"choices": "\xff\xfe\x80"}')

    def escapes(self, body):
        self.answer(json.dumps({"error": "\x1b]0;x\x07\x1b[2J\x9b31m no"}), 400)

    def redirect(self, body):
        self.answer("", 307, location="http://127.0.0.1:9/v1/chat/completions")


@cache
def build_bomb():
    return gzip.compress(b" " * 400_000_000, 1)


ATTACKS = [name for name in vars(Attacks) if name not in ("do_POST", "begin", "send", "drip") and name[0] != "_"]  # fmt: skip


def run_hostile_batch(folder, *, documents, timeout_s=3.0):
    """Run a batch until nothing is pending; return a line with the results."""
    rows = write_documents(folder / "rows.jsonl", documents)
    store = folder / "runs.db"
    (folder / "claimcheck.toml").write_text(f"timeout_s = {timeout_s}\n")
    with serve_handler(Attacks) as url:
        flags = ("--concurrency", "4", "--attempts", "1", "--budget-tokens", "90000000")
        command = batch_command(rows, store, url, *flags)
        started = time.monotonic()
        peak_mb = commands = 0
        pending = documents
        # It ends when several documents in a row have no answer, and resumes.
        while pending:
            with (folder / "messages").open("wb") as messages:
                code, used_mb = measure_peak_mb(command, cwd=folder, stderr=messages)
            said = (folder / "messages").read_bytes()
            assert b"Traceback" not in said, said.decode()
            assert b"\x1b]" not in said
            assert code == 3, said.decode()
            before, pending = pending, count_pending(store)
            assert pending < before, said.decode()
            peak_mb = max(peak_mb, used_mb)
            commands += 1
        elapsed_s = time.monotonic() - started
    states = check_outcomes(store, documents)
    # A stream may take ten times as long as the other answers.
    turns = documents / 4 + 1
    assert elapsed_s < 20 + turns * timeout_s * 11
    assert peak_mb < MAX_MEMORY_MB
    return (
        f"{documents:,} documents, {len(ATTACKS)} kinds of answers: {dict(states)} in "
        f"{elapsed_s:.0f} s and {commands} commands, at most {peak_mb:.0f} MB"
    )


def count_pending(store):
    with RunStore(store, create=False) as opened:
        return opened.batches()[0].counts["pending"]


def check_outcomes(store, documents):
    """Assert that each document has an outcome, and each failure a cause."""
    with RunStore(store, create=False) as opened:
        items = list(opened.list_documents(opened.batches()[0].number))
    assert len(items) == documents
    for item in items:
        attack = ATTACKS[int(item.key.rpartition("-")[2]) % len(ATTACKS)]
        assert item.state != "pending", (item.key, attack)
        assert item.state == "done" or (item.cause and item.message), attack
        if attack in ("harmless", "surrogate_in_model", "huge_counts"):
            assert item.state == "done", (attack, item.message)
    return Counter(str(item.state) for item in items)
