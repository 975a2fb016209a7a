"""Search everything that people read for phrases that the project does not use.

`phrases.txt` lists them. Word lists, test data, and the texts of other people are not
searched, and neither is a line that ends in "# as recorded": a cassette has it.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PHRASES = Path(__file__).with_name("phrases.txt")
SEARCHED = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "benchmarks/*.py",
    "claimcheck/**/*.py",
    "claimcheck/**/*.j2",
    "claimcheck/**/*.js",
    "docs/**/*.md",
    "docs/**/*.py",
    "tests/**/*.py",
    "tests/snapshots/*.txt",
)
# Quoted news, and English as data (grounding_cases.py swaps British spellings).
SKIPPED = (
    "benchmarks/grounding_cases.py",
    "claimcheck/english/lexicon.py",
    "tests/snapshots/seed*.txt",
    "tests/snapshots/check.txt",
    "tests/snapshots/prompt*",
    "tests/lint/*",
)


def load_phrases() -> list[tuple[re.Pattern[str], str]]:
    """Return each pattern with what to write instead."""
    phrases = []
    for line in PHRASES.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern, _, advice = line.partition("\t")
            phrases.append((re.compile(pattern, re.IGNORECASE), advice))
    return phrases


def find_files() -> list[Path]:
    """Return the files to search, in order."""
    skipped = {path for pattern in SKIPPED for path in ROOT.glob(pattern)}
    found = {path for pattern in SEARCHED for path in ROOT.glob(pattern)}
    return sorted(found - skipped)


def main() -> None:
    """Print each phrase with its location; exit 1 if there are any."""
    phrases = load_phrases()
    problems = []
    for path in find_files():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.endswith("# as recorded"):
                continue
            for pattern, advice in phrases:
                if match := pattern.search(line):
                    where = f"{path.relative_to(ROOT)}:{number}"
                    problems.append(f"{where}: {match.group()!r}; write: {advice}")
    if problems:
        print("\n".join(problems))
        sys.exit(f"{len(problems)} phrases to rewrite")


if __name__ == "__main__":
    main()
