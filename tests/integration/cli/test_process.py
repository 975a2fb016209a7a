"""The command line as a process: signals, pipes, devices, imports, completion."""

import os
import signal
import subprocess
import sys
import time

from claimcheck import Run
from tests.support.batches import run_faulty_server
from tests.support.command import claimcheck
from tests.support.paths import SEED
from tests.support.waiting import wait_until


def test_writes_to_a_device_and_through_a_link(tmp_path):
    command = [sys.executable, "-m", "claimcheck", "summarize", SEED, "--quiet"]
    printed = subprocess.check_output([*command, "-o", "/dev/stdout"])
    assert printed.startswith(b"High-level")
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "link.json").symlink_to("real.json")
    claimcheck("summarize", SEED, "--quiet", "--format", "json", "-o", "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o640
    assert Run.from_json((tmp_path / "real.json").read_text()).claims


def test_a_closed_pipe_is_not_an_error():
    done = subprocess.run(
        f"{sys.executable} -m claimcheck summarize {SEED} --quiet --format json "
        "| head -c 10",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b'{\n  "schem', b"")


def test_starting_loads_no_heavy_module():
    code = (
        "import sys, claimcheck.cli.main\n"
        "heavy = {'openai', 'tiktoken', 'numpy', 'jsonschema', 'rapidfuzz', "
        "'pydantic', 'vcr', 'asyncio'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    light = (
        "import sys\n"
        "from claimcheck import summarize\n"
        "heavy = {'openai', 'tiktoken', 'rich', 'typer', 'numpy', 'sqlite3', "
        "'claimcheck.verification', 'claimcheck.retrieval'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert subprocess.run([sys.executable, "-c", light], check=False).returncode == 0


def test_ctrl_c_does_not_wait_for_the_other_passages_and_writes_nothing(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("passage_tokens = 200\n")
    lines = (
        f"The town of Aldbury number {number} counted {number * 37} houses in 1900."
        for number in range(400)
    )
    (tmp_path / "long.txt").write_text(" ".join(lines))
    with run_faulty_server(delays=(100.0, 100.0)) as (url, counts):
        command = [sys.executable, "-m", "claimcheck", "summarize", "long.txt"]
        options = ["--base-url", url, "--model", "m", "-o", "run.json"]
        with subprocess.Popen(
            [*command, *options], stderr=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: counts()["requests"] >= 8)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            stderr = process.stderr.read()
            process.wait(timeout=90)
    assert time.monotonic() - started < 90  # the answers take longer
    assert process.returncode == 130
    last_line = stderr.splitlines()[-1]
    assert last_line == "claimcheck: interrupted; no result was written"
    assert not (tmp_path / "run.json").exists()


def test_shell_completion_knows_the_commands():
    environment = os.environ | {
        "_CLAIMCHECK_COMPLETE": "complete_bash",
        "COMP_WORDS": "claimcheck su",
        "COMP_CWORD": "1",
    }
    command = [sys.executable, "-m", "claimcheck"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    assert "summarize" in done.stdout.split()
