"""The command `batch`: sources from standard input, and progress that suits a pipe."""

import json

from claimcheck import Progress
from claimcheck.cli.progress import show_batch_progress
from claimcheck.models.llm import Spending
from tests.support.command import claimcheck

FERRY = "The ferry carried 900 people in 2020. It was built in Gdansk."


def test_prints_progress_as_plain_lines_in_a_pipe(monkeypatch, capsys):
    monkeypatch.setattr("claimcheck.cli.progress._LINE_INTERVAL_S", 0.0)
    with show_batch_progress(Progress(total=40), quiet=False) as report:
        report(
            Progress(
                total=40,
                done=9,
                failed=1,
                finished_now=10,
                spent=Spending(usd=0.5, tokens=12_000),
            )
        )
    line = capsys.readouterr().err
    assert line.startswith("10 of 40 documents · 1 failed · ")
    assert " · 12,000 tokens · $0.5000 · $2.0000 expected · " in line
    assert line.endswith(" left\n")
    with show_batch_progress(Progress(total=40), quiet=True) as report:
        report(Progress(total=40, done=9))
    assert capsys.readouterr().err == ""


def test_reads_a_list_of_sources_from_standard_input(tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b c.txt").write_text("Venus is hot, and Mercury has no moons at all.")
    done = claimcheck(
        "batch",
        "-",
        "--store",
        "s.db",
        "--engine",
        "extractive",
        stdin=b"a.txt\n\nb c.txt\n",
    )
    assert (done.returncode, "2 of 2 documents" in done.err) == (0, True), done.err
    export = claimcheck("runs", "export", "--store", "s.db")
    assert [
        json.loads(line)["document"]["source"] for line in export.out.splitlines()
    ] == [
        "a.txt",
        "b c.txt",
    ]


def test_the_report_has_a_line_for_each_reason(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_bytes(bytes(range(256)))
    (folder / "c.txt").write_bytes(b"")
    store = str(tmp_path / "s.db")
    done = claimcheck("batch", str(folder), "--store", store, "--report")
    assert done.returncode == 2
    first, second, advice = done.out.splitlines()
    assert first.split()[:4] == ["2", "unreadable", "is", "binary,"]
    assert first.endswith(f"({folder / 'a.txt'}; {folder / 'b.txt'})")
    assert second.endswith(f"is empty; give some text ({folder / 'c.txt'})")
    assert advice == "Unreadable files: fix them, and run the same command again"
    assert "3 documents failed, 0 in part: unreadable 3" in done.err
