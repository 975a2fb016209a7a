"""What may not differ between a quote and the passage it is taken for.

Two wordings that differ in a number, a name, a negation or a direction say different things, however
similar their letters are.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import Indel

from claimcheck.text.dates import MONTHS, WEEKDAYS
from claimcheck.text.quantities import SCALES, WORDS

# "three-hour" is two words: a number must not hide in a compound
_WORD = re.compile(r"\d+(?:[.,]\d+)*\w*|[^\W\d_]+(?:'\w+)*|\w+|[%$€£]")
_NEGATION = frozenset(
    """
    not no never none nobody nothing neither nor without cannot can't won't don't doesn't didn't
    isn't aren't wasn't weren't hasn't haven't hadn't wouldn't shouldn't couldn't fail fails failed
    failing deny denies denied denying refuse refuses refused reject rejects rejected lack lacks
    lacked hardly barely unable unlikely
    """.split()
)
_DIRECTION = frozenset(
    """
    rise rises rose risen rising fall falls fell fallen falling increase increases increased
    increasing decrease decreases decreased decreasing grow grows grew growing shrink shrinks shrank
    up down more less fewer most least above below over under higher lower highest lowest gain gains
    gained lose loses lost before after first last win wins won accept accepts accepted support
    supports supported oppose opposes opposed approve approves approved for against all some few
    many every only any better worse best worst always often sometimes will would may might must
    should could can legal illegal true false best open opened close closed start started end ended
    """.split()
)
_SMALL = frozenset(
    "a an the of and or to in on at by is was are were be been it its that this these those as with".split()
)


def difference(quote: str, passage: str) -> str | None:
    """The first difference that carries meaning, in words; None when there is none."""
    left, right = (_WORD.findall(text.replace("’", "'")) for text in (quote, passage))
    changed_left, changed_right = _changed(left, right)
    for word, where in [
        *((word, "quote") for word in changed_left),
        *((word, "document") for word in changed_right),
    ]:
        if kind := _weight(word):
            return f"{kind} {word!r} only in the {where}"
    return None


def _changed(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    lowered = [word.lower() for word in left], [word.lower() for word in right]
    only_left: list[str] = []
    only_right: list[str] = []
    for operation in Indel.opcodes(*lowered):
        if operation.tag == "delete":
            only_left += left[operation.src_start : operation.src_end]
        elif operation.tag == "insert":
            only_right += right[operation.dest_start : operation.dest_end]
    return only_left, only_right


def _weight(word: str) -> str | None:
    lowered = word.lower()
    if (
        re.search(r"\d", word)
        or word in "%$€£"
        or (lowered in WORDS | SCALES and lowered not in ("a", "an", "m", "k"))
    ):
        return "the number"
    if lowered in MONTHS or lowered in WEEKDAYS or lowered in ("yesterday", "today", "tomorrow"):
        return "the date"
    if lowered in _NEGATION or lowered.endswith("n't"):
        return "the negation"
    if lowered in _DIRECTION:
        return "the direction"
    if word[0].isupper() and lowered not in _SMALL:
        return "the name"
    return None
