"""The pytest plugin: `@pytest.mark.cassette` and `--cassette-record`.

A marked test is guarded from the setup of its first fixture to the end of its teardown.
Fixtures of a class, a module, or the session serve several tests, so they have their
own cassettes.
Every pytest run loads the plugin if claimcheck is installed, so it imports nothing
heavy before a test has the marker.
"""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from claimcheck.counting import format_count
from claimcheck.testing.names import (
    build_cassette_path,
    build_node_path,
    build_record_command,
    identify_test,
    name_fixture,
)

if TYPE_CHECKING:
    from claimcheck.testing.cassette import Cassette
    from claimcheck.testing.guard import Guard


@dataclass(slots=True)
class _RunningTest:
    """A test that is running with a cassette."""

    guard: Guard
    stack: ExitStack
    reported_misses: int = 0
    # Whether each phase has passed; one with subtests has several reports.
    phases: dict[str, bool] = field(default_factory=dict)

    @property
    def has_passed(self) -> bool:
        """Whether the setup and the call have run and passed."""
        return self.phases == {"setup": True, "call": True}


_RUNNING = pytest.StashKey[_RunningTest | None]()
_ITEM_TEST = pytest.StashKey[_RunningTest]()
# The fixtures of tests with a cassette, each with the first such test and the number of
# fixtures with the same name that it overrides.
_FIXTURES = pytest.StashKey[dict[pytest.FixtureDef[Any], tuple[pytest.Item, int]]]()


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
        default="cassettes",
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
    # At this point, all installed plugins and conftest files have added their options.
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
    if config.getoption("cassette_record") not in (None, "none"):
        _end_as_ctrl_c_does(config)


def _end_as_ctrl_c_does(config: pytest.Config) -> None:
    """Save what was recorded at SIGTERM, too, which ends a process at once."""

    def restore() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        config.add_cleanup(restore)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Remember the fixtures of tests with a cassette."""
    fixtures: dict[pytest.FixtureDef[Any], tuple[pytest.Item, int]] = {}
    for item in session.items:
        information = getattr(item, "_fixtureinfo", None)
        if information is None or item.get_closest_marker("cassette") is None:
            continue
        for definitions in information.name2fixturedefs.values():
            for number, definition in enumerate(definitions):
                fixtures.setdefault(definition, (item, number))
    session.config.stash[_FIXTURES] = fixtures


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Any:
    """Return the test's cassette; None without a marker."""
    running = request.node.stash.get(_ITEM_TEST, None)
    return running.guard.cassette if running else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start the guard before the first fixture."""
    # Not a wrapper: if ours raised an error, pytest's own would not start, and would
    # report another error at the teardown.
    marker = item.get_closest_marker("cassette")
    if marker is not None:
        running = _start(item, marker)
        item.stash[_ITEM_TEST] = item.config.stash[_RUNNING] = running


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Stop the guard after the last fixture, and save the recording."""
    running = item.stash.get(_ITEM_TEST, None)
    if running is None:
        return (yield)
    passed = False
    try:
        result = yield
        passed = running.has_passed and not running.guard.misses
    finally:
        _stop(item.config, running, passed=passed)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, Any, Any]:
    """Save the recording of an interrupted test."""
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
    running = item.stash.get(_ITEM_TEST, None)
    if running is None:
        return report
    problems = _find_problems(running, report)
    text = "\n\n".join(problems)
    if problems and not report.failed:
        report.outcome = "failed"
        report.longrepr = text
        report.__dict__.pop("wasxfail", None)  # a missing answer is never expected
    elif problems and getattr(call.excinfo, "value", None) not in running.guard.misses:
        report.sections.append(("cassette", text))
    if report.when in ("setup", "call"):
        passed_before = running.phases.get(report.when, True)
        running.phases[report.when] = passed_before and report.passed
    return report


def _find_problems(running: _RunningTest, report: pytest.TestReport) -> list[str]:
    """Describe new misses, and unplayed answers at the end."""
    misses = running.guard.misses[running.reported_misses :]
    running.reported_misses += len(misses)
    problems = [f"CassetteMissError: {miss}" for miss in misses]
    if report.when == "teardown" and report.passed and running.has_passed:
        problems += _find_unplayed(running.guard.cassette)
    return problems


def _find_unplayed(cassette: Cassette) -> list[str]:
    """Describe the recorded answers that a replay did not request, if any."""
    unplayed = cassette.find_unplayed()
    # After a miss, unplayed answers are its consequence.
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
    """Play the cassette of a fixture that several tests share."""
    config = request.config
    running = config.stash.get(_RUNNING, None)
    item, overridden = config.stash.get(_FIXTURES, {}).get(fixturedef, (None, 0))
    if fixturedef.scope == "function":
        return (yield)
    if running is not None:
        command = running.guard.cassette.command
    elif item is not None:
        # The first test that uses it has no cassette, but a later one has.
        command = build_record_command(item)
    else:
        return (yield)
    node_id = name_fixture(fixturedef, request, overridden)
    fixture = _FixtureGuard(config, node_id, command)
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
            build_node_path(config, node_id),
            item=node_id,
            record=config.getoption("cassette_record"),
            command=command,
        )
        self._entered: _RunningTest | None = None
        self.is_complete = False

    @contextmanager
    def playing(self) -> Generator[None, None, None]:
        """Answer requests inside the block from the fixture's cassette."""
        with self.start().raising_misses():
            try:
                yield
            finally:
                self._leave()

    def start(self) -> Guard:
        """Play the fixture's cassette instead of the test's."""
        self._entered = _enter(self._config, self._cassette)
        return self._entered.guard

    def _leave(self) -> None:
        if self._entered is not None:
            self._entered.stack.close()
            self._cassette.save()

    def stop(self) -> None:
        """Save the recording; fail if recorded answers were not used."""
        self._leave()
        if self._entered is None or not self.is_complete:
            return
        with self._entered.guard.raising_misses():
            self._cassette.save(passed=not self._cassette.has_misses)
        for problem in _find_unplayed(self._cassette):
            pytest.fail(problem, pytrace=False)


def _start(item: pytest.Item, marker: pytest.Mark) -> _RunningTest:
    try:
        from claimcheck.testing.cassette import Cassette
    except ImportError as error:
        from claimcheck.installation import get_install_command

        raise pytest.UsageError(
            f"cassettes need vcrpy ({error}): {get_install_command('testing')}"
        ) from None

    cassette = Cassette(
        build_cassette_path(item, marker),
        item=identify_test(item),
        record=item.config.getoption("cassette_record"),
        command=build_record_command(item),
    )
    return _enter(item.config, cassette)


def _enter(config: pytest.Config, cassette: Cassette) -> _RunningTest:
    from claimcheck.testing.guard import Guard, block_network

    passed_through = config.getini("claimcheck_allow_hosts")
    # The option of pytest-socket, if it is installed.
    option = config.getoption("--allow-hosts", None) or ""
    connectable = [*passed_through, *option.split(",")] if option else passed_through
    guard = Guard(cassette, passed_through)
    stack = ExitStack()
    stack.enter_context(guard.active())
    if cassette.record == "none":
        stack.enter_context(block_network(connectable))
    return _RunningTest(guard, stack)


def _stop(config: pytest.Config, running: _RunningTest, *, passed: bool) -> None:
    config.stash[_RUNNING] = None
    running.stack.close()
    running.guard.cassette.save(passed=passed)
