"""Make short claims from REALSumm's content units, true ones and changed ones.

    python benchmarks/units.py data/D_news_summaries/realsumm_cnndm.dev.jsonl OUT

Bhandari et al. 2020 (github.com/neulab/REALSumm) split the reference summaries of news
articles into units of a few words, and people looked for each unit in the summaries
that about 25 systems wrote of the same article. OUT gets three files of rows for
`claimcheck eval verification`:

* `units.jsonl`: a unit and one summary.
* `units_joined.jsonl`: a unit and four to twelve summaries of its article, joined to a
  longer document. In half of the rows, one of the summaries contains the unit.
* `units_changed.jsonl`: a unit with its article, and with a summary that contains it;
  as it is, and with one word replaced by another of the same document.

The labels of the first two come from people. Those of the last are assumptions: an
article mostly supports the units of its reference, and hardly ever the changed ones.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relations import Relation, collect_senses, look_up_senses

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names
from claimcheck.english.terms import Term, extract_terms, normalize_word
from claimcheck.text.common_words import get_part_of_speech

Row = dict[str, Any]
NUMBER = r"(?<![\w.,])\d+(?:,\d{3})*(?![\w,.]*\d)"
DIFFERENT_MEANING = (Relation.NONE, Relation.SIBLING)
SEED, SAMPLE_SIZE, MIN_SUMMARIES, MAX_SUMMARIES = 1, 1_500, 4, 12


def sample_units(path: Path) -> list[Row]:
    """Return a sample of units, each with one summary."""
    rows = []
    for article, number in _iter_units(path):
        for system, label in _iter_systems(article, number):
            row_id = f"{article['id']}/{number}/{system['system']}"
            rows.append(_row(row_id, article, number, system["summary"], label=label))
    return random.Random(SEED).sample(rows, SAMPLE_SIZE)


def join_units(path: Path) -> list[Row]:
    """Return each unit twice: with summaries without it, and with one that has it."""
    rng = random.Random(SEED)
    rows = []
    for article, number in _iter_units(path):
        summaries: dict[bool, list[str]] = {True: [], False: []}
        for system, label in _iter_systems(article, number):
            if system["summary"] not in summaries[label]:
                summaries[label].append(system["summary"])
        count = rng.randint(MIN_SUMMARIES, MAX_SUMMARIES)
        if len(summaries[False]) < count or not summaries[True]:
            continue
        without = rng.sample(summaries[False], count)
        including = rng.sample([*without[1:], rng.choice(summaries[True])], count)
        for label, texts in ((False, without), (True, including)):
            row_id = f"{article['id']}/{number}/{'held' if label else 'not held'}"
            rows.append(_row(row_id, article, number, "\n\n".join(texts), label=label))
    return rows


def change_units(path: Path) -> list[Row]:
    """Return each unit with its article and a summary that has it, true and changed.

    One name, number, or verb, or the last word, is replaced by another one of the same
    document.
    """
    rng = random.Random(SEED)
    rows = []
    for article, number in _iter_units(path):
        true_units = {other.strip() for other in article["scus"]}
        unit = article["scus"][number].strip()
        if "/" in unit:
            continue  # "425/many young women"
        documents = {"article": article["document"]}
        containing = [
            system["summary"]
            for system, label in _iter_systems(article, number)
            if label
        ]
        if containing:
            documents["summary"] = rng.choice(containing)
        for name, document in documents.items():
            row_id = f"{article['id']}/{number}/{name}"
            rows.append(_row(row_id, article, number, document, label=True))
            changes = _find_changes(unit, article["scus"], document)
            for kind, (old, replacements) in changes.items():
                if not replacements:
                    continue
                new = rng.choice(replacements)
                changed = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, unit, count=1)
                # unchanged: "147" is not a word of "147th"; true: two units may differ
                # in one name only
                if changed not in true_units:
                    row = _row(
                        f"{row_id}/{kind}", article, number, document, label=False
                    )
                    rows.append(row | {"claim": changed})
    return rows


# The names of the sets, as docs/evaluation.md and the stored weights have them.
SETS = {
    "units": sample_units,
    "units_joined": join_units,
    "units_changed": change_units,
}


def _find_changes(
    unit: str, units: list[str], text: str
) -> dict[str, tuple[str, list[str]]]:
    """Return by kind what may change in a unit, and its replacements in the text."""
    changes: dict[str, tuple[str, list[str]]] = {}
    names = find_names(unit)
    if names:
        name_words = {word for name in names for word in name.split()}
        all_names = dict.fromkeys(name for other in units for name in find_names(other))
        others = [
            name
            for name in all_names
            if name_words.isdisjoint(name.split()) and name.lower() in text.lower()
        ]
        changes["name"] = names[0], others
    numbers = re.findall(NUMBER, unit)
    if numbers:
        others = [
            number
            for number in dict.fromkeys(re.findall(NUMBER, text))
            if number not in numbers and len(number) == len(numbers[0])
        ]
        changes["number"] = numbers[0], others
    text_words = dict.fromkeys(re.findall(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])", text))
    terms = [
        term
        for term in extract_terms(unit)
        if not term.is_name and not term.is_number and term.word in unit
    ]
    verbs = [term for term in terms if get_part_of_speech(term.word) == "v"]
    for kind, chosen in (("last word", terms[-1:]), ("verb", verbs[:1])):
        for term in chosen:
            others = [word for word in text_words if _can_replace(term, word, unit)]
            changes[kind] = term.word, others
    return changes


def _can_replace(term: Term, word: str, unit: str) -> bool:
    """Whether a word has the part of speech and form of a term, and another meaning."""
    return (
        word not in FUNCTION_WORDS
        and get_part_of_speech(word).lower() == get_part_of_speech(term.word).lower()
        and word[-2:] == term.word[-2:]
        and word not in unit.lower()
        and look_up_senses(normalize_word(word)).find_relation(
            collect_senses(frozenset({term.form}))
        )
        in DIFFERENT_MEANING
    )


def _iter_units(path: Path) -> Iterator[tuple[Row, int]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        for number in range(len(article["scus"])):
            yield article, number


def _iter_systems(article: Row, number: int) -> Iterator[tuple[Row, bool]]:
    """Yield each system's summary, and whether it contains the unit."""
    for system in article["systems"]:
        if len(system["scu_present"]) == len(article["scus"]):
            yield system, bool(system["scu_present"][number])


def _row(row_id: str, article: Row, number: int, document: str, *, label: bool) -> Row:
    return {
        "id": row_id,
        "doc_id": article["doc_id"],
        "claim": article["scus"][number],
        "document": document,
        "supported": label,
    }


def main(path: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, make_rows in SETS.items():
        lines = "".join(json.dumps(row) + "\n" for row in make_rows(path))
        (out / f"{name}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
