"""Paths of the files that tests read."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SEED = ROOT / "seeds" / "us-russia-venezuela-talks.txt"
ARTICLES = ROOT / "tests" / "articles"
FILES = ROOT / "tests" / "files"
NODE_MODULES = ROOT / ".browser" / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
