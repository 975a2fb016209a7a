"""Runs two jobs on a local Ray with two workers.

    python -m tests.support.ray_job ROWS OUT URL OUT URL BUDGET
Prints the id of the process that was killed, if any.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.request
from pathlib import Path

import ray
import ray.data

from claimcheck import Limits, Settings
from claimcheck.batch.distributed import summarize_dataset


def find_workers():
    """Return the ids of Ray's worker processes that read documents."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and b"MapBatches(_RayWorker)" in (entry / "cmdline").read_bytes()
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def kill_one(url):
    """Kill a worker process once requests have arrived."""
    while True:
        with urllib.request.urlopen(f"{url.removesuffix('/v1')}/counts") as response:
            if json.load(response)["requests"] > 20:
                break
        time.sleep(0.02)
    for process in find_workers()[:1]:
        os.kill(process, signal.SIGKILL)
        print(f"killed {process}", flush=True)


def summarize(rows, out, url, budget=None):
    settings = Settings(
        engine="llm",
        model="m",
        base_url=url,
        api_key="not-needed",
        max_output_tokens=500,
    )
    documents = ray.data.read_json(rows, override_num_blocks=4)
    summarize_dataset(
        documents, settings, Limits(concurrency=8, budget_tokens=budget), workers=2
    ).write_json(out)


def main(rows, *jobs):
    """Run a job that loses a worker, and one that reaches its budget.

    Both use one Ray, because it is slow to start.
    """
    killed_out, killed_url, budget_out, budget_url, budget = jobs
    ray.init(
        num_cpus=4,
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
    )
    threading.Thread(target=kill_one, args=(killed_url,), daemon=True).start()
    summarize(rows, killed_out, killed_url)
    summarize(rows, budget_out, budget_url, int(budget))
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
