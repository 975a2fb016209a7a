"""Groups of options are parameters of a command, and reach it as one value."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from claimcheck.cli import options
from claimcheck.cli.main import app
from claimcheck.cli.option_groups import OptionGroup, with_options


@dataclass(frozen=True)
class Size(OptionGroup):
    """How large it is.

    Options:
        --width N: In columns, of
            --any width.
        --height N: In lines.
    """

    width: int
    height: Annotated[int, typer.Option(min=1)] = 24


@pytest.fixture
def calls():
    return []


@pytest.fixture
def command(calls):
    @with_options
    def paint(name: str, size: Size, color: bool = False) -> None:
        """Paint something.

        Options:
            --color: In color.
        """
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


def test_docstrings_have_the_help(command):
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command)
    lines = (
        CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output.split("\n")
    )
    rows = [" ".join(line.split()) for line in lines]
    assert "Paint something." in rows
    assert "--width N In columns, of --any width. [required]" in rows
    assert "--height N In lines. [default: 24; x>=1]" in rows
    assert "--color In color." in rows


def test_missing_flags_leave_the_settings_alone(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("attempts = 7\ncache = false\n")
    assert options.LLMOptions().load_settings().attempts == 7
    assert options.LLMOptions(attempts=2).load_settings().attempts == 2
    assert not options.LLMOptions().load_settings().cache


def test_commands_cache_answers_by_default():
    assert options.LLMOptions().load_settings().cache
    assert not options.LLMOptions(no_cache=True).load_settings().cache


def list_commands(command, path=("claimcheck",)):
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from list_commands(child, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"),
    list(list_commands(typer.main.get_command(app))),
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_every_parameter_has_help(path, command):
    """An option that its docstring misspells would have none."""
    parameters = [item for item in command.params if "completion" not in item.name]
    assert [item.name for item in parameters if not getattr(item, "help", None)] == []
