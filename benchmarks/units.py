"""Short claims: REALSumm's content units, beside summaries of which people said whether they hold them, and changed.

    python benchmarks/units.py data/D_news_summaries/realsumm_cnndm.dev.jsonl OUT

Bhandari et al. 2020 (github.com/neulab/REALSumm) took the reference summaries of news articles apart into units of a
few words, and looked for each in the summaries that some 25 systems wrote of the same article. OUT gets three files of rows
for `claimcheck eval verification`: `units.jsonl`, a unit beside one summary; `units_joined.jsonl`, a unit beside four to
twelve summaries of its article as one longer document, which holds the unit where one of them does, as in half of the
rows; `units_changed.jsonl`, a unit beside its article, and beside a summary that holds it, as it is and with one word changed
for another that stands there. The labels of the first two are people's. Those of the last are made: that an article
carries the units of its reference is mostly so, and that nothing carries the changed ones nearly always.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names
from claimcheck.english.terms import Term, extract_terms, normalize_word
from claimcheck.english.vocabulary import get_part_of_speech
from claimcheck.english.wordnet import Relation, collect_senses, look_up_senses

Row = dict[str, Any]
NUMBER = r"(?<![\w.,])\d+(?:,\d{3})*(?![\w,.]*\d)"
ANOTHER = (Relation.NONE, Relation.SIBLING)
SEED, BESIDE_ONE, FEWEST, MOST = 1, 1_500, 4, 12


def units(path: Path) -> list[Row]:
    """A sample of units, each beside one summary."""
    every = [
        _row(
            f"{article['id']}/{number}/{system['system']}",
            article,
            number,
            system["summary"],
            held=held,
        )
        for article, number in _units(path)
        for system, held in _systems(article, number)
    ]
    return random.Random(SEED).sample(every, BESIDE_ONE)


def units_joined(path: Path) -> list[Row]:
    """Each unit beside several summaries that do not hold it, and beside as many of which one does."""
    chance = random.Random(SEED)
    rows = []
    for article, number in _units(path):
        told: dict[bool, list[str]] = {True: [], False: []}
        for system, held in _systems(article, number):
            if system["summary"] not in told[held]:
                told[held].append(system["summary"])
        count = chance.randint(FEWEST, MOST)
        if len(told[False]) < count or not told[True]:
            continue
        without = chance.sample(told[False], count)
        with_it = chance.sample([*without[1:], chance.choice(told[True])], count)
        for held, summaries in ((False, without), (True, with_it)):
            identity = f"{article['id']}/{number}/{'held' if held else 'not held'}"
            rows.append(
                _row(identity, article, number, "\n\n".join(summaries), held=held)
            )
    return rows


def units_changed(path: Path) -> list[Row]:
    """Each unit beside its article and beside a summary that holds it, as it is and changed.

    Changed is one name, number or verb, or the last word, for another that stands there.
    """
    chance = random.Random(SEED)
    rows = []
    for article, number in _units(path):
        true = {other.strip() for other in article["scus"]}
        unit = article["scus"][number].strip()
        if "/" in unit:
            continue  # "425/many young women"
        documents = {"article": article["document"]}
        if holding := [
            system["summary"] for system, held in _systems(article, number) if held
        ]:
            documents["summary"] = chance.choice(holding)
        for where, document in documents.items():
            identity = f"{article['id']}/{number}/{where}"
            rows.append(_row(identity, article, number, document, held=True))
            for kind, (old, others) in _changes(
                unit, article["scus"], document
            ).items():
                if not others:
                    continue
                changed = re.sub(
                    rf"(?<!\w){re.escape(old)}(?!\w)",
                    chance.choice(others),
                    unit,
                    count=1,
                )
                if (
                    changed not in true
                ):  # "147" is no word of "147th"; two units may differ in a name only
                    row = _row(
                        f"{identity}/{kind}", article, number, document, held=False
                    )
                    rows.append(row | {"claim": changed})
    return rows


def _changes(
    unit: str, units: list[str], text: str
) -> dict[str, tuple[str, list[str]]]:
    """What may be changed in a unit, by kind: the old word or words, and those of the text that may take their place."""
    written = list(dict.fromkeys(re.findall(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])", text)))
    found: dict[str, tuple[str, list[str]]] = {}
    if names := find_names(unit):
        ours = {word for name in names for word in name.split()}
        every = dict.fromkeys(name for other in units for name in find_names(other))
        others = [
            name
            for name in every
            if ours.isdisjoint(name.split()) and name.lower() in text.lower()
        ]
        found["name"] = names[0], others
    if numbers := re.findall(NUMBER, unit):
        every = dict.fromkeys(re.findall(NUMBER, text))
        others = [
            other
            for other in every
            if other not in numbers and len(other) == len(numbers[0])
        ]
        found["number"] = numbers[0], others
    words = [
        term
        for term in extract_terms(unit)
        if not term.is_name and not term.is_number and term.word in unit
    ]
    verbs = [term for term in words if get_part_of_speech(term.word) == "v"]
    for kind, term in (("last word", words[-1:]), ("verb", verbs[:1])):
        if term:
            found[kind] = (
                term[0].word,
                [word for word in written if _in_place_of(term[0], word, unit)],
            )
    return found


def _in_place_of(term: Term, word: str, unit: str) -> bool:
    """Whether a word may stand where a term stands, the same part of speech in the same form, and says something else."""
    return (
        word not in FUNCTION_WORDS
        and get_part_of_speech(word).lower() == get_part_of_speech(term.word).lower()
        and word[-2:] == term.word[-2:]
        and word not in unit.lower()
        and look_up_senses(normalize_word(word)).find_relation(
            collect_senses(frozenset({term.form}))
        )
        in ANOTHER
    )


def _units(path: Path) -> Iterator[tuple[Row, int]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        for number in range(len(article["scus"])):
            yield article, number


def _systems(article: Row, number: int) -> Iterator[tuple[Row, bool]]:
    for system in article["systems"]:
        if len(system["scu_present"]) == len(article["scus"]):
            yield system, bool(system["scu_present"][number])


def _row(identity: str, article: Row, number: int, document: str, *, held: bool) -> Row:
    claim = article["scus"][number]
    return {
        "id": identity,
        "doc_id": article["doc_id"],
        "claim": claim,
        "document": document,
        "supported": held,
    }


def main(path: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for rows in (units, units_joined, units_changed):
        lines = "".join(json.dumps(row) + "\n" for row in rows(path))
        (out / f"{rows.__name__}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
