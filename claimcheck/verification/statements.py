"""The sentences of a statement."""

from __future__ import annotations

import re

from claimcheck.text.reading import Reading
from claimcheck.text.sentences import sentences, split

_SPEAKER = re.compile(r"\[([^\[\]]{1,80}) said:\]\s")
_ADDED = re.compile(r"\s?\[[^\[\]]{1,300}\]")


def sentences_of(text: str) -> list[str]:
    """The sentences of a statement, without what stands in square brackets: additions by an editor; at least one."""
    plain = _ADDED.sub("", text).strip() or text
    if "\n" not in plain and "\r" not in plain:
        return split(plain, "en") or [plain]
    return [sentence.text for sentence in sentences(Reading(plain), "en", headings=True)] or [plain]


def speaker_added(text: str) -> str | None:
    """Whose words a text is, where an editor says so before it: "[Ann Lee said:] "It is late.""."""
    found = _SPEAKER.match(text)
    return found[1] if found else None
