"""Commands write the HTML report."""

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
