"""Count how often each of the three labels is given, and how often it is right.

    python benchmarks/handwritten.py

The public data sets only say whether a document supports a claim. These texts and
claims were written by the authors of the rules: `handwritten/seen` was consulted while
rules were written; `handwritten/unseen` was written before the first run on it, and no
rule or weight has been changed for it since. NAME.tsv has a label and a claim per line,
about NAME.txt.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from claimcheck import Document, Settings, check
from claimcheck.models.verdict import Label

FOLDER = Path(__file__).with_name("handwritten")
NAMES = {
    Label.SUPPORTED: "supported",
    Label.REFUTED: "refuted",
    Label.NOT_ENOUGH_EVIDENCE: "not enough",
    Label.CONFLICTING_EVIDENCE: "conflicting",
}


def count_labels(folder: Path) -> Counter[tuple[Label, Label]]:
    """Count the claims by true label and predicted label."""
    counts: Counter[tuple[Label, Label]] = Counter()
    for path in sorted(folder.glob("*.tsv")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines]
        result = check(
            [claim for _, claim in rows],
            Document.from_text(text),
            settings=Settings(engine="extractive"),
        )
        for (label, _), verdict in zip(rows, result.verdicts, strict=True):
            counts[Label(label), verdict.label] += 1
    return counts


def main() -> None:
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        counts = count_labels(folder)
        texts = len(list(folder.glob("*.txt")))
        print(f"{folder.name}: {counts.total()} claims about {texts} texts")
        header = "".join(f"{name:>14}" for name in NAMES.values())
        print(f"  {'true label':<12}{header}   (predicted)")
        for true in (Label.SUPPORTED, Label.REFUTED, Label.NOT_ENOUGH_EVIDENCE):
            row = "".join(f"{counts[true, predicted]:>14}" for predicted in NAMES)
            print(f"  {NAMES[true]:<12}{row}")
        for label in (Label.SUPPORTED, Label.REFUTED):
            predicted_total = sum(counts[true, label] for true in Label)
            precision = counts[label, label] / predicted_total
            print(f"  precision of {NAMES[label]}: {100 * precision:.0f} %")


if __name__ == "__main__":
    main()
