"""Paths of the files that tests read, and a sentence of one of them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SEED = ROOT / "seeds" / "us-russia-venezuela-talks.txt"
# A sentence of the seed, which supports a claim in the same words.
STATED = (
    "Hours earlier, the United States imposed sanctions against Venezuela's state-run "
    "gold mining company Minerven and its president, Adrian Perdomo."
)
ARTICLES = ROOT / "tests" / "articles"
FILES = ROOT / "tests" / "files"
NODE_MODULES = ROOT / ".browser" / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
