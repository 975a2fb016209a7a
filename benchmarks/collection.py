"""Claims against one index of all the documents of a set: is theirs found among the others, and what is the verdict?

    python benchmarks/collection.py data/C_verification/wice_claim.dev.jsonl

Rows {"claim", "document", "supported"}, as of WiCE (Kamoi et al. 2023). A claim that its own document does not carry may be
carried by another's, which counts here as wrong. The weights of the verdicts were fitted on the development half.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from claimcheck import Document, Index, Label, Statement
from claimcheck.verification import retrieve
from claimcheck.verification.engine import verify_statement

LOOKED_INTO = (
    (1, 12),
    (5, 12),
    (10, 30),
    (20, 60),
)  # documents a claim, passages a sentence; shipped is one of them


def main(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    documents = {row["document"]: Document.from_text(row["document"]) for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder) / "all.db")
        index.add(list(documents.values()))
        print(f"{len(rows)} claims against {len(documents)} documents, {path.name}")
        print(
            "looked into   its own among them   balanced accuracy   conflicting   claims a second"
        )
        for most, passages in LOOKED_INTO:
            retrieve._MAX_DOCUMENTS_PER_CLAIM, retrieve._MAX_PASSAGES_PER_SENTENCE = (
                most,
                passages,
            )
            evidence, found, labels = (
                retrieve.Corpus(index),
                0,
                Counter[tuple[bool, Label]](),
            )
            start = time.perf_counter()
            for row in rows:
                near = {
                    source.document.id
                    for source in evidence.find_documents(row["claim"])
                }
                found += documents[row["document"]].id in near
                labels[
                    row["supported"],
                    verify_statement(Statement.of(row["claim"]), evidence).label,
                ] += 1
            took = time.perf_counter() - start
            carried, others = (
                labels[answer, Label.SUPPORTED]
                / sum(n for (said, _), n in labels.items() if said is answer)
                for answer in (True, False)
            )
            conflicts = sum(
                n
                for (_, label), n in labels.items()
                if label is Label.CONFLICTING_EVIDENCE
            )
            print(
                f"{most:11d}{100 * found / len(rows):20.1f} %{50 * (carried + 1 - others):20.1f}{conflicts:14d}{len(rows) / took:18.0f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
