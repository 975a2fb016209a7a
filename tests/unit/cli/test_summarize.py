"""The command `summarize`: output, exit codes, messages, files."""

import json

from claimcheck import Run
from tests.support.command import claimcheck
from tests.support.paths import SEED


def test_prints_text_on_stdout_and_the_engine_on_stderr():
    done = claimcheck("summarize", SEED)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("High-level U.S.-Russian talks")
    assert done.stderr.decode().startswith(
        "Engine: extractive (no model); --model NAME"
    )
    assert b"\x1b" not in done.stdout + done.stderr


def test_quiet_prints_nothing_on_stderr():
    assert claimcheck("summarize", SEED, "--quiet").stderr == b""


def test_json_from_standard_input_is_a_valid_run(tmp_path):
    done = claimcheck(
        "summarize",
        "-",
        "--format",
        "json",
        "--title",
        "T",
        "--date",
        "2020-02-02",
        stdin=SEED.read_bytes(),
    )
    run = Run.from_json(done.stdout)
    assert (run.document.source, run.document.title, str(run.document.published)) == (
        "standard input",
        "T",
        "2020-02-02",
    )
    checked = claimcheck("validate", "-", stdin=done.stdout)
    assert (checked.returncode, checked.stdout) == (
        0,
        b"standard input: follows run.schema.json\n",
    )


def test_no_text_leaves_the_text_out():
    run = json.loads(
        claimcheck("summarize", SEED, "--no-text", "--format", "json").stdout
    )
    assert run["document"]["text"] is None
    assert b"NOT FOUND" not in claimcheck("summarize", SEED, "--no-text").stdout


def test_writes_the_output_file_and_nothing_else(tmp_path):
    target = tmp_path / "run.md"
    target.write_text("old")
    done = claimcheck("summarize", SEED, "-o", target, "--format", "markdown")
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_text().startswith("# High-level U.S.-Russian talks")
    assert [path.name for path in tmp_path.iterdir()] == ["run.md"]


def test_document_text_cannot_control_the_terminal():
    done = claimcheck(
        "summarize",
        "-",
        stdin=b"The bank lost \x1b[31m5 million\x07 euros in 2020. "
        b"[bold]It[/bold] closed :smile: in May 2021.",
    )
    assert b"\x1b" not in done.stdout
    assert b"\x07" not in done.stdout
    assert b"[bold]It[/bold] closed :smile:" in done.stdout


def test_reads_a_line_of_five_megabytes(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(
        "The ferry carried 900 people in 2020. " * 10 + "word " * 1_000_000 + "end."
    )
    done = claimcheck("summarize", path, "--quiet", "--no-text", "--format", "json")
    assert done.returncode == 0, done.stderr
    run = Run.from_json(done.stdout)
    assert run.document.characters == 5_000_384
    assert [entry.reason for entry in run.ledger if entry.status == "set_aside"] == [
        "too long to be a sentence"
    ]
