"""Every error is one line and an exit code; a traceback only with --debug."""

import pytest

from tests.support.command import claimcheck
from tests.support.paths import SEED


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["summarize", "none.txt"], b"", "none.txt: there is no such file"),
        (["summarize", "."], b"", ".: is a folder"),
        (["summarize", "-"], b"", "standard input: is empty"),
        (["summarize", "-"], b" \n ", "only white space"),
        (["summarize", "-"], b"https://a.example/b", "has no words to summarize"),
        (["summarize", "-"], b"a\x00b", "contains a NUL character"),
        (
            ["summarize", "-", "--date", "20 March"],
            b"x",
            "--date '20 March': is no date; give it as YYYY-MM-DD",
        ),
        (
            ["summarize", "-", "--engine", "gpt"],
            b"x",
            "flag: engine 'gpt' is unknown; choose from auto, llm, extractive",
        ),
        (
            ["summarize", "-", "-o", "no/such/run.json"],
            b"x",
            "there is no folder no/such",
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
            "Unknown schema 'nothing'. Available: check, claimreview, claims.answer, digest.answer",
        ),
        (["prompts", "../x"], b"", "Unknown prompt '../x'"),
        (["validate", "none.json"], b"", "none.json: there is no such file"),
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


def test_an_unknown_flag_and_a_missing_argument_are_exit_2():
    assert claimcheck("summarize", "--nope").returncode == 2
    assert claimcheck("summarize").returncode == 2
    assert claimcheck("summarize", "x", "--format", "pdf").returncode == 2


def test_names_a_malformed_settings_file(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("engine = [")
    done = claimcheck("summarize", SEED)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"claimcheck.toml is not valid TOML" in done.stderr


def test_debug_shows_the_traceback():
    assert b"Traceback" in claimcheck("summarize", "none.txt", "--debug").stderr
