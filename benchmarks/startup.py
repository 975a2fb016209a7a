"""Time `claimcheck --help`, as a ratio to `python -c pass`; the commands take turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
BASELINE = "python -c pass"
COMMANDS = {
    BASELINE: [sys.executable, "-c", "pass"],
    "claimcheck --help": [sys.executable, "-m", "claimcheck", "--help"],
    "claimcheck --version": [sys.executable, "-m", "claimcheck", "--version"],
    "import claimcheck": [sys.executable, "-c", "import claimcheck"],
}


def time_command(command: list[str]) -> float:
    """Return the seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(time_command(command))
    baseline_s = statistics.median(times[BASELINE])
    print(f"start-up: median of {ROUNDS} rounds; the commands take turns")
    for name, values in times.items():
        median_s = statistics.median(values)
        ratio = median_s / baseline_s
        print(f"  {name:<22}{1000 * median_s:7.0f} ms   {ratio:5.1f} x {BASELINE}")


if __name__ == "__main__":
    main()
