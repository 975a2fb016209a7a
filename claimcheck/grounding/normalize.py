"""The normal form in which quotes are compared: what printing changes is levelled, with the way back.

Unicode NFKC, quotation marks, dashes, white space, hyphens in words, soft hyphens, zero-width characters, ellipses,
case.
"""

from __future__ import annotations

import re
import unicodedata

from claimcheck.text.mapping import MappedText, lower

_INVISIBLE_CHARACTERS = re.compile(
    r"[\u00ad\u200b-\u200f\u2060\u2066-\u2069\ufeff\ufe0e\ufe0f]+"
)
_COMBINING_SEQUENCE = re.compile(r"\w[\u0300-\u036f\u0653-\u0655\u3099\u309a]+")
_ELLIPSIS = re.compile(
    r"[ \t\u00a0]*(?:\.{3,}|\.[ \u00a0]\.[ \u00a0]\.(?:[ \u00a0]\.)?|…)"
)
_ELLIPSIS_BEFORE_WORD = re.compile(r"…(?=[^\s…])")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_HYPHEN_AT_LINE_END = re.compile(r"(?<=[^\W\d_])-[ \t]*[\r\n]\s*(?=[^\W\d_])")
_SPACE = re.compile(r" \s+|[^\S ]\s*")  # but for a single space, which is level
_MARK_REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»「」『』", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)


def normalize_typography(text: str) -> MappedText:
    """Normalize marks, spaces and Unicode forms; keep case and hyphens."""
    mapped = MappedText.from_text(text).translate(
        lambda part: part.translate(_MARK_REPLACEMENTS)
    )
    mapped = mapped.replace_matches(_INVISIBLE_CHARACTERS, "")
    if not unicodedata.is_normalized("NFKC", mapped.text):
        mapped = mapped.replace_matches(
            _COMBINING_SEQUENCE,
            lambda match: unicodedata.normalize("NFKC", match.group()),
        )
        changing = {
            char
            for char in set(mapped.text)
            if unicodedata.normalize("NFKC", char) != char
        }
        if changing:
            pattern = re.compile("[" + re.escape("".join(sorted(changing))) + "]")
            mapped = mapped.replace_matches(
                pattern, lambda match: unicodedata.normalize("NFKC", match.group())
            )
    return (
        mapped.replace_matches(_HYPHEN_AT_LINE_END, "-")
        .replace_matches(_ELLIPSIS, "…")
        .replace_matches(_ELLIPSIS_BEFORE_WORD, "… ")
        .replace_matches(_SPACE, " ")
    )


def normalize(text: str) -> MappedText:
    """A levelled text in its normal form, mapped to its own offsets: in lower case, without hyphens in words."""
    return MappedText.from_text(text).translate(lower).replace_matches(_HYPHEN, "")
