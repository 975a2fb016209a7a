"""What is final for the account pauses a batch: nothing fails, and the same command resumes."""

import json
import threading

import pytest

from claimcheck import RunStore
from claimcheck.models.outcome import DocumentState
from tests.support.batches import write_documents
from tests.support.command import claimcheck
from tests.support.endpoint import completion, error, serve_script
from tests.support.faulty_server import build_answer
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim

NO_CREDIT = "the account has no credit left"
PAUSES = {
    "402": (402, error("Insufficient Balance"), {}, NO_CREDIT),
    "quota": (429, error("Check your plan", code="insufficient_quota"), {}, NO_CREDIT),
    "quota type": (429, error("Check it", type="insufficient_quota"), {}, NO_CREDIT),
    "402 in a 200": (200, error("Insufficient credits", code=402), {}, NO_CREDIT),
    "402 as text": (402, "payment required", {}, NO_CREDIT),
    "bad key": (401, error("Incorrect API key"), {}, "Incorrect API key"),
    "tomorrow": (429, error("daily limit"), {"retry-after": "86400"}, "until 20"),
}


@pytest.mark.parametrize("name", PAUSES)
def test_the_same_command_resumes_a_paused_batch(tmp_path, name):
    status, body, headers, message = PAUSES[name]
    rows = write_documents(tmp_path / "rows.jsonl", 30)
    lock, answered = threading.Lock(), []
    refused = []
    credit = 8

    class Endpoint(Handler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                paid = len(answered) < credit
                (answered if paid else refused).append(request["messages"])
            if paid:
                self.answer(completion(json.dumps(build_answer(request))))
            else:
                self.answer(body, status, **headers)

    def run(*more):
        command = ("batch", rows, "--store", tmp_path / "s.db", "--model", "m")
        return claimcheck(
            *command, "--base-url", url, "--no-cache", "--concurrency", "4", *more
        )

    def count():
        with RunStore(tmp_path / "s.db", create=False) as store:
            return {state: n for state, n in store.batches()[0].counts.items() if n}

    with serve_handler(Endpoint) as url:
        done = run()
        assert done.returncode == 3
        assert done.err.count(message) == 1, done.err
        assert "8 of 30 documents are finished" in done.err
        assert count() == {DocumentState.DONE: 8, DocumentState.PENDING: 22}
        assert 1 <= len(refused) <= 4
        assert run("--quiet").returncode == 3  # still without credit
        assert count() == {DocumentState.DONE: 8, DocumentState.PENDING: 22}
        credit = 10**6
        done = run()
        assert (done.returncode, count()) == (0, {DocumentState.DONE: 30})
        assert len(answered) == 30


def test_says_until_when_the_endpoint_takes_no_requests(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 1)
    wait = (429, error("slow down"), {"retry-after": "1"})
    good = (200, completion(json.dumps(answer(claim("x")))))
    with serve_script(wait, good) as (url, _):
        command = ("batch", rows, "--store", tmp_path / "s.db", "--model", "m")
        done = claimcheck(*command, "--base-url", url, "--no-cache")
    assert done.returncode == 0
    assert done.err.count("the endpoint accepts no requests until ") == 1
