"""Runs batches against the faulty server, for tests, `make soak`, and benchmarks.

The server and the batches are separate processes.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.support.paths import ROOT


@contextmanager
def run_faulty_server(
    *, rate=0.0, seed=1, hang=5.0, delays=(0.0, 0.0), per_second=0, hold=0
):
    """Run the server; yield its base URL, and a function that returns its counts."""
    command = [
        sys.executable,
        "-m",
        "tests.support.faulty_server",
        "--rate",
        str(rate),
        "--seed",
        str(seed),
    ]
    command += [
        "--hang",
        str(hang),
        "--delays",
        *map(str, delays),
        "--per-second",
        str(per_second),
        "--hold",
        str(hold),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"

            def counts():
                with urllib.request.urlopen(f"{url}/counts") as response:
                    return json.load(response)

            yield f"{url}/v1", counts
        finally:
            process.kill()


def release_answers(url):
    """Make a server send the answers that it holds back, and all later ones."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/release"):
        pass


def stop_server(url):
    """Stop the server, even while it is busy."""
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{url.removesuffix('/v1')}/stop"),
    ):
        pass


def write_documents(path, count):
    """Write rows of short documents, all different, and return the path."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = (
                f"The city of town {number} planted {7 * number + 3} trees in five "
                f"years. The mayor of town {number} said that it was enough for now. "
                "A third of the trees were oaks."
            )
            file.write(json.dumps({"id": f"row-{number}", "text": text}) + "\n")
    return path


def batch_command(documents, store, url, *more):
    """Return the command line of a batch against a server."""
    return [
        *(
            sys.executable,
            "-m",
            "claimcheck",
            "batch",
            str(documents),
            "--store",
            str(store),
        ),
        *("--engine", "llm", "--model", "m", "--base-url", url, "--no-cache", *more),
    ]


def list_children(pid="self"):
    """Return the ids of the running children of a process."""
    return [
        int(child)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for child in path.read_text().split()
    ]


def measure_peak_mb(command, **options):
    """Run a command; return its exit code, and the peak memory of its processes."""
    peaks = {}
    with subprocess.Popen(command, **options) as process:
        while process.poll() is None:
            for pid in (process.pid, *list_children(process.pid)):
                with contextlib.suppress(OSError, TypeError):  # it has ended
                    status = Path(f"/proc/{pid}/status").read_text()
                    peaks[pid] = int(re.search(r"VmHWM:\s*(\d+)", status)[1])
            time.sleep(0.1)
    return process.returncode, sum(peaks.values()) / 1024


def read_outcomes(store):
    """Return the outcomes by key and the answers of a store.

    Leaves out times and numbers of requests, which differ from run to run.
    """
    from claimcheck.store.store import RunStore

    def without_attempts(text):
        fields = json.loads(text)
        fields["usage"] |= {"requests": 0, "seconds": 0}
        return json.dumps(fields, sort_keys=True)

    with RunStore(store, create=False) as opened:
        rows = opened.database.execute(
            "SELECT d.key, o.state, o.cause, o.run "
            "FROM outcomes o JOIN documents d ON d.number = o.document"
        ).fetchall()
        answers = opened.database.execute(
            "SELECT d.key, a.response "
            "FROM answers a JOIN documents d ON d.number = a.document"
        ).fetchall()
    return (
        {
            key: (state, cause, run and without_attempts(run))
            for key, state, cause, run in rows
        },
        sorted((key, without_attempts(response)) for key, response in answers),
    )
