"""Formats counts with the right plural: "1 answer", "2,000 answers"."""

from __future__ import annotations

import re


def format_count(count: int, noun: str) -> str:
    """Return the count with the noun, whose singular is passed.

    Only the last word of a noun phrase changes: "2 recorded answers".
    """
    if count != 1:
        noun = re.sub(r"(?<![aeiou])y$", "ie", noun)
        noun += "es" if noun.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{count:,} {noun}"
