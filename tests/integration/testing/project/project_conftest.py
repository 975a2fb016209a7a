"""The conftest.py of a project that records and replays: see ../test_project.py."""

import hashlib
import json
import os
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

# `make check-clients` installs all of these.
OPTIONAL = ("aiohttp", "brotli", "pytest_asyncio", "trio")
collect_ignore = []
if not all(find_spec(name) for name in OPTIONAL):
    collect_ignore = ["cases_clients.py"]

EXPECTED = Path(__file__).parent / "expected"


# It outlives every test, and needs no certificates, which are slow to load.
CLIENT = httpx2.Client(verify=False)


def ask(text):
    """What the server answers to a text; the code under test, as it were."""
    url = os.environ["OPENAI_BASE_URL"] + "/echo"
    return CLIENT.post(url, json={"text": text}).text


def prompt():
    """What is sent: not what was recorded, if the project is run with FAULTY=1."""
    return "the wrong prompt" if os.environ.get("FAULTY") else "the right prompt"


@pytest.fixture
def same(request):
    """Compares what is received with what was received while recording."""

    def compare(received):
        name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
        EXPECTED.mkdir(exist_ok=True)
        if os.environ.get("RECORDING"):
            (EXPECTED / name).write_text(repr(received), encoding="utf-8")
        assert repr(received) == (EXPECTED / name).read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def session_answer():
    yield ask("session")
    ask("session teardown")


@pytest.fixture(scope="session", params=["one/1", "two"])
def parameter_answer(request):
    return ask(f"parameter {request.param}")


@pytest.fixture(scope="module")
def module_answer():
    yield ask("module")
    ask("module teardown")


@pytest.fixture
def function_answer():
    yield ask("function")
    ask("function teardown")


def pytest_runtest_logreport(report):
    if os.environ.get("OUTCOMES"):
        sections = "\n".join(text for _, text in report.sections)
        line = [report.nodeid, report.when, report.outcome, report.longreprtext]
        with open(os.environ["OUTCOMES"], "a", encoding="utf-8") as file:
            file.write(json.dumps([*line, sections]) + "\n")
