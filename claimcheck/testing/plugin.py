"""The pytest plugin: `@pytest.mark.cassette("name")` and `--record`.

Every pytest loads it where claimcheck is installed, so it imports nothing heavy before
a test has the marker.
"""

from __future__ import annotations

import shlex
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_TEST_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--record` and the setting `cassette_folder`."""
    group = parser.getgroup("claimcheck")
    group.addoption(
        "--record",
        choices=("once", "new", "all"),
        default=None,
        help="record cassettes from a real endpoint: missing cassettes (once), "
        "missing requests (new), or everything again (all)",
    )
    parser.addini(
        "cassette_folder",
        "the folder of the cassettes, relative to the root folder",
        default="cassettes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "cassette(name): answer the test's HTTP requests from this cassette in "
        "cassette_folder",
    )


@pytest.fixture(autouse=True)
def _cassette(request: pytest.FixtureRequest) -> Generator[Any, None, None]:
    """Play the test's cassette; fail if an answer was not requested."""
    # Automatic: the marker is enough, a test need not name this fixture.
    marker = request.node.get_closest_marker("cassette")
    if marker is None:
        yield None
        return
    try:
        from claimcheck.testing.cassette import use_cassette
    except ImportError as error:
        raise pytest.UsageError(
            f"cassettes need vcrpy and pytest-socket ({error}): "
            "pip install 'claimcheck[testing]'"
        ) from None

    record = request.config.getoption("--record")
    path = _build_cassette_path(request.config, marker)
    with use_cassette(path, record=record) as cassette:
        if record is None:
            _block_sockets()
        yield cassette
    # A failed test may have stopped before its last request.
    failed = request.node.stash.get(_TEST_FAILED, False)
    if record is None and not failed and not cassette.all_played:
        unplayed = len(cassette) - cassette.play_count
        pytest.fail(
            f"{path.name}: {unplayed} recorded answers were not requested; "
            f"record it again: {_build_record_command(request.node)}"
        )


@pytest.fixture
def cassette(_cassette: Any) -> Any:
    """Return the test's cassette; None without a marker."""
    return _cassette


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Explain a request without an answer, and how to record it."""
    if item.get_closest_marker("cassette") is None:
        return (yield)
    from vcr.errors import CannotOverwriteExistingCassetteException

    from claimcheck.testing.cassette import explain_miss

    item.stash[_TEST_FAILED] = True
    try:
        result = yield
    except CannotOverwriteExistingCassetteException as miss:
        # vcrpy's own message does not show what differs in the body.
        raise explain_miss(miss, _build_record_command(item)) from None
    item.stash[_TEST_FAILED] = False
    return result


def _build_cassette_path(config: pytest.Config, marker: pytest.Mark) -> Path:
    # A typing error must not silently become another cassette.
    if len(marker.args) != 1 or not isinstance(marker.args[0], str):
        raise pytest.UsageError("@pytest.mark.cassette takes one name")
    folder: Path = config.rootpath / config.getini("cassette_folder")
    return folder / f"{marker.args[0]}.json"


def _build_record_command(item: pytest.Item) -> str:
    return f"pytest --record=all {shlex.quote(item.nodeid)}"


def _block_sockets() -> None:
    """Let no request leave while a cassette plays, not even to loopback.

    pytest-socket allows sockets again after the test.
    """
    from pytest_socket import disable_socket

    disable_socket(allow_unix_socket=True)
