"""Make the pairs on which the verifier is trained.

    python training/prepare.py PAIRS.jsonl --data DATA --out OUT

PAIRS.jsonl is a file of public pairs (training/DATA.md), DATA a folder with the
development sets. OUT gets the pairs of three stages, and `checks.jsonl` with the claims
about every seventh open document, to validate with:

* `stage1.jsonl`: public pairs that people wrote, as they are. A model that sees false
  twins of true claims from the start learns nothing for a long time.
* `stage2.jsonl`: false twins, restatements, distractors, joined claims, and the open
  development documents.
* `stage3.jsonl`: a mixture of the two. Development pairs come once: with three passes
  the model learned them by heart, and did worse on other documents.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import sources
from changes import drop_qualifier, falsify, restate, weaken
from checks import Check, write_checks
from pairs import Pair, read_pairs, write_pairs

_VALIDATION_PART = 7  # every seventh document
_DISTRACTED = 0.5  # share of the public pairs that get distracting sentences
_MAX_PREMISE = 700  # characters
_PLAIN_SOURCES = ("snli-dev-test", "mnli-dev", "fever-dev", "fever-symmetric", "begin")
_PLAIN_PREMISE = 420  # characters
_MAX_FACTOR = 3.0  # of the weight of a pair
_JOINED = 0.06  # share of pairs that are joined with another to one of two claims


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn by lot")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)

    public = clean_pairs(read_pairs([options.pairs]))
    made = list(change_pairs(public, rng))
    made += restate_premises(public, rng)
    made += join_pairs(public, rng)
    made += weaken_premises(public, rng)
    distracted = add_distractors(public, rng)
    development = [
        pair
        for pair in read_development(options.data, options.out, rng)
        if not is_validation(pair.group)
    ]
    plain = [pair for pair in public if is_plain(pair)]
    twins = [pair for pair in made if is_plain_twin(pair)]
    kinds = ("restated", "joined", "qualifier", "weakened")
    others = [pair for pair in made if pair.source.startswith(kinds)]
    stages = [
        plain,
        made + development + rng.sample(distracted, len(distracted) * 2 // 5),
        plain
        + rng.sample(twins, min(len(twins), 8_000))
        + rng.sample(others, min(len(others), 4_000))
        + development,
    ]
    for number, pairs in enumerate(stages, 1):
        rng.shuffle(pairs)
        write_pairs(options.out / f"stage{number}.jsonl", balance(pairs))
    write_checks(options.out / "checks.jsonl", read_checks_kept(options))
    counts = Counter(pair.source for pair in public + made + development)
    for source, count in sorted(counts.items()):
        print(f"{source:24} {count:6}")


def is_plain(pair: Pair) -> bool:
    """Return whether a pair was written by people, and is easy to learn from."""
    return pair.source in _PLAIN_SOURCES and len(pair.premise) < _PLAIN_PREMISE


def is_plain_twin(pair: Pair) -> bool:
    """Return whether a pair is a false twin of a claim that people wrote."""
    source, _, change = pair.source.rpartition("-")
    return change == "changed" and source in _PLAIN_SOURCES


def balance(pairs: Sequence[Pair]) -> list[Pair]:
    """Weigh entailed pairs so that they count as much as others of their source.

    Otherwise a model learns which sources rarely entail, by their style.
    """
    entailed: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for pair in pairs:
        counter = entailed if pair.label == "e" else others
        counter[pair.source.split("-")[0]] += pair.weight
    balanced = []
    for pair in pairs:
        source = pair.source.split("-")[0]
        if pair.label == "e" and others[source]:
            factor = min(others[source] / entailed[source], _MAX_FACTOR)
            balanced.append(replace(pair, weight=round(pair.weight * factor, 3)))
        else:
            balanced.append(pair)
    return balanced


def is_validation(group: str) -> bool:
    """Return whether an open document is kept for validation."""
    digest = sha256(f"validation:{group}".encode()).hexdigest()
    return int(digest, 16) % _VALIDATION_PART == 0


def clean_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Drop pairs without words and repeated ones."""
    unique = {(p.premise, p.claim): p for p in pairs if p.premise and p.claim}
    return list(unique.values())


def change_pairs(pairs: Sequence[Pair], rng: random.Random) -> Iterator[Pair]:
    """Make false claims of entailed ones, with words of the same premise."""
    for pair in pairs:
        made_already = pair.source.startswith("made-")
        if pair.label != "e" or rng.random() < (0.7 if made_already else 0.35):
            continue
        changed = falsify(pair.claim, pair.premise, rng)
        if changed:
            claim, label = changed
            yield Pair(f"{pair.source}-changed", pair.premise, claim, label)


def restate_premises(pairs: Sequence[Pair], rng: random.Random) -> Iterator[Pair]:
    """Make true and false claims of a premise's own sentences."""
    premises = list(
        dict.fromkeys(
            pair.premise
            for pair in pairs
            if pair.source.startswith(("fever", "made-", "begin", "wice"))
            and 120 < len(pair.premise) < _MAX_PREMISE
        )
    )
    for premise in rng.sample(premises, len(premises) // 3):
        sentences = [s for s in sources.split_claim(premise) if 40 < len(s) < 220]
        if not sentences:
            continue
        claim = restate(rng.choice(sentences), rng)
        yield Pair("restated", premise, claim, "e")
        changed = falsify(claim, premise, rng)
        if changed and rng.random() < 0.8:
            yield Pair("restated-changed", premise, *changed)


def weaken_premises(pairs: Sequence[Pair], rng: random.Random) -> Iterator[Pair]:
    """Make claims that say more than their premise, and claims that say as much."""
    premises = dict.fromkeys(
        pair.premise
        for pair in pairs
        if pair.label == "e" and 80 < len(pair.premise) < _MAX_PREMISE
    )
    for premise in rng.sample(list(premises), len(premises) // 2):
        sentences = [s for s in sources.split_claim(premise) if 30 < len(s) < 200]
        qualified = [s for s in sentences if drop_qualifier(s, rng)]
        if qualified:
            sentence = rng.choice(qualified)
            claim = drop_qualifier(sentence, rng) or sentence
            yield Pair("qualifier-dropped", premise, claim, "x")
            yield Pair("qualifier-kept", premise, restate(sentence, rng), "e")
        elif sentences:
            sentence = rng.choice(sentences)
            weaker, says_part = weaken(sentence, rng)
            text = premise.replace(sentence, weaker, 1)
            claim = restate(sentence, rng) if rng.random() < 0.4 else sentence
            yield Pair("weakened", text, claim, "x")
            if says_part:
                yield Pair("weakened-kept", text, restate(weaker, rng), "e")
            else:
                yield Pair("weakened-control", premise, claim, "e")


def join_pairs(pairs: Sequence[Pair], rng: random.Random) -> Iterator[Pair]:
    """Make claims of two statements, whose support is in two places."""
    short = [
        pair
        for pair in pairs
        if len(pair.premise) < 300 and pair.source.startswith(("fever", "mnli", "beg"))
    ]
    entailed = [pair for pair in short if pair.label == "e"]
    for first in rng.sample(entailed, int(len(short) * _JOINED)):
        second = rng.choice(entailed if rng.random() < 0.5 else short)
        if second is first:
            continue
        premises = [first.premise, second.premise]
        claims = [first.claim.rstrip(" ."), second.claim.rstrip(" .")]
        rng.shuffle(premises)
        rng.shuffle(claims)
        joint = rng.choice([", and ", ". ", "; ", " and "])
        claim = joint.join(claims) + "."
        yield Pair("joined", " ".join(premises), claim, second.label)


def add_distractors(pairs: Sequence[Pair], rng: random.Random) -> list[Pair]:
    """Surround premises with sentences of others, half of them on a like subject."""
    by_name: dict[str, list[str]] = {}
    for pair in pairs:
        for word in pair.claim.split()[:2]:
            by_name.setdefault(word, []).append(pair.premise)
    premises = [pair.premise for pair in pairs if len(pair.premise) < 300]
    distracted = []
    for pair in pairs:
        # The pairs of WikiSplit have distractors already.
        if pair.source.startswith("made-") or rng.random() > _DISTRACTED:
            distracted.append(pair)
            continue
        alike = by_name.get(pair.claim.split()[0], [])
        count = rng.choice([1, 1, 2, 3])
        # Of a like subject there may be one that entails the claim after all.
        pool = alike if pair.label in "ec" and rng.random() < 0.5 else premises
        chosen = rng.sample(pool, min(count, len(pool)))
        others = [
            rng.choice(sources.split_claim(text))
            for text in chosen
            if text != pair.premise
        ]
        parts = [pair.premise, *others]
        rng.shuffle(parts)
        text = " ".join(parts)
        if len(text) > _MAX_PREMISE:
            text = pair.premise
        distracted.append(replace(pair, premise=text))
    return distracted


def read_development(data: Path, out: Path, rng: random.Random) -> Iterator[Pair]:
    """Yield the pairs of all open development documents."""
    verification = data / "C_verification"
    news = data / "D_news_summaries" / "realsumm_cnndm.dev.jsonl"
    facts = data / "B_extraction"
    units = out / "units"
    if not (units / "units_changed.jsonl").exists():
        script = Path(__file__).parents[1] / "benchmarks" / "units.py"
        subprocess.run([sys.executable, script, news, units], check=True)
    yield from sources.read_fool_me_twice(verification / "fm2.dev.jsonl", rng)
    yield from sources.read_summedits(verification / "summedits.dev.jsonl", rng)
    yield from sources.read_wice(
        verification / "wice_claim.dev.jsonl",
        data / "E_quotes" / "wice_evidence.dev.jsonl",
        rng,
    )
    yield from sources.read_facts(facts / "factscore_atomic.dev.jsonl", rng)
    yield from sources.read_facts(facts / "factcheckbench_claims.dev.jsonl", rng)
    yield from sources.read_units(news, units, rng)
    for name in ("summedits", "wice_claim", "fm2"):
        yield from sources.read_documents(verification / f"{name}.dev.jsonl", rng)


def read_checks_kept(options: argparse.Namespace) -> Iterator[Check]:
    """Yield the claims about the documents that are kept for validation."""
    verification = options.data / "C_verification"
    files = {
        "fm2": verification / "fm2.dev.jsonl",
        "summedits": verification / "summedits.dev.jsonl",
        "wice": verification / "wice_claim.dev.jsonl",
        "units_changed": options.out / "units" / "units_changed.jsonl",
    }
    for source, path in files.items():
        for row in sources.read_open(path):
            if is_validation(row["doc_id"]):
                yield sources.make_check(source, row)


if __name__ == "__main__":
    main()
