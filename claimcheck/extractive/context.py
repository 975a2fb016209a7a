"""A claim's text made to stand alone: in square brackets, only what the document makes certain."""

from __future__ import annotations

import re
from datetime import date

from claimcheck.text.dates import resolved_in

_PRONOUN = re.compile(r"(?:He|She)\b")


def standing_alone(text: str, published: date | None, told: int | None, who: str | None) -> str:
    """`text` with dates for "Tuesday" and "last year", and with whom a first "He" means; capital and full stop. `told`: the
    year that is told of before."""
    for end, resolved in reversed(resolved_in(text, published, told)):
        possessive = re.match(r"['’]s\b", text[end:])
        place = end + (possessive.end() if possessive else 0)
        text = f"{text[:place]} [{resolved}]{text[place:]}"
    if who and (match := _PRONOUN.match(text)):
        text = f"{match.group()} [{who}]{text[match.end() :]}"
    text = text.strip().rstrip(",;:—–")
    text = text[:1].upper() + text[1:]
    return text if re.search(r"[.!?…。！？।؟][\"'”’»)\]]*$", text) else text + "."
