"""Servers on loopback, and a model that waits until a test releases it."""

from contextlib import ExitStack

import pytest

from tests.support.web import run_server, serve_held_model


@pytest.fixture
def serve(tmp_path):
    """Start servers and return clients; they share a store unless a test names one."""
    with ExitStack() as stack:

        def start(settings=None, store_path=tmp_path / "runs.db", **fields):
            return stack.enter_context(run_server(store_path, settings, **fields))

        yield start


@pytest.fixture
def model():
    with serve_held_model() as held_model:
        yield held_model
