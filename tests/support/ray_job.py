"""A job on a local Ray with two workers, one of which is killed on its way: `python -m tests.support.ray_job ROWS OUT URL`.

Prints the process that was killed, or nothing where none was to be found.
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


def main(rows, out, url, *budget):
    ray.init(
        num_cpus=4,
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
    )
    settings = Settings(
        engine="llm",
        model="m",
        base_url=url,
        api_key="not-needed",
        max_output_tokens=500,
    )
    limits = Limits(concurrency=8, budget_tokens=int(budget[0]) if budget else None)
    documents = ray.data.read_json(rows, override_num_blocks=4)
    made = summarize_dataset(documents, settings, limits, workers=2)
    if not budget:
        threading.Thread(target=kill_one, args=(url,), daemon=True).start()
    made.write_json(out)
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
