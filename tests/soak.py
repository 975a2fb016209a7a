"""Run the long versions of the tests of faults, kills, attacks, and memory: `make soak`.

Takes about an hour. Prints the results, and stops at the first failed assertion.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.batches import (
    batch_command,
    measure_peak_mb,
    run_faulty_server,
    write_documents,
)
from tests.support.bombs import run_bombs
from tests.support.faults import run_with_faults, run_with_kills
from tests.support.hostile_endpoint import run_hostile_batch
from tests.support.quirk_mixture import run_killed_mixture

# In a process of its own, whose peak memory it prints.
LONG_TEXT_SCRIPT = r"""
import re
from pathlib import Path
from claimcheck import Settings, summarize
from tests.support.batches import run_faulty_server

line = (
    "In the year {0}, the town of Aldbury number {0} counted {1} houses, "
    "and its mayor said so. "
)
text = "".join(line.format(n, n * 37 % 9973) for n in range(11_500))
with run_faulty_server() as (url, _):
    settings = Settings(engine="llm", model="m", base_url=url)
    run = summarize(text, settings=settings)
# getrusage would include the memory inherited from the parent process
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024
print(f"{len(text):,} characters: {run.passages} passages, ", end="")
print(f"{len(run.claims)} claims, at most {peak:.0f} MB")
assert len(text) > 1_000_000 and peak <= 300
"""


def soak_faults():
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        seen, info = run_with_faults(
            Path(folder), documents=2000, concurrency=64, timeout_s=60
        )
    counts = {str(state): count for state, count in info.counts.items() if count}
    elapsed_s = time.monotonic() - started
    print(f"2,000 documents at 25 % faults: {counts} in {elapsed_s:.0f} s")
    print(f"  faults: {seen['struck']}")
    print(
        f"  most attempts at one request {seen['attempts']}, "
        f"most answers to one request {seen['answered']}"
    )


def soak_kills():
    with tempfile.TemporaryDirectory() as folder:
        ways = ("SIGKILL", "SIGTERM", "SIGHUP", "closed terminal")
        ended, requests = run_with_kills(
            Path(folder), documents=2500, kills=50, seed=11, ways=ways
        )
    print(
        f"2,500 documents, ended {dict(ended)}: the store is that of an undisturbed "
        f"run; {requests:,} requests"
    )


def soak_hostile():
    with tempfile.TemporaryDirectory() as folder:
        print(run_hostile_batch(Path(folder), documents=170))


def soak_bombs():
    with tempfile.TemporaryDirectory() as folder:
        print(run_bombs(Path(folder)))


def soak_quirks():
    with tempfile.TemporaryDirectory() as folder:
        print(run_killed_mixture(Path(folder), documents=2000, kills=20, seed=7))


def soak_memory():
    """Measure peak memory for 1,000 and 100,000 documents.

    Also measures how long a command takes to find that there is nothing to do.
    """
    peaks = {}
    with tempfile.TemporaryDirectory() as name, run_faulty_server() as (url, _):
        for count in (1_000, 100_000):
            folder = Path(name) / str(count)
            folder.mkdir()
            rows = write_documents(folder / "rows.jsonl", count)
            command = batch_command(
                rows, folder / "runs.db", url, "--concurrency", "64", "--quiet"
            )
            started = time.monotonic()
            code, peaks[count] = measure_peak_mb(command)
            assert code == 0
            print(
                f"{count:,} documents: {time.monotonic() - started:.0f} s, "
                f"at most {peaks[count]:.0f} MB",
                flush=True,
            )
            started = time.monotonic()
            subprocess.run(command, check=True)
            print(f"  again, with nothing to do: {time.monotonic() - started:.2f} s")
    assert peaks[100_000] - peaks[1_000] <= 50


def soak_long():
    """Measure the memory for a text of 1 MB that a model reads in passages."""
    subprocess.run([sys.executable, "-c", LONG_TEXT_SCRIPT], check=True)


if __name__ == "__main__":
    for part in sys.argv[1:] or (
        "faults",
        "kills",
        "quirks",
        "hostile",
        "bombs",
        "memory",
        "long",
    ):
        {
            "faults": soak_faults,
            "kills": soak_kills,
            "quirks": soak_quirks,
            "hostile": soak_hostile,
            "bombs": soak_bombs,
            "memory": soak_memory,
            "long": soak_long,
        }[part]()
