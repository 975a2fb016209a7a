"""Builds requests, answers, and recordings without a server."""

from vcr.request import Request

from claimcheck.testing.cassette import Cassette

URL = "http://127.0.0.1:1/v1"


def request(body=b"", uri=URL, headers=(), method="POST"):
    return Request(method, uri, body, dict(headers))


def response(body=b"{}", status=200, **headers):
    return {
        "status": {"code": status, "message": "OK"},
        "headers": {name: [value] for name, value in headers.items()},
        "body": {"string": body},
    }


def record(path, *pairs, item="", mode="new", passed=True, plays=()):
    cassette = Cassette(path, item=item, record=mode)
    for sent in plays:
        assert cassette.play(sent) is not None
    for sent, answer in pairs:
        cassette.add(sent, answer)
    cassette.save(passed=passed)
