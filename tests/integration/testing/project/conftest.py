"""Tests as a project writes them: see ../test_project.py, which replays them.

Their cassettes are recorded from a server that stands for a model, whose answers quote
the prompt; each path is a mode of answering. `make record-project` records them again.
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec

import httpx2
import pytest

# `make check-clients` installs all of these.
OPTIONAL = ("aiohttp", "brotli", "httpx", "pytest_asyncio", "trio")
collect_ignore = []
if not all(find_spec(name) for name in OPTIONAL):
    collect_ignore = ["test_clients.py"]

# It outlives every test, and needs no certificates, which are slow to load.
CLIENT = httpx2.Client(verify=False)
FORMAT = {"name": "claims", "schema": {"properties": {"claims": {}}}}


def url(mode="ok"):
    return f"{os.environ['OPENAI_BASE_URL']}/{mode}/a/v1/chat/completions"


def build_request(text):
    return {
        "model": "m",
        "messages": [{"role": "user", "content": text}],
        "response_format": {"type": "json_schema", "json_schema": FORMAT},
    }


def read_quote(answer):
    """Return the first quote in an answer: the prompt, if it is one sentence."""
    content = json.loads(answer["choices"][0]["message"]["content"])
    return content["claims"][0]["quote"]


def ask(text):
    """The code under test, as it were."""
    headers = {"authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    answer = CLIENT.post(url(), json=build_request(text), headers=headers)
    return read_quote(answer.json())


@pytest.fixture(scope="session")
def session_answer():
    yield ask("session")
    ask("session tear-down")


@pytest.fixture(scope="session", params=["one/1", "two"])
def parameter_answer(request):
    yield ask(f"parameter {request.param}")
    ask(f"tear-down of {request.param}")


@pytest.fixture(scope="package")
def package_answer(session_answer):
    return [session_answer, ask("package")]


@pytest.fixture(scope="module")
def module_answer(package_answer):
    yield [*package_answer, ask("module")]
    ask("module tear-down")


@pytest.fixture(scope="module")
def overridden_answer():
    yield ask("overridden")
    ask("overridden tear-down")


@pytest.fixture
def function_answer():
    yield ask("function")
    ask("function tear-down")


@pytest.fixture(scope="session")
def database():
    """A service that the tests need, as if it were not part of them."""

    class Database(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"alive")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def pytest_collection_modifyitems(items):
    if os.environ.get("ORDER") == "reversed":
        items.reverse()


def pytest_runtest_logreport(report):
    if os.environ.get("OUTCOMES"):
        sections = "\n".join(text for _, text in report.sections)
        line = [report.nodeid, report.outcome, report.longreprtext + sections]
        with open(os.environ["OUTCOMES"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
