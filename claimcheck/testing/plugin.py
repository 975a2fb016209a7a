"""The pytest plugin: `@pytest.mark.cassette("name")`, `--record`, sockets blocked while replaying.

It is loaded by every pytest that claimcheck is installed for, so nothing heavy is imported here.
"""

from __future__ import annotations

import shlex
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--record` and the setting `cassette_folder`."""
    group = parser.getgroup("claimcheck")
    group.addoption(
        "--record",
        choices=("once", "new", "all"),
        default=None,
        help="record cassettes from a real endpoint: once (those missing), new (requests missing), all (again)",
    )
    parser.addini(
        "cassette_folder",
        "where cassettes lie, relative to the root folder",
        default="cassettes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line(
        "markers",
        "cassette(name): answer the test's HTTP requests from this cassette in cassette_folder",
    )


@pytest.fixture(autouse=True)
def _cassette(request: pytest.FixtureRequest) -> Generator[Any, None, None]:
    """Plays the cassette that the test is marked with; every recorded answer has to be played."""
    marker = request.node.get_closest_marker("cassette")
    if marker is None:
        yield None
        return
    try:
        from claimcheck.testing.cassette import use_cassette
    except ImportError as error:
        raise pytest.UsageError(
            f"cassettes need vcrpy and pytest-socket ({error}): pip install 'claimcheck[testing]'"
        ) from None

    record = request.config.getoption("--record")
    with use_cassette(
        _build_cassette_path(request.config, marker), record=record
    ) as cassette:
        if record is None:
            _block_sockets()
        yield cassette
    if (
        record is None
        and not cassette.all_played
        and not getattr(request.node, "_claimcheck_failed", False)
    ):
        unplayed = len(cassette) - cassette.play_count
        pytest.fail(
            f"{Path(cassette.path).name}: {unplayed} recorded answers were not asked for; record it again: {_build_record_command(request.node)}"
        )


@pytest.fixture
def cassette(_cassette: Any) -> Any:
    """The cassette that the test is marked with; None without a marker."""
    return _cassette


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A request without a recorded answer fails the test with what changed and the command that records it."""
    if item.get_closest_marker("cassette") is None:
        return (yield)
    from vcr.errors import CannotOverwriteExistingCassetteException

    from claimcheck.testing.cassette import explain_miss

    failed = True
    try:
        result = yield
        failed = False
        return result
    except CannotOverwriteExistingCassetteException as miss:
        raise explain_miss(miss, _build_record_command(item)) from None
    finally:
        item._claimcheck_failed = failed  # type: ignore[attr-defined]


def _build_cassette_path(config: pytest.Config, marker: pytest.Mark) -> Path:
    if len(marker.args) != 1 or not isinstance(marker.args[0], str):
        raise pytest.UsageError("@pytest.mark.cassette takes one name")
    folder: Path = config.rootpath / config.getini("cassette_folder")
    return folder / f"{marker.args[0]}.json"


def _build_record_command(item: pytest.Item) -> str:
    return f"pytest --record=all {shlex.quote(item.nodeid)}"


def _block_sockets() -> None:
    """Nothing leaves while a cassette plays, not even for loopback; pytest-socket opens sockets again after the test."""
    from pytest_socket import disable_socket

    disable_socket(allow_unix_socket=True)
