"""The same input gives the same output in every process, whatever its hash seed."""

import pytest

from tests.support.paths import SEED


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_every_process_gives_the_same_verdicts(seed):
    import os
    import subprocess
    import sys

    code = f"""
from pathlib import Path
from claimcheck import Settings, check, summarize
settings = Settings(engine="extractive")
run = summarize(Path({str(SEED)!r}), settings=settings)
texts = [claim.text.replace("Tuesday", "Friday") for claim in run.claims]
print([verdict for verdict in check(texts, Path({str(SEED)!r}), settings=settings).verdicts])
"""
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            check=True,
        ).stdout
        for number in ("0", seed)
    ]
    assert outputs[0] == outputs[1] != b""
