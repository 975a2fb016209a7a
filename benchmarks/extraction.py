"""Compare versions of the prompts, on answers of a real model labeled by hand.

    python benchmarks/extraction.py [--variants 4,staged] [ARTICLE]...

`benchmarks/extraction/claims.jsonl` has a claim per line with its labels, and
`answers.jsonl` an article per line; `variant` is the version of the prompts, or a
variant of `extraction_variants.py`. Those articles count that all variants have read,
and they are drawn together for the intervals (bootstrap, 95 %).
The labels:

* `follows`: the text says what its quote says, whole and unchanged; without a quote in
  the document, it does not.
* `speaker_right`: the speaker is who the article says it is, or nobody.
* `atomic`: it is one statement, not two.
* `duplicate`: an earlier claim of the same answer says it, too.
* `alone`: a reader who has only the text knows who and what is meant, and when.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).with_name("extraction")
LABELS = ("found", "follows", "speaker_right", "atomic", "alone")
DRAWS, SEED = 10_000, 1
Row = dict[str, Any]


def read(name: str) -> list[Row]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def count_by_article() -> dict[str, dict[str, dict[str, tuple[float, float]]]]:
    """Map measures, variants, and articles to pairs to divide after summing."""
    counts: dict[str, dict[str, dict[str, tuple[float, float]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    claims = read("claims.jsonl")
    for answer in read("answers.jsonl"):
        variant, article = answer["variant"], answer["article"]
        own = [
            claim
            for claim in claims
            if (claim["variant"], claim["article"]) == (variant, article)
        ]
        for label in LABELS:
            right = sum(claim[label] for claim in own)
            counts[label][variant][article] = (right, len(own))
        all_right = sum(all(claim[label] for label in LABELS[:3]) for claim in own)
        counts["found, follows, and speaker"][variant][article] = (all_right, len(own))
        counts["all five"][variant][article] = (
            sum(all(claim[label] for label in LABELS) for claim in own),
            len(own),
        )
        repeated = sum(claim.get("duplicate", False) for claim in own)
        counts["duplicates"][variant][article] = (repeated, len(own))
        for name in ("requests", "input_tokens", "output_tokens", "claims"):
            value = len(own) if name == "claims" else answer[name]
            counts[f"{name} an article"][variant][article] = (value, 1)
        pair = (answer["output_tokens"], len(own))
        counts["output tokens a claim"][variant][article] = pair
        # The numbered variant ends after the claims.
        pair = (answer.get("supported", 0), answer.get("sentences", 0))
        counts["summary sentences supported"][variant][article] = pair
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--variants", default="2,3,4")
    parser.add_argument("articles", nargs="*")
    given = parser.parse_args()
    variants = given.variants.split(",")
    rng = np.random.default_rng(SEED)
    counts = count_by_article()
    read_by_all = set.intersection(*(set(counts["found"][name]) for name in variants))
    articles = given.articles or sorted(read_by_all)
    draws = rng.integers(0, len(articles), (DRAWS, len(articles)))
    total = sum(
        claim["article"] in articles and claim["variant"] in variants
        for claim in read("claims.jsonl")
    )
    print(f"{total} labeled claims, {len(articles)} articles, {DRAWS:,} draws\n")
    print(f"| measure | {' | '.join(variants)} | {variants[-1]} minus {variants[-2]} |")
    print(f"|---|{'--:|' * (len(variants) + 1)}")
    for name, by_variant in counts.items():
        is_share = "article" not in name and "tokens" not in name
        scale = 100 if is_share else 1
        cells = []
        values = []
        for variant in variants:
            pairs = np.array([by_variant[variant][article] for article in articles])
            sums = pairs[draws].sum(axis=1)
            drawn = scale * sums[:, 0] / np.maximum(1, sums[:, 1])
            mean = scale * pairs[:, 0].sum() / max(1, pairs[:, 1].sum())
            values.append((mean, drawn))
            cells.append(describe(mean, drawn))
        if not all(by_variant[variant][articles[0]][1] for variant in variants[-2:]):
            continue  # a summary that was not asked for
        (before, drawn_before), (now, drawn_now) = values[-2:]
        cells.append(describe(now - before, drawn_now - drawn_before, "+"))
        print(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")


def describe(mean: float, drawn: Any, sign: str = "") -> str:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


if __name__ == "__main__":
    main()
