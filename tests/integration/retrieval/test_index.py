"""An index survives a killed process."""

import subprocess
import sys

import pytest

from claimcheck import Document, Index

FERRY = Document.from_text(
    "The night ferry carries 900 passengers to the island.",
    source="ferry.txt",
    title="Ferry",
)
TREES = Document.from_text(
    "The city planted 11,400 trees in five years.", source="trees.txt"
)


@pytest.fixture
def path(tmp_path):
    with Index(tmp_path / "evidence.db") as index:
        assert index.add([FERRY, TREES]) == 2
    return tmp_path / "evidence.db"


def test_an_interrupted_add_leaves_the_index_unchanged(path):
    code = f"""
import os, signal
from claimcheck import Document, Index
def documents():
    for n in range(50):
        yield Document.from_text(f"Document number {{n}} about horses.")
    os.kill(os.getpid(), signal.SIGKILL)
Index({str(path)!r}).add(documents())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with Index(path) as index:
        assert (index.count, index.search(["horses"], 3)) == (2, ())
