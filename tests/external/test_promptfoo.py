"""The assertion inside promptfoo itself, with its provider that echoes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

# `make integrations` installs it beside its Python packages.
BIN = Path(sys.prefix) / "npm" / "node_modules" / ".bin"
PROMPTFOO = shutil.which("promptfoo", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
SENTENCE = "The ferry carried {} people in 2020."


@pytest.mark.skipif(PROMPTFOO is None, reason="promptfoo is not installed")
def test_the_assertion_passes_what_the_sources_support(tmp_path):
    (tmp_path / "claim_assert.py").write_text(
        "from claimcheck.integrations.promptfoo import get_assert\n"
    )
    check = {
        "type": "python",
        "value": "file://claim_assert.py",
        "config": {"threshold": 0.9},
    }
    tests = [
        {
            "vars": {
                "answer": SENTENCE.format(number),
                "sources": SENTENCE.format(900),
            },
            "assert": [check],
        }
        for number in (900, 700)
    ]
    config = {"prompts": ["{{answer}}"], "providers": ["echo"], "tests": tests}
    (tmp_path / "promptfooconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [PROMPTFOO, "eval", "--no-cache", "-c", "promptfooconfig.json", "-o", "o.json"],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "PROMPTFOO_PYTHON": sys.executable,
            "PROMPTFOO_CONFIG_DIR": str(tmp_path / "config"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (tmp_path / "o.json").is_file(), done.stdout + done.stderr
    results = json.loads((tmp_path / "o.json").read_text())["results"]["results"]
    graded = {item["vars"]["answer"]: item["gradingResult"] for item in results}
    right, wrong = graded[SENTENCE.format(900)], graded[SENTENCE.format(700)]
    assert (right["pass"], right["score"]) == (True, 1)
    assert (wrong["pass"], wrong["score"]) == (False, 0)
    assert "The claim says “700 people”, the evidence “900 people”." in wrong["reason"]
