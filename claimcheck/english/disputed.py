"""Find what a text repeats to take it back: myths, rumors, corrections.

Only the form counts. A heading names the kind, and its section is disputed up to the
next heading, or a label before a sentence does. What a heading itself says after a
colon ("Myth 1: It leaks") is disputed, and the text below it is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.resources import read_words
from claimcheck.text.paragraphs import ParagraphKind
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence

REASON = "given as a myth, a rumor, or a correction"  # in the ledger
_KIND = rf"(?:{'|'.join(map(re.escape, read_words('disputed_kinds')))})"
_HEADING = re.compile(
    rf"""
    (?:(?:the|some|\d+|common|popular|top|widespread|frequent)\s+){{0,3}}
    {_KIND}
    (?:\s+(?:about|around|on|and\ clarifications)\b[^:?]{{0,80}})?
    \W*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "Claim:" introduces what a fact check rates; "Claims" may head any list.
_LABEL = re.compile(
    rf"(?:{_KIND}|claim)\s*(?:(?:\#|no\.?|number)?\s*\d{{1,3}})?\s*:", re.IGNORECASE
)
_MAX_HEADING_CHARACTERS = 150


def find_disputed(reading: Reading, sentences: Sequence[Sentence]) -> frozenset[int]:
    """Return the indexes of sentences that a text does not mean as facts."""
    blocks: set[int] = set()
    is_disputed = False
    for number, block in enumerate(reading.blocks):
        if block.kind is ParagraphKind.HEADING:
            heading = reading.text[block.start : block.end][:_MAX_HEADING_CHARACTERS]
            is_disputed = _HEADING.fullmatch(heading) is not None
        elif is_disputed:
            blocks.add(number)
    return frozenset(
        index
        for index, sentence in enumerate(sentences)
        if sentence.block in blocks or _LABEL.match(sentence.text)
    )
