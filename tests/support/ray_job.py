"""Jobs on a local Ray with two workers: `python -m tests.support.ray_job ROWS OUT URL OUT URL BUDGET`.

Prints the process that was killed, or nothing if there was none.
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


def workers():
    """The processes of Ray's workers on this machine that read documents."""
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
    """Ends a worker's process once requests have come in."""
    while True:
        with urllib.request.urlopen(f"{url.removesuffix('/v1')}/counts") as response:
            if json.load(response)["requests"] > 20:
                break
        time.sleep(0.02)
    for process in workers()[:1]:
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
    """Two jobs on one Ray, which is slow to start: one loses a worker, the other reaches its budget."""
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
