"""Commands write the HTML report, and overwrite no input."""

from pathlib import Path

import pytest

from tests.support.command import claimcheck
from tests.support.hostile import parse_strictly


def test_summarize_and_check_write_html(tmp_path):
    (tmp_path / "a.txt").write_text(
        "The ferry carried 900 people in 2020. It was built in Gdansk in 1998."
    )
    for words in (
        ["summarize", "a.txt", "--format", "html", "-o", "out.html", "--quiet"],
        [
            "check",
            "-",
            "--against",
            "a.txt",
            "--format",
            "html",
            "-o",
            "out.html",
            "--quiet",
        ],
    ):
        done = claimcheck(*words, stdin=b"The ferry carried 700 people.")
        assert (done.returncode, done.err) == (0, "")
        parse_strictly((tmp_path / "out.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("summarize", "a.txt", "-o", "a.txt"),
        ("check", "claims.txt", "a.txt", "--output=./a.txt"),
        ("check", "claims.txt", "--against", "a.txt", "-o", "linked.txt"),
        ("runs", "export", "--store", "a.txt", "-o", "a.txt"),
        ("bundle", "a.txt", "-o", "a.txt"),
    ],
)
def test_an_input_is_not_overwritten(arguments):
    Path("claims.txt").write_text("Snow fell.\n")
    Path("a.txt").write_text("Snow fell on Monday.")
    Path("linked.txt").symlink_to("a.txt")
    result = claimcheck(*arguments)
    assert result.returncode == 2
    assert "is also read by this command, and would be overwritten" in result.err
    assert Path("a.txt").read_text() == "Snow fell on Monday."


def test_an_earlier_output_is_overwritten():
    Path("a.txt").write_text("Snow fell on Monday.")
    Path("out.json").write_text("earlier")
    result = claimcheck("summarize", "a.txt", "--format", "json", "-o", "out.json")
    assert result.returncode == 0
    assert Path("out.json").read_text().startswith("{")
