"""Tests that pass as recorded, and must fail when they are run with FAULTY=1."""

import contextlib
import os
import threading
import unittest

import pytest
from conftest import ask

pytestmark = pytest.mark.cassette


def prompt():
    """What is sent: not what was recorded, if FAULTY is set."""
    return "the wrong prompt" if os.environ.get("FAULTY") else "the right prompt"


def swallow(text):
    with contextlib.suppress(Exception):
        ask(text)


def test_changed_prompt():
    ask(prompt())


def test_swallowed():
    swallow(prompt())


def test_swallowed_with_another_error():
    try:
        ask(prompt())
    except Exception:  # noqa: BLE001
        raise KeyError("answer") from None


def test_skipped_when_offline():
    try:
        ask(prompt())
    except Exception:  # noqa: BLE001
        pytest.skip("no server")


@pytest.mark.xfail(strict=False)
def test_expected_failure():
    ask(prompt())
    raise AssertionError("as expected")


def test_in_a_thread():
    thread = threading.Thread(target=swallow, args=(prompt(),))
    thread.start()
    thread.join()


@pytest.fixture
def answer():
    return ask(prompt())


def test_fixture(answer):
    pass


@pytest.fixture
def teardown():
    yield
    swallow(prompt())


def test_teardown(teardown):
    pass


@pytest.fixture(scope="module")
def module_fixture():
    swallow(f"module: {prompt()}")


def test_module_fixture(module_fixture):
    pass


@pytest.fixture(scope="module")
def skipping_fixture():
    try:
        ask(f"skipping: {prompt()}")
    except Exception:  # noqa: BLE001
        pytest.skip("no server")


def test_module_fixture_that_skips(skipping_fixture):
    pass


@pytest.mark.parametrize("name", ["alpha", "a b"])
def test_parameters(name):
    ask(f"{name}: {prompt()}")


def test_once_more_often():
    ask("often")
    if os.environ.get("FAULTY"):
        swallow("often")


def test_less_often():
    ask("less")
    if not os.environ.get("FAULTY"):
        ask("seldom")


class TestSetUpClass:
    @classmethod
    def setup_class(cls):
        swallow(f"setup_class: {prompt()}")

    def test_set_up_class(self):
        pass


class UnitTest(unittest.TestCase):
    def test_unit(self):
        ask(prompt())

    def test_unit_swallowed(self):
        swallow(prompt())


class UnitTestSetUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        ask(f"setUpClass: {prompt()}")

    def test_set_up(self):
        pass


class UnitTestTearDown(unittest.TestCase):
    def tearDown(self):
        swallow(prompt())

    def test_tear_down(self):
        pass
