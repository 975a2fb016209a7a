"""Groups of options are parameters of a command, and reach it as one value."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from claimcheck.cli import options
from claimcheck.cli.option_groups import OptionGroup, expand_groups


@dataclass(frozen=True)
class Size(OptionGroup):
    width: Annotated[int, typer.Option(help="In columns.")]
    height: Annotated[int, typer.Option(help="In lines.")] = 24


@pytest.fixture
def calls():
    return []


@pytest.fixture
def command(calls):
    @expand_groups
    def paint(name: str, size: Size, color: bool = False) -> None:
        """Paint something."""
        calls.append((name, size, color))

    return paint


def test_the_signature_has_the_options_of_the_group_in_its_place(command):
    parameters = inspect.signature(command).parameters
    assert list(parameters) == ["name", "width", "height", "color"]
    assert parameters["width"].default is inspect.Parameter.empty
    assert parameters["height"].default == 24
    assert command.__doc__ == "Paint something."


def test_the_command_receives_one_value(command, calls):
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, ["cat", "--width", "80"])
    assert (result.exit_code, calls) == (0, [("cat", Size(80, 24), False)])


def test_missing_flags_leave_the_settings_alone(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("attempts = 7\ncache = false\n")
    assert options.LLMOptions().load_settings().attempts == 7
    assert options.LLMOptions(attempts=2).load_settings().attempts == 2
    assert not options.LLMOptions().load_settings().cache


def test_commands_cache_answers_by_default():
    assert options.LLMOptions().load_settings().cache
    assert not options.LLMOptions(no_cache=True).load_settings().cache
