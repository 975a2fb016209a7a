"""Counts with the right plural: "1 answer", "2,000 answers", "0 entries"."""

from __future__ import annotations

import re


def format_count(count: int, noun: str) -> str:
    """Return the count with the noun, which is given in the singular.

    Only the last word of a compound noun changes: "recorded answer".
    """
    if count != 1:
        noun = re.sub(r"(?<![aeiou])y$", "ie", noun)
        noun += "es" if noun.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{count:,} {noun}"
