"""Every error is one line and an exit code; a traceback only with --debug."""

import pytest

from tests.support.command import claimcheck
from tests.support.paths import SEED


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["summarize", "none.txt"], b"", "none.txt: does not exist"),
        (["summarize", "."], b"", ".: is a folder"),
        (["summarize", ""], b"", "the name of a file is empty"),
        (["index", "add", "e.db", ""], b"", "the name of a file is empty"),
        (["check", "-", "--against", ""], b"A tram.", "the name of a file is empty"),
        (["summarize", "-"], b"", "standard input: is empty"),
        (["summarize", "-"], b" \n ", "only white space"),
        (["summarize", "-"], b"https://a.example/b", "has no words to summarize"),
        (["summarize", "-"], b"a\x00b", "contains a NUL character"),
        (
            ["summarize", "-", "--date", "20 March"],
            b"x",
            "--date '20 March' is not a valid date; use YYYY-MM-DD",
        ),
        (
            ["summarize", "-", "--engine", "gpt"],
            b"x",
            "--engine 'gpt' is unknown; choose from auto, llm, local, extractive",
        ),
        (
            ["summarize", "-", "-o", "no/such/run.json"],
            b"x",
            "the folder no/such does not exist",
        ),
        (["summarize", "-", "-o", "."], b"x", "is a folder"),
        (
            ["summarize", "-", "--title", " "],
            b"x",
            "title: has only white space",
        ),
        (
            ["summarize", "-", "--title", b"\xff"],
            b"x",
            "title:1:1: contains a lone surrogate",
        ),
        (
            ["schema", "nothing"],
            b"",
            "Unknown schema 'nothing'. Available: check, ",
        ),
        (["prompts", "../x"], b"", "Unknown prompt '../x'"),
        (["validate", "none.json"], b"", "none.json: does not exist"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(tmp_path, arguments, stdin, message):
    done = claimcheck(*arguments, stdin=stdin)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert message in lines[-1]
    assert "Traceback" not in done.stderr.decode()
    assert done.stdout == b""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("summarize --nope", "No such option: --nope"),
        ("summarize", "Missing argument 'SOURCE"),
        ("sumarize x", "Did you mean 'summarize'?"),
        ("summarize x --format docx", "'--format': 'docx' is not one of 'text', "),
        ("summarize x --max-claims x", "'--max-claims': 'x' is not a whole number"),
        ("summarize x --budget-usd x", "'--budget-usd': 'x' is not a number"),
        ("serve --port 99999", "'--port': 99999 is more than 65535"),
        ("summarize x --max-claims 0", "--max-claims is 0; give a whole number"),
        ("summarize x --budget-usd 0", "--budget-usd is 0.0; give a number above 0"),
    ],
)
def test_wrong_usage_is_explained_without_words_of_a_library(arguments, message):
    done = claimcheck(*arguments.split())
    assert done.returncode == 2
    assert message in done.err.splitlines()[-1]
    assert "Value error" not in done.err
    assert "Input should" not in done.err


def test_a_bad_variable_is_named(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    done = claimcheck("summarize", "x", "--model", "m")
    assert "claimcheck: OPENAI_BASE_URL 'nonsense' is not" in done.err


def test_names_a_malformed_settings_file(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("engine = [")
    done = claimcheck("summarize", SEED)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"claimcheck.toml is not valid TOML" in done.stderr


@pytest.mark.parametrize(
    "words", ["--debug summarize none.txt", "summarize none.txt --debug"]
)
def test_debug_shows_the_traceback_before_and_after_the_command(words):
    assert "Traceback" in claimcheck(*words.split()).err


def test_debug_after_a_double_dash_is_an_argument():
    done = claimcheck("summarize", "--", "--debug")
    assert done.err.startswith("claimcheck: --debug: does not exist")


@pytest.mark.parametrize("command", ["", "summarize", "runs", "runs list"])
def test_h_is_short_for_help(command):
    short = claimcheck(*command.split(), "-h")
    assert (short.returncode, short.err) == (0, "")
    assert short.out == claimcheck(*command.split(), "--help").out


@pytest.mark.parametrize("words", [(), ("check",), ("runs", "list")])
def test_help_is_a_command_too(words):
    asked = claimcheck("help", *words)
    assert asked.returncode == 0
    assert asked.stdout == claimcheck(*words, "--help").stdout


def test_an_address_without_its_scheme_is_explained():
    done = claimcheck("summarize", "www.example.org/a")
    assert b"write https://www.example.org/a" in done.stderr


def test_no_description_in_the_list_of_commands_is_cut():
    assert "..." not in claimcheck("--help").out.split("Commands:")[1]
