"""Check claims against one index of all the documents of a data set.

    python benchmarks/collection.py data/C_verification/wice_claim.dev.jsonl

How often is a claim's own document among those that retrieval finds, and how good are
the verdicts? Rows {"claim", "document", "supported", "doc_id"} of WiCE (Kamoi et al.
2023): the claims of sealed rows, against the documents of all rows, by the lexical
scorer. If only another document supports a claim, `supported` counts as wrong here.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest import mock

from claimcheck import Document, Index, Label, Statement
from claimcheck.evaluation.datasets import is_sealed
from claimcheck.verification import retrieve
from claimcheck.verification.choose_scorer import choose_scorer
from claimcheck.verification.verdicts import verify_statement

# Documents per claim, passages per sentence. The shipped limits are among them.
LIMITS = ((1, 12), (5, 12), (10, 30), (20, 60))


def main(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    documents = {row["document"]: Document.from_text(row["document"]) for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder) / "all.db")
        index.add(list(documents.values()))
        rows = [row for row in rows if is_sealed(row["doc_id"])]
        print(f"{len(rows)} claims against {len(documents)} documents, {path.name}")
        print(
            "documents per claim   own document found   supported   of these right   "
            "conflicting   claims per second"
        )
        for max_documents, max_passages in LIMITS:
            with mock.patch.multiple(
                retrieve,
                _MAX_DOCUMENTS_PER_CLAIM=max_documents,
                _MAX_PASSAGES_PER_SENTENCE=max_passages,
            ):
                columns = measure(rows, documents, retrieve.Corpus([index]))
            print(f"{max_documents:19d}{columns}")


def measure(
    rows: list[dict[str, object]],
    documents: dict[object, Document],
    corpus: retrieve.Corpus,
) -> str:
    """Check every row; return the columns of the table."""
    scorer = choose_scorer("lexical")
    found, right = 0, 0
    labels: Counter[Label] = Counter()
    started = time.perf_counter()
    for row in rows:
        claim = str(row["claim"])
        sources = corpus.find_documents(claim)
        found_ids = {source.document.id for source in sources}
        found += documents[row["document"]].id in found_ids
        label = verify_statement(Statement.of(claim), corpus, scorer).label
        labels[label] += 1
        right += label is Label.SUPPORTED and bool(row["supported"])
    rate = len(rows) / (time.perf_counter() - started)
    share = 100 * found / len(rows)
    supported, conflicting = labels[Label.SUPPORTED], labels[Label.CONFLICTING_EVIDENCE]
    return f"{share:21.1f} %{supported:12d}{right:17d}{conflicting:14d}{rate:20.0f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
