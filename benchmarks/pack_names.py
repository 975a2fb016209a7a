"""Pack given names into claimcheck/data/given_names.xz.

    pip download --no-deps faker==40.63.0     and unpack the wheel
    python benchmarks/pack_names.py folder

Each line is a lowercase name in Latin letters and who has it: "f", "m", or "fm". The
names are those of Faker's 80 locales (MIT).
"""

from __future__ import annotations

import importlib
import lzma
import pkgutil
import re
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parent.parent / "claimcheck" / "data" / "given_names.xz"
# The last letter of Latin Extended-B is U+024F.
_NAME = re.compile(r"[A-ZÀ-Ȁ][a-zß-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    locales = importlib.import_module("faker.providers.person")
    genders: dict[str, set[str]] = defaultdict(set)
    for module in pkgutil.iter_modules(locales.__path__):
        locale = importlib.import_module(f"{locales.__name__}.{module.name}")
        for gender in ("female", "male"):
            for name in getattr(locale.Provider, f"first_names_{gender}", ()):
                if _NAME.fullmatch(name):
                    genders[name.lower()].add(gender[0])
    rows = [f"{name} {''.join(sorted(genders[name]))}" for name in sorted(genders)]
    TARGET.write_bytes(lzma.compress(("\n".join(rows) + "\n").encode(), preset=9))
    print(f"{len(rows):,} names, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
