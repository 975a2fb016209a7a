"""The same input gives the same output in every process, whatever its hash seed."""

import os
import subprocess
import sys

from tests.support.paths import SEED

SCRIPT = f"""
from pathlib import Path
from claimcheck import Settings, check, summarize
settings = Settings(engine="extractive")
run = summarize(Path({str(SEED)!r}), settings=settings)
texts = [claim.text.replace("Tuesday", "Friday") for claim in run.claims]
print([verdict for verdict in check(texts, Path({str(SEED)!r}), settings=settings).verdicts])
"""


def verdicts(hash_seed):
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", SCRIPT]
    return subprocess.run(
        command, env=environment, capture_output=True, check=True
    ).stdout


def test_every_process_gives_the_same_verdicts():
    first, second = map(verdicts, ("0", "1"))
    assert first != b""
    assert second == first
