"""Text in Markdown that can be neither markup nor HTML."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def escaped(text: str) -> str:
    """The text with every sign of markup escaped, on one line."""
    return _SPECIAL.sub(r"\\\1", _CONTROL_CHARACTER.sub(" ", text))
