"""Normalize texts so that typesetting makes no difference to quotes.

Unifies Unicode (NFKC), quotation marks, dashes, white space, hyphens in words, soft
hyphens, zero-width characters, ellipses, and case. Offsets map back to the source.
"""

from __future__ import annotations

import re
import unicodedata

from claimcheck.text.mapping import MappedText, lower

_INVISIBLE_CHARACTERS = re.compile(
    r"[\u00ad\u200b-\u200f\u2060\u2066-\u2069\ufeff\ufe0e\ufe0f]+"
)
_COMBINING_SEQUENCE = re.compile(r"\w[\u0300-\u036f\u0653-\u0655\u3099\u309a]+")
# Matches spaces only from the first one, or long runs would take quadratic time.
_ELLIPSIS = re.compile(
    r"(?:(?<![ \t\u00a0])[ \t\u00a0]+)?"
    r"(?:\.{3,}|\.[ \u00a0]\.[ \u00a0]\.(?:[ \u00a0]\.)?|…)"
)
_ELLIPSIS_BEFORE_WORD = re.compile(r"…(?=[^\s…])")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_HYPHEN_AT_LINE_END = re.compile(r"(?<=[^\W\d_])-[ \t]*[\r\n]\s*(?=[^\W\d_])")
_SPACE_IN_INITIALS = re.compile(r"(?<=\b[A-Z]\.) (?=[A-Z]\.)")  # models write "U. S."
_SPACE = re.compile(r" \s+|[^\S ]\s*")  # all white space except single spaces
_MARK_REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»「」『』", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)


def normalize_typography(text: str) -> MappedText:
    """Normalize marks, spaces, and Unicode forms; keep case and hyphens."""
    plain = MappedText.from_text(text).translate(_replace_marks)
    plain = _normalize_unicode(plain.replace_matches(_INVISIBLE_CHARACTERS, ""))
    # The order matters: each pattern expects the output of the ones before.
    return (
        plain.replace_matches(_HYPHEN_AT_LINE_END, "-")
        .replace_matches(_ELLIPSIS, "…")
        .replace_matches(_ELLIPSIS_BEFORE_WORD, "… ")
        .replace_matches(_SPACE, " ")
        .replace_matches(_SPACE_IN_INITIALS, "")
    )


def normalize(text: str) -> MappedText:
    """Return a text with uniform typography in lower case, without hyphens."""
    return MappedText.from_text(text).translate(lower).replace_matches(_HYPHEN, "")


def _replace_marks(text: str) -> str:
    return text.translate(_MARK_REPLACEMENTS)


def _normalize_unicode(plain: MappedText) -> MappedText:
    """Return a text in NFKC, which can change the number of characters."""

    def compose(match: re.Match[str]) -> str:
        return unicodedata.normalize("NFKC", match.group())

    if unicodedata.is_normalized("NFKC", plain.text):
        return plain
    # Compose a letter together with its accents; one by one, nothing would change.
    plain = plain.replace_matches(_COMBINING_SEQUENCE, compose)
    characters = sorted(set(plain.text))
    changing = [
        character
        for character in characters
        if not unicodedata.is_normalized("NFKC", character)
    ]
    if not changing:
        return plain
    pattern = re.compile(f"[{re.escape(''.join(changing))}]")
    return plain.replace_matches(pattern, compose)
