"""Makes untrusted text safe for terminals.

The text comes from documents, models, endpoints, and file names. A control character
can move the cursor, change colors, or retitle the window; one that reverses the
direction of writing can make a line read differently. All of them become spaces.
"""

from __future__ import annotations

import re

# C0 and C1 control characters, half surrogate pairs, which no stream can encode, and
# characters that break lines or override the direction of writing (Unicode Technical
# Report 36).
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_UNSAFE_BUT_LAYOUT = re.compile(rf"(?![\n\t]){_UNSAFE.pattern}")
_COLOR = re.compile(r"(\x1b\[[0-9;]*m)")


def clean_line(text: str) -> str:
    """Return the text on one line, without control characters."""
    return _UNSAFE.sub(" ", text)


def clean_text(text: str, *, keep_color: bool = False) -> str:
    """Return the text without control characters other than `\\n` and tabs.

    `keep_color` keeps the color codes that claimcheck's own reports contain.
    """
    if not keep_color:
        return _UNSAFE_BUT_LAYOUT.sub(" ", text)
    parts = _COLOR.split(text)
    # The parts with odd indexes are the color codes.
    parts[::2] = [_UNSAFE_BUT_LAYOUT.sub(" ", part) for part in parts[::2]]
    return "".join(parts)
