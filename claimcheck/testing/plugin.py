"""The pytest plugin: `@pytest.mark.cassette` and `--cassette-record`.

A marked test is guarded from the set-up of its first fixture to the end of its
tear-down. Fixtures of a class, a module, or the session serve several tests, so they
have cassettes of their own.

Every pytest loads the plugin where claimcheck is installed, so it imports nothing heavy
before a test has the marker.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shlex
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from claimcheck.counting import format_count

if TYPE_CHECKING:
    from claimcheck.testing.cassette import Cassette, CassetteMissError
    from claimcheck.testing.guard import Guard

_MAX_NAME_LENGTH = 80  # far below the 255 bytes that file systems allow
_ALL_PHASES = {"setup", "call", "teardown"}
_SYNTHETIC_FIXTURE = re.compile(
    r"^_(?:xunit|unittest)_([a-zA-Z]+(?:_[a-z]+)?)_fixture_"
)


@dataclass(slots=True)
class _RunningTest:
    """A test that is running with a cassette."""

    guard: Guard
    cassette: Cassette
    stack: ExitStack
    shown_misses: int = 0
    passed_phases: set[str] = field(default_factory=set)


_RUNNING = pytest.StashKey[_RunningTest | None]()
_OF_ITEM = pytest.StashKey[_RunningTest]()
# The fixtures of tests with a cassette, each with the first such test.
_SHARED_FIXTURES = pytest.StashKey[dict[pytest.FixtureDef[Any], pytest.Item]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and settings."""
    parser.getgroup("claimcheck").addoption(
        "--cassette-record",
        dest="cassette_record",
        choices=("none", "once", "new", "all"),
        default=None,
        help="record cassettes from a real endpoint: tests without a recording (once), "
        "missing requests (new), or everything again (all)",
    )
    parser.addini(
        "claimcheck_cassette_dir",
        "the folder of the cassettes, relative to the root folder",
        default="",
    )
    parser.addini(
        "cassette_folder", "the older name of claimcheck_cassette_dir", default=""
    )
    parser.addini(
        "claimcheck_allow_hosts",
        "hosts, or host:port, that a test with a cassette may reach",
        type="args",
        default=[],
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, Any, Any]:
    """Add `--record`, the short form, unless another plugin has it."""
    # Here, because all installed plugins and conftest files have added theirs.
    result = yield
    groups = [*parser._groups, parser._anonymous]
    options = itertools.chain.from_iterable(group.options for group in groups)
    taken = itertools.chain.from_iterable(option.names() for option in options)
    if "--record" not in taken:
        parser.getgroup("claimcheck").addoption(
            "--record",
            dest="cassette_record",
            choices=("none", "once", "new", "all"),
            default=None,
            help="short for --cassette-record",
        )
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "cassette(name): answer the HTTP requests of the test and its fixtures from "
        "recordings; tests with the same name share a cassette, and without a name "
        "each test has its own",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which fixtures the tests with a cassette use."""
    fixtures: dict[pytest.FixtureDef[Any], pytest.Item] = {}
    for item in session.items:
        information = getattr(item, "_fixtureinfo", None)
        if information is None or item.get_closest_marker("cassette") is None:
            continue
        definitions = information.name2fixturedefs.values()
        for definition in itertools.chain.from_iterable(definitions):
            fixtures.setdefault(definition, item)
    session.config.stash[_SHARED_FIXTURES] = fixtures


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Any:
    """Return the test's cassette; None without a marker."""
    running = request.node.stash.get(_OF_ITEM, None)
    return running.cassette if running else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Start the guard before the first fixture."""
    marker = item.get_closest_marker("cassette")
    if marker is not None:
        running = _start(item, marker)
        item.stash[_OF_ITEM] = item.config.stash[_RUNNING] = running
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Stop the guard after the last fixture, and save what was recorded."""
    running = item.stash.get(_OF_ITEM, None)
    if running is None:
        return (yield)
    passed = False
    try:
        result = yield
        has_passed_so_far = running.passed_phases == _ALL_PHASES - {"teardown"}
        passed = has_passed_so_far and not running.guard.misses
    finally:
        _stop(item.config, running, passed=passed)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    """Save what an interrupted test has recorded."""
    result = yield
    running = session.config.stash.get(_RUNNING, None)
    if running is not None:
        _stop(session.config, running, passed=False)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test for any unanswered request, even if its code did not."""
    report = yield
    running = item.stash.get(_OF_ITEM, None)
    if running is None:
        return report
    if report.passed:
        running.passed_phases.add(report.when or "")
    problems = _find_problems(running, report.when)
    if not problems:
        return report
    text = "\n\n".join(problems)
    if not report.failed:
        report.outcome = "failed"
        report.longrepr = text
        report.__dict__.pop("wasxfail", None)  # a missing answer is never expected
    elif getattr(call.excinfo, "value", None) not in running.guard.misses:
        report.sections.append(("cassette", text))
    return report


def _find_problems(running: _RunningTest, phase: str | None) -> list[str]:
    """Describe new misses, and unplayed answers at the end."""
    misses = running.guard.misses[running.shown_misses :]
    running.shown_misses += len(misses)
    problems = [f"CassetteMissError: {miss}" for miss in misses]
    if phase == "teardown" and running.passed_phases == _ALL_PHASES:
        problems += _find_unplayed(running.cassette)
    return problems


def _find_unplayed(cassette: Cassette) -> list[str]:
    """Describe the recorded answers that a replay did not request, if any."""
    unplayed = cassette.find_unplayed()
    # After a miss they are its consequence.
    if cassette.record != "none" or cassette.has_misses or not unplayed:
        return []
    answers = format_count(len(unplayed), "recorded answer")
    verb = "was" if len(unplayed) == 1 else "were"
    return [
        f"{cassette.path.name}: {answers} {verb} not requested; record again: "
        f"{cassette.command}"
    ]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Play the cassette of a fixture that serves several tests."""
    config = request.config
    running = config.stash.get(_RUNNING, None)
    if fixturedef.scope == "function":
        return (yield)
    if running is not None:
        command = running.cassette.command
    elif fixturedef in config.stash.get(_SHARED_FIXTURES, {}):
        # The first test that uses it has no cassette, but a later one has.
        command = _build_record_command(config.stash[_SHARED_FIXTURES][fixturedef])
    else:
        return (yield)
    fixture = _FixtureGuard(config, _name_fixture(fixturedef, request), command)
    # Finalizers run in reverse order: `stop` after the fixture's own, `start` before.
    fixturedef.addfinalizer(fixture.stop)
    with fixture.playing():
        result = yield
    fixture.is_complete = True
    fixturedef.addfinalizer(fixture.start)
    return result


class _FixtureGuard:
    """Plays the cassette of one fixture while it is set up and torn down."""

    def __init__(self, config: pytest.Config, node_id: str, command: str) -> None:
        from claimcheck.testing.cassette import Cassette

        self._config = config
        self._cassette = Cassette(
            _build_node_path(config, node_id),
            item=node_id,
            record=config.getoption("cassette_record"),
            command=command,
        )
        self._entered: _RunningTest | None = None
        self._is_alone = False
        self._misses: list[CassetteMissError] = []
        self.is_complete = False

    @contextmanager
    def playing(self) -> Generator[None, None, None]:
        """Answer requests inside the block from the fixture's cassette."""
        self.start()
        try:
            yield
        finally:
            self._leave()
        self._raise_swallowed_miss()

    def start(self) -> None:
        """Play the fixture's cassette from now on."""
        running = self._config.stash.get(_RUNNING, None)
        # Without a cassette of its own, the current test does not report misses.
        self._is_alone = running is None
        if running is None:
            running = _enter(self._config, self._cassette)
        else:
            running.guard.push(self._cassette)
        self._entered = running

    def _leave(self) -> None:
        running, self._entered = self._entered, None
        if running is None:
            return
        if self._is_alone:
            running.stack.close()
            self._misses = running.guard.misses
        else:
            running.guard.pop()
        self._cassette.save()

    def _raise_swallowed_miss(self) -> None:
        if self._misses:
            raise self._misses[0]

    def stop(self) -> None:
        """Save what was recorded; fail if recorded answers were not used."""
        self._leave()
        if not self.is_complete:
            return
        self._cassette.save(passed=True)
        self._raise_swallowed_miss()
        for problem in _find_unplayed(self._cassette):
            pytest.fail(problem, pytrace=False)


def _name_fixture(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> str:
    """Return the node id of a fixture: of its module, class, or session."""
    synthetic = _SYNTHETIC_FIXTURE.match(fixturedef.argname)
    name = synthetic.group(1) if synthetic else fixturedef.argname
    scope = request.node.nodeid if fixturedef.scope != "session" else ""
    parameter = ""
    if fixturedef.params:
        parameter = f"[{_name_parameter(fixturedef, request)}]"
    return f"{scope or 'session'}::{name}{parameter}"


def _name_parameter(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> str:
    index: int = getattr(request, "param_index", 0)
    ids = fixturedef.ids
    if isinstance(ids, list | tuple) and ids[index] is not None:
        return str(ids[index])
    value = getattr(request, "param", index)
    is_readable = isinstance(value, str | int | float | bool)
    return str(value) if is_readable else str(index)


def _start(item: pytest.Item, marker: pytest.Mark) -> _RunningTest:
    try:
        from claimcheck.testing.cassette import Cassette
    except ImportError as error:
        from claimcheck.installation import get_install_command

        raise pytest.UsageError(
            f"cassettes need vcrpy ({error}): {get_install_command('testing')}"
        ) from None

    cassette = Cassette(
        _build_cassette_path(item, marker),
        item=item.nodeid,
        record=item.config.getoption("cassette_record"),
        command=_build_record_command(item),
    )
    return _enter(item.config, cassette)


def _enter(config: pytest.Config, cassette: Cassette) -> _RunningTest:
    from claimcheck.testing.guard import Guard, block_network

    passed_through = config.getini("claimcheck_allow_hosts")
    # The option of pytest-socket, if it is installed.
    option = config.getoption("--allow-hosts", None) or ""
    connectable = [*passed_through, *option.split(",")] if option else passed_through
    guard = Guard(passed_through)
    stack = ExitStack()
    stack.enter_context(guard.active(cassette))
    if cassette.record == "none":
        stack.enter_context(block_network(connectable))
    return _RunningTest(guard, cassette, stack)


def _stop(config: pytest.Config, running: _RunningTest, *, passed: bool) -> None:
    config.stash[_RUNNING] = None
    running.stack.close()
    running.cassette.save(passed=passed)


def _build_cassette_path(item: pytest.Item, marker: pytest.Mark) -> Path:
    # A typing error must not silently become another cassette.
    if len(marker.args) > 1 or not all(isinstance(name, str) for name in marker.args):
        raise pytest.UsageError("@pytest.mark.cassette takes one name, or none")
    if marker.args:
        from claimcheck.testing.files import SUFFIXES

        name = marker.args[0]
        file_name = name if name.endswith(SUFFIXES) else f"{name}.json"
        return _find_cassette_folder(item.config) / file_name
    return _build_node_path(item.config, item.nodeid)


def _find_cassette_folder(config: pytest.Config) -> Path:
    folder = config.getini("claimcheck_cassette_dir") or config.getini(
        "cassette_folder"
    )
    return config.rootpath / (folder or "cassettes")


def _build_node_path(config: pytest.Config, node_id: str) -> Path:
    """Return the path of the cassette of one test: a folder per module."""
    module, _, name = node_id.partition("::")
    name = name.replace("::", ".")
    safe = re.sub(r"[^\w.,=+\[\]-]", "-", name)[:_MAX_NAME_LENGTH]
    if safe != name:
        # Different tests must not get the same file.
        safe = f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    folder = _find_cassette_folder(config) / module.removesuffix(".py")
    return folder / f"{safe}.json"


def _build_record_command(item: pytest.Item) -> str:
    """Return the command that records one test, from pytest's folder."""
    module, separator, name = item.nodeid.partition("::")
    path = item.config.rootpath / module
    try:
        module = os.path.relpath(path, item.config.invocation_params.dir)
    except ValueError:
        module = str(path)  # another drive
    node_id = f"{Path(module).as_posix()}{separator}{name}"
    return f"pytest --cassette-record=new {shlex.quote(node_id)}"
