"""Claims with three labels, beside texts of all kinds: how often each label is given, and how often it is right.

    python benchmarks/made.py

The public sets know only whether a document carries a claim. These texts and claims are made up, by the authors of the rules:
`made/seen` was looked at while rules were written, `made/unseen` was written before the first run on it, and no rule or
weight was changed for it since. NAME.tsv has a label and a claim a line, about NAME.txt.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from claimcheck import Document, Settings, check
from claimcheck.models.verdict import Label

HERE = Path(__file__).parent / "made"
SHORT = {
    Label.SUPPORTED: "supported",
    Label.REFUTED: "refuted",
    Label.NOT_ENOUGH_EVIDENCE: "not enough",
    Label.CONFLICTING_EVIDENCE: "conflicting",
}


def verdicts(folder: Path) -> Counter[tuple[Label, Label]]:
    """How many claims of each label, by people, were given each label."""
    found: Counter[tuple[Label, Label]] = Counter()
    for path in sorted(folder.glob("*.tsv")):
        document = Document.from_text(
            path.with_suffix(".txt").read_text(encoding="utf-8")
        )
        rows = [
            line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()
        ]
        result = check(
            [claim for _, claim in rows],
            document,
            settings=Settings(engine="extractive"),
        )
        found.update(
            (Label(row[0]), verdict.label)
            for row, verdict in zip(rows, result.verdicts, strict=True)
        )
    return found


def main() -> None:
    for folder in sorted(path for path in HERE.iterdir() if path.is_dir()):
        found = verdicts(folder)
        print(
            f"{folder.name}: {found.total()} claims beside {len(list(folder.glob('*.txt')))} texts"
        )
        print(
            f"  {'is':<12}"
            + "".join(f"{'said ' + name:>18}" for name in SHORT.values())
        )
        for label in (Label.SUPPORTED, Label.REFUTED, Label.NOT_ENOUGH_EVIDENCE):
            counts = [found[label, given] for given in SHORT]
            print(f"  {SHORT[label]:<12}" + "".join(f"{count:>18}" for count in counts))
        for label in (Label.SUPPORTED, Label.REFUTED):
            said = sum(count for (_, given), count in found.items() if given is label)
            print(
                f"  said {SHORT[label]}: {100 * found[label, label] / said:.0f} % are"
            )


if __name__ == "__main__":
    main()
