"""Names of cassettes: tests, fixtures, and the command that records one."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

_MAX_NAME_LENGTH = 80  # far below the 255 bytes that file systems allow
_MAX_PARAMETER_LENGTH = 100  # that pytest 9 writes
_SYNTHETIC_FIXTURE = re.compile(
    r"^_(?:xunit|unittest)_([a-zA-Z]+(?:_[a-z]+)?)_fixture_"
)


def build_cassette_path(item: pytest.Item, marker: pytest.Mark) -> Path:
    """Return the path of the cassette a marker names, or of the test's own.

    Raises:
        UsageError: the marker has arguments other than one name.
    """
    # A typo must not silently become another cassette.
    if len(marker.args) > 1 or not all(isinstance(name, str) for name in marker.args):
        raise pytest.UsageError("@pytest.mark.cassette takes one name, or none")
    if marker.args:
        from claimcheck.testing.files import SUFFIXES

        name = marker.args[0]
        file_name = name if name.endswith(SUFFIXES) else f"{name}.json"
        return _find_cassette_folder(item.config) / file_name
    return build_node_path(item.config, identify_test(item))


def identify_test(item: pytest.Item) -> str:
    """Return the node id of a test, the same with every version of pytest.

    pytest 8 writes parameters of any length into it. Instead of one with more than 100
    characters, pytest 9 writes its name and a number, and this its name and a digest.
    """
    node_id = item.nodeid
    if callspec := getattr(item, "callspec", None):
        for name, value in callspec.params.items():
            if isinstance(value, str | bytes) and len(value) > _MAX_PARAMETER_LENGTH:
                node_id = _shorten_parameter(node_id, name, value)
    return node_id


def _shorten_parameter(node_id: str, name: str, value: str | bytes) -> str:
    from _pytest.compat import ascii_escaped

    escaped = ascii_escaped(value)
    digest = hashlib.sha256(escaped.encode()).hexdigest()[:8]
    written = rf"(?<=[\[-])(?:{re.escape(escaped)}|{name}\d+)(?=[-\]])"
    return re.sub(written, f"{name}-{digest}", node_id, count=1)


def build_node_path(config: pytest.Config, node_id: str) -> Path:
    """Return the path of the cassette of one test: a folder per module."""
    module, _, name = node_id.partition("::")
    name = name.replace("::", ".")
    safe = re.sub(r"[^\w.,=+\[\]-]", "-", name)[:_MAX_NAME_LENGTH]
    if safe != name:
        # Different tests must not get the same file.
        safe = f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    folder = _find_cassette_folder(config) / module.removesuffix(".py")
    return folder / f"{safe}.json"


def _find_cassette_folder(config: pytest.Config) -> Path:
    return config.rootpath / str(config.getini("claimcheck_cassette_dir"))


def name_fixture(
    fixture: pytest.FixtureDef[Any], request: pytest.FixtureRequest, overridden: int
) -> str:
    """Return the node id of a fixture, within its module, class, or session.

    `overridden` is the number of fixtures of the same name that it overrides.
    """
    synthetic = _SYNTHETIC_FIXTURE.match(fixture.argname)
    name = synthetic.group(1) if synthetic else fixture.argname
    if overridden:  # a fixture may request the one that it overrides
        name += f".override{overridden}"
    if hasattr(request, "param"):
        name += f"[{_name_parameter(fixture.ids, request)}]"
    scope = request.node.nodeid if fixture.scope != "session" else ""
    return f"{scope or 'session'}::{name}"


def _name_parameter(ids: Any, request: pytest.FixtureRequest) -> str:
    index: int = getattr(request, "param_index", 0)
    # Indirect parametrization by a test provides no ids.
    if isinstance(ids, list | tuple) and ids[index] is not None:
        return str(ids[index])
    is_readable = isinstance(request.param, str | int | float | bool)
    return str(request.param) if is_readable else str(index)


def build_record_command(item: pytest.Item) -> str:
    """Return the command that records one test, from pytest's folder."""
    module, separator, name = item.nodeid.partition("::")
    path = item.config.rootpath / module
    try:
        module = os.path.relpath(path, item.config.invocation_params.dir)
    except ValueError:
        module = str(path)  # another drive
    node_id = f"{Path(module).as_posix()}{separator}{name}"
    return f"pytest --cassette-record=new {shlex.quote(node_id)}"
