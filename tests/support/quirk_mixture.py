"""A batch at an endpoint with many quirks at once, killed at random moments.

It is short in tests and long in `make soak`. Afterwards each document has a result, or
a failure with its cause; no answer is lost; and none is paid for twice, except those
that were on their way to a process when it was killed.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager

from claimcheck import RunStore
from tests.support import quirks
from tests.support.batches import batch_command, write_documents
from tests.support.loopback import Handler, serve_handler

CONCURRENCY = 8
# These end a command, once per document, until the account is in order.
ACCOUNT_MODES = ("quota", "quota_type", "pay402", "str_401", "html_403", "ra_long", "toggle")  # fmt: skip
# The outcome of these is always a failure.
FAILING_MODES = {
    "err200": "unanswered",
    "text_503": "unanswered",
    "cf_filter400": "filtered",
    "fr_safety": "filtered",
    "str_ctx": "too_long",
    "reasoning_len": "truncated",
}
# Waiting for the endpoint takes a second or more.
SLOW_MODES = ("err200", "text_503", "ra_date", "ra_bad", "over529")
_START = re.compile(r"^\S+ [\w ]+ begins?$", re.M)
_NUMBER = re.compile(r"town (\d+)")


class Mixture:
    """The modes of documents by number, and the answers that were sent."""

    def __init__(self, seed, modes, account_share=0.01):
        self.seed = seed
        self.modes = modes
        self.account_share = account_share
        self.requests = 0
        self.answers = []  # keys of the requests that had an answer, in order
        self.kills = []  # the number of answers before each kill
        self._seen = Counter()
        self._lock = threading.Lock()

    def choose_mode(self, number):
        rng = random.Random(f"{self.seed} {number}")
        if rng.random() < self.account_share:
            return rng.choice(ACCOUNT_MODES)
        return rng.choice(self.modes)

    def reply_to(self, body):
        key, number = find_request(body)
        mode = self.choose_mode(number)
        with self._lock:
            self.requests += 1
            counted = ("account", number) if mode in ACCOUNT_MODES else (mode, key)
            self._seen[counted] += 1
            count = self._seen[counted]
        if mode in ACCOUNT_MODES and count > 1:
            return key, quirks.good(body)
        return key, quirks.MODES[mode](body, count)

    def note_answer(self, key):
        with self._lock:
            self.answers.append(key)

    def count_paid_twice(self):
        """Count answers paid for again that were not on their way at a kill."""
        on_their_way = set()
        for count in self.kills:
            start = max(0, count - CONCURRENCY)
            # A thread of the server may note its answer a little later.
            on_their_way.update(self.answers[start : count + CONCURRENCY])
        repeated = [key for key, n in Counter(self.answers).items() if n > 1]
        return len([key for key in repeated if key not in on_their_way])


def find_request(body):
    """Return a request's key, the same in every dialect, and its document's number."""
    contents = [
        item["content"] for item in body["messages"] if item["role"] != "system"
    ]
    text = "\n".join(contents)
    start = _START.search(text)
    text = text[start.start() :] if start else text
    names = sorted(quirks.find_schema(body).get("properties", {}))
    key = hashlib.sha256(f"{names} {text}".encode()).hexdigest()
    number = _NUMBER.search(text)
    return key, int(number[1]) if number else 0


def is_answer(reply):
    """Return whether a reply is an answer that must be kept."""
    body = reply.body
    if reply.status != 200 or not isinstance(body, dict):
        return reply.status == 200
    if not body.get("choices"):
        return False
    message = body["choices"][0]["message"]
    return bool(message.get("content") or message.get("tool_calls"))


@contextmanager
def serve_mixture(mixture):
    class Endpoint(Handler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["content-length"])
            data = self.rfile.read(length)
            if len(data) < length:
                return  # the process was killed while it sent this
            body = json.loads(data)
            key, reply = mixture.reply_to(body)
            self.answer(reply.body, reply.status, **reply.headers)
            if is_answer(reply):
                mixture.note_answer(key)

    with serve_handler(Endpoint) as url:
        yield url


def run_killed_mixture(folder, *, documents, kills, seed=5, modes=None, share=0.01):
    """Run a batch until it is done, with kills; return a line with the results."""
    if modes is None:
        modes = [name for name in quirks.MODES if name not in ACCOUNT_MODES]
    mixture = Mixture(seed, modes, share)
    rows = write_documents(folder / "rows.jsonl", documents)
    store = folder / "runs.db"
    with serve_mixture(mixture) as url:
        flags = ("--concurrency", str(CONCURRENCY), "--quiet")
        pauses = _run_to_the_end(
            batch_command(rows, store, url, *flags), mixture, store, documents, kills
        )
    with RunStore(store, create=False) as opened:
        number = opened.batches()[0].number
        items = list(opened.list_documents(number))
        assert len(items) == documents
        for item in items:
            check_document(item, mixture)
    assert mixture.count_paid_twice() == 0
    states = Counter(str(item.state) for item in items)
    repeated = len(mixture.answers) - len(set(mixture.answers))
    assert repeated <= CONCURRENCY * len(mixture.kills)
    return (
        f"{documents:,} documents, {len(mixture.kills)} kills, {pauses} pauses: "
        f"{dict(states)}; {mixture.requests:,} requests, {len(mixture.answers):,} "
        f"answers; {repeated} paid twice, all on their way when the process was killed"
    )


def check_document(item, mixture):
    mode = mixture.choose_mode(int(item.key.rpartition("-")[2]))
    assert item.state != "pending", (item.key, mode)
    if item.state != "done":
        assert item.cause, (item.key, mode)
        assert item.message, (item.key, mode)
    if mode in FAILING_MODES:
        assert item.cause == FAILING_MODES[mode], (item.key, mode, item.cause)


def _run_to_the_end(command, mixture, store, documents, kills):
    """Run the command until nothing is pending; return how often it paused."""
    rng = random.Random(mixture.seed)
    pauses = 0
    while True:
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            if len(mixture.kills) < kills:
                wanted = mixture.requests + rng.randint(1, 2 * documents // (kills + 1))
                # There is no time limit: waiting for a busy endpoint is part of the
                # test.
                while process.poll() is None and mixture.requests < wanted:
                    time.sleep(0.02)
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    mixture.kills.append(len(mixture.answers))
                    continue
            errors = process.communicate()[1].decode()
        assert "Traceback" not in errors, errors
        assert process.returncode in (0, 3), errors
        with RunStore(store, create=False) as opened:
            if not opened.batches()[0].counts["pending"]:
                return pauses
        pauses += 1
        assert pauses < documents, errors
