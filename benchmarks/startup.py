"""How long `claimcheck --help` takes, as a ratio to `python -c pass`, the two run in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "claimcheck --help": [sys.executable, "-m", "claimcheck", "--help"],
    "claimcheck --version": [sys.executable, "-m", "claimcheck", "--version"],
    "import claimcheck": [sys.executable, "-c", "import claimcheck"],
}


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    base = statistics.median(times["python -c pass"])
    print(f"start-up: median of {ROUNDS} rounds, the commands in turn")
    for name, values in times.items():
        median = statistics.median(values)
        print(
            f"  {name:<22}{1000 * median:7.0f} ms   {median / base:5.1f} x python -c pass"
        )


if __name__ == "__main__":
    main()
