"""Pairs from sets of claims with their documents, which people labeled.

Only open documents are read (claimcheck/evaluation/datasets.py). `group` names the
document, so that validation uses others than training.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from changes import falsify, restate
from checks import Check
from pairs import Pair
from windows import find_windows, read_evidence, split_claim

from claimcheck.evaluation.datasets import is_sealed

Row = dict[str, Any]
_PER_DOCUMENT = 15  # sentences


def read_open(path: Path) -> list[Row]:
    """Read the rows of the documents that may be looked at."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if not is_sealed(row["doc_id"])]


def pair_claim(pair: Pair, document: str, rng: random.Random) -> Iterator[Pair]:
    """Give one sentence a window as its premise.

    If the document entails a claim, the widest window should; if it does not, none
    may, so any of them is an example.
    """
    windows = [
        window.text for window in find_windows(pair.claim, read_evidence(document))
    ]
    if not windows:
        return
    windows = list(dict.fromkeys(windows))
    premise = max(windows, key=len) if pair.label == "e" else rng.choice(windows)
    yield replace(pair, premise=premise)


def read_fool_me_twice(path: Path, rng: random.Random) -> Iterator[Pair]:
    """Claims that players wrote to mislead, with the sentences that decide them."""
    for row in read_open(path):
        label = "e" if row["supported"] else "c"
        evidence, distractors = row["evidence"], row["distractors"]
        premises = [" ".join(evidence)]
        more = rng.sample(distractors, min(len(distractors), rng.randint(1, 2)))
        premises.append(" ".join(rng.sample(evidence + more, len(evidence + more))))
        for premise in premises:
            yield Pair("fm2", premise, row["claim"], label, group=row["doc_id"])
        if distractors:
            # Sentences that were retrieved for the claim, but do not decide it.
            lacking = " ".join(distractors[:2])
            yield Pair("fm2", lacking, row["claim"], "x", 0.5, row["doc_id"])
        if row["supported"]:
            text = " ".join(evidence + distractors)
            changed = falsify(row["claim"], text, rng)
            if changed:
                claim, label = changed
                yield Pair("fm2-changed", premises[0], claim, label, 1, row["doc_id"])


def read_summedits(path: Path, rng: random.Random) -> Iterator[Pair]:
    """Summaries that were edited, each edit judged by people."""
    done: set[tuple[str, str]] = set()
    for row in read_open(path):
        originals = {text.strip() for text in split_claim(row["original_summary"])}
        sentences = split_claim(row["claim"])
        edited = [text for text in sentences if text.strip() not in originals]
        for sentence in sentences:
            if row["supported"] or sentence not in edited:
                label = "e"
            elif len(edited) == 1:
                label = "x"
            else:
                continue  # which of the edits is the false one, nobody said
            if (row["doc_id"], sentence) in done:
                continue
            done.add((row["doc_id"], sentence))
            pair = Pair("summedits", "", sentence, label, group=row["doc_id"])
            yield from pair_claim(pair, row["document"], rng)
            changed = falsify(sentence, row["document"], rng)
            if label == "e" and changed:
                pair = Pair("summedits-changed", "", *changed, 0.7, row["doc_id"])
                yield from pair_claim(pair, row["document"], rng)


def read_wice(path: Path, evidence_path: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences of Wikipedia, with those of the cited page that support them."""
    quotes: dict[str, list[list[str]]] = {}
    for row in read_open(evidence_path):
        quotes[row["id"]] = [
            [span[2] for span in spans] for spans in row["evidence_sets"]
        ]
    for row in read_open(path):
        sets = quotes.get(row["id"], [])
        lines = [line for line in row["document"].split("\n") if len(line) > 20]
        supported = row["label"] == "supported"
        for sentences in sets[:3]:
            label = "e" if supported else "x"
            premise = " ".join(sentences)
            yield Pair("wice", premise, row["claim"], label, group=row["doc_id"])
            extra = rng.sample(lines, min(len(lines), rng.randint(1, 2)))
            wider = " ".join(sentences + extra)
            yield Pair("wice", wider, row["claim"], label, group=row["doc_id"])
            if supported and len(sentences) > 2:
                # A part of a minimal set does not suffice.
                part = " ".join(rng.sample(sentences, len(sentences) - 1))
                yield Pair("wice-part", part, row["claim"], "x", 0.5, row["doc_id"])
        if not supported:
            for sentence in split_claim(row["claim"])[:1]:
                pair = Pair("wice", "", sentence, "x", 0.7, row["doc_id"])
                yield from pair_claim(pair, row["document"], rng)
        if supported and sets:
            changed = falsify(row["claim"], row["document"], rng)
            if changed:
                claim, label = changed
                premise = " ".join(sets[0])
                yield Pair("wice-changed", premise, claim, label, 1, row["doc_id"])


def read_facts(path: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences that were split into facts by hand; each sentence entails its facts."""
    for row in read_open(path):
        if not row.get("passage") or not row.get("sentence"):
            continue
        passage = split_claim(row["passage"])
        for fact in row["claims"] or ():
            if not isinstance(fact, str) or len(fact) < 10:
                continue
            premise = _add_context(row["sentence"], passage, rng)
            yield Pair("facts", premise, fact, "e", group=row["doc_id"])
            changed = falsify(fact, row["passage"], rng)
            if changed and changed[0] not in row["claims"]:
                claim, label = changed
                yield Pair("facts-changed", premise, claim, label, 1, row["doc_id"])


def _add_context(sentence: str, passage: list[str], rng: random.Random) -> str:
    """Put a sentence after the first of its passage, which has the full name."""
    others = [text for text in passage if text != sentence]
    context = others[:1] if sentence != passage[0] else []
    if rng.random() < 0.3 and len(others) > 2:
        context += rng.sample(others[1:], 1)
    return " ".join([*context, sentence])


def read_units(path: Path, units: Path, rng: random.Random) -> Iterator[Pair]:
    """Content units of news summaries, as they are and with one word changed.

    `units` holds the files that benchmarks/units.py wrote.
    """
    for row in read_open(units / "units_changed.jsonl"):
        label = "e" if row["supported"] else "x"
        pair = Pair("units-changed", "", row["claim"], label, group=row["doc_id"])
        yield from pair_claim(pair, row["document"], rng)
    rows = read_open(units / "units.jsonl")
    for row in rows:
        label = "e" if row["supported"] else "x"
        pair = Pair("units", "", row["claim"], label, group=row["doc_id"])
        yield from pair_claim(pair, row["document"], rng)
    yield from _read_system_summaries(path, rng)


def _read_system_summaries(path: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences of good systems' summaries, assumed to be true, and changed ones."""
    for row in read_open(path):
        done = set()
        for system in row["systems"]:
            if not any(name in system["system"] for name in ("bart", "t5", "unilm")):
                continue
            for sentence in split_claim(system["summary"]):
                if sentence in done or len(sentence) < 30:
                    continue
                done.add(sentence)
                pair = Pair("summaries", "", sentence, "e", 0.7, row["doc_id"])
                yield from pair_claim(pair, row["document"], rng)
                changed = falsify(sentence, row["document"], rng)
                if changed:
                    pair = Pair("summaries-changed", "", *changed, group=row["doc_id"])
                    yield from pair_claim(pair, row["document"], rng)


def read_documents(path: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences of a set's documents, restated, and falsified."""
    documents = {row["doc_id"]: row["document"] for row in read_open(path)}
    for group, document in documents.items():
        sentences = [text for text in split_claim(document) if 40 < len(text) < 260]
        for sentence in rng.sample(sentences, min(len(sentences), _PER_DOCUMENT)):
            claim = restate(sentence, rng)
            pair = Pair("documents", "", claim, "e", 0.5, group)
            yield from pair_claim(pair, document, rng)
            changed = falsify(claim, document, rng)
            if changed:
                pair = Pair("documents-changed", "", *changed, 0.7, group)
                yield from pair_claim(pair, document, rng)


def make_check(source: str, row: Row) -> Check:
    """Return a claim with the premises that checking would find for it."""
    evidence = read_evidence(row["document"])
    sentences = [
        (sentence, [window.text for window in find_windows(sentence, evidence)])
        for sentence in split_claim(row["claim"])
    ]
    return Check(source, row["supported"], sentences)
