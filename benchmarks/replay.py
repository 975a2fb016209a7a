"""Time the replay of a large cassette: 200 requests of 40 kB, at most 5 ms each.

    python benchmarks/replay.py

The bare loop sends the same requests through the same client into a transport that
answers at once, so the difference is what a cassette costs. Loading the file is part of
a round, as it is in a test. Every figure is the median of the rounds, in CPU time, so
that other processes do not change it.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx2
from vcr.request import Request

from claimcheck.testing import use_cassette
from claimcheck.testing.cassette import Cassette

ROUNDS = 5
REQUESTS = 200
BODY_SIZE = 40_000
GOAL_MS = 5.0
URL = "http://127.0.0.1:9/v1/chat/completions"
ANSWER = json.dumps({"choices": [{"message": {"content": "yes " * 500}}]}).encode()


def make_bodies():
    """Return different chat requests of 40 kB."""
    rng = random.Random(5)
    bodies = []
    for number in range(REQUESTS):
        words = [f"{rng.getrandbits(40):x}" for _ in range(BODY_SIZE // 11)]
        messages = [{"role": "user", "content": f"{number} {' '.join(words)}"}]
        bodies.append(json.dumps({"model": "m", "messages": messages}).encode())
    return bodies


def record(path, bodies):
    """Write the cassette, without a server."""
    cassette = Cassette(path, record="new")
    headers = {"content-type": ["application/json"]}
    for body in bodies:
        answer = {"status": {"code": 200, "message": "OK"}, "headers": headers}
        cassette.add(
            Request("POST", URL, body, {}), answer | {"body": {"string": ANSWER}}
        )
    cassette.save(passed=True)


def time_requests(client, bodies):
    """Return the milliseconds that a request takes."""
    started = time.process_time()
    for body in bodies:
        response = client.post(URL, content=body)
        assert response.content == ANSWER
    return (time.process_time() - started) * 1000 / len(bodies)


def time_replay(path, bodies):
    started = time.process_time()
    with use_cassette(path), httpx2.Client(verify=False) as client:
        time_requests(client, bodies)
    return (time.process_time() - started) * 1000 / len(bodies)


def time_bare_loop(bodies):
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(200, content=ANSWER)
    )
    with httpx2.Client(transport=transport) as client:
        return time_requests(client, bodies)


def main():
    bodies = make_bodies()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.json"
        record(path, bodies)
        time_replay(path, bodies)  # imports
        bare, replay = [], []
        for _ in range(ROUNDS):
            bare.append(time_bare_loop(bodies))
            replay.append(time_replay(path, bodies))
    bare_ms, replay_ms = statistics.median(bare), statistics.median(replay)
    print(f"replay of {REQUESTS} requests of {BODY_SIZE // 1000} kB")
    print(f"  bare client        {bare_ms:5.2f} ms per request   1.00")
    ratio = replay_ms / bare_ms
    print(
        f"  client + cassette  {replay_ms:5.2f} ms per request   {ratio:.2f}   "
        f"(goal {GOAL_MS:.0f} ms)"
    )


if __name__ == "__main__":
    main()
