"""Replace " with “ ” in texts for a model, and undo that in its answers.

A model that copies " into a JSON string often ends the string there, and the rest of
the claim is lost.
"""

from __future__ import annotations

import re
from typing import Any

# At the start of a text, and after white space, an opening bracket, or a dash.
_OPENING = re.compile(r'(?:(?<=[\s(\[{<\u2012-\u2015/])|^)"', re.MULTILINE)
_TYPOGRAPHIC = re.compile("[“”]")


def curl_marks(text: str) -> str:
    """Return the text with “ and ” for each ", at the same offsets."""
    return _OPENING.sub("“", text).replace('"', "”")


def has_only_straight_marks(text: str) -> bool:
    """Whether every “ and ” that a model returns was a " in this text."""
    return '"' in text and not _TYPOGRAPHIC.search(text)


def straighten_marks(value: Any) -> Any:
    """Return a JSON value with " for each “ and ” in its texts."""
    if isinstance(value, str):
        return _TYPOGRAPHIC.sub('"', value)
    if isinstance(value, list):
        return [straighten_marks(item) for item in value]
    if isinstance(value, dict):
        return {key: straighten_marks(item) for key, item in value.items()}
    return value
