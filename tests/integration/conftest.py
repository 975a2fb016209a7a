"""Servers on loopback, and an endpoint that holds its answers back."""

from contextlib import ExitStack

import pytest

from tests.support.web import run_server, serve_held_model


@pytest.fixture
def serve(tmp_path):
    """Starts servers, each on the same store where none is named."""
    with ExitStack() as stack:
        yield (
            lambda settings=None, store=tmp_path / "runs.db", **fields: (
                stack.enter_context(run_server(store, settings, **fields))
            )
        )


@pytest.fixture
def model():
    with serve_held_model() as held:
        yield held
