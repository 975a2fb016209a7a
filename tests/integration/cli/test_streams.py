"""Closed and broken standard streams end a command quietly, or in one line."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

CLAIMCHECK = f"{sys.executable} -m claimcheck"
# The shell command, and its exit code and all that it may print on stderr.
COMMANDS = [
    ("summarize ferry.txt --quiet >&-", 0, ""),
    ("runs list --store none.db >&-", 2, "none.db"),
    ("--help >&-", 0, ""),
    ("summarize - --quiet <&-", 2, "standard input"),
    ("validate - <&-", 2, ""),
    ("ground ferry.txt - <&-", 2, "standard input: is empty"),
    ("batch - --store s.db --engine extractive --quiet <&-", 0, ""),
    ("summarize none.txt 2>&-", 2, ""),
    ("summarize ferry.txt --quiet <&- >&- 2>&-", 0, ""),
    ("schema run | head -c 10 >/dev/null", 0, ""),
]
FULL_DISK = [
    ("summarize ferry.txt --quiet >/dev/full", 2, "No space left on device"),
    ("--help >/dev/full", 2, "No space left on device"),
    ("schema >/dev/full", 2, "No space left on device"),
]


def run(command):
    line = f"set -o pipefail; {CLAIMCHECK} {command}"
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, timeout=120, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a Unix shell")
def test_closed_streams_are_no_traceback(tmp_path):
    (tmp_path / "ferry.txt").write_text("The ferry carried 900 people in 2020.\n")
    commands = COMMANDS + (FULL_DISK if sys.platform == "linux" else [])
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, [command for command, _, _ in commands]))
    for (command, code, message), done in zip(commands, results, strict=True):
        errors = done.stderr.decode()
        assert done.returncode == code, (command, errors)
        assert "Traceback" not in errors, (command, errors)
        assert "Exception ignored" not in errors, (command, errors)
        assert message in errors, command
        assert errors.count("\n") <= 1, (command, errors)
