"""Lower case without a change of place: what is found in it stands at the same offsets in the text.

Patterns that ignore case take twice as long as patterns for lower case: the search can't skip to their first letters.
"""

from __future__ import annotations


def lower(text: str) -> str:
    """The text in lower case, as long as before; what would become longer ("İ") stays as it is."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
