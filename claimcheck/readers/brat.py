"""Read brat's standoff annotations (https://brat.nlplab.org/standoff.html).

Each annotation becomes a Web Annotation, so that `readers.annotations` understands
both. brat stores neither who annotated nor when: a file states what holds now.
"""

from __future__ import annotations

import re
from typing import Any

from claimcheck.errors import InputError

CLAIM = "Claim"  # the type of our annotations
CLAIM_ID = "ClaimId"
# Web Annotations have purposes of their own, but none is about a speaker.
EDITING_SPEAKER = "urn:claimcheck:editing-speaker"
# The purposes of bodies. Attributes have a value from a list, notes have free text.
ATTRIBUTES = {"Kind": "tagging", "Verdict": "assessing", "Decision": "moderating"}
NOTES = {
    "ClaimText": "describing",
    "EditedText": "editing",
    "EditedSpeaker": EDITING_SPEAKER,
    "AnnotatorNotes": "commenting",  # the notes that people type in brat
}
_TEXT_BOUND = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)")
_ATTRIBUTE = re.compile(r"[AM]\d+\t(\S+) (T\d+) (\S+)")
_NOTE = re.compile(r"#\d+\t(\S+) (T\d+)\t(.*)")
_OTHER = re.compile(r"(?:[REAMN#]\d+|\*)\t.*")


def holds_standoff(data: bytes) -> bool:
    """Return whether a file's content seems to be standoff annotations."""
    lines = [line for line in _split_lines(data) if line.strip()]
    are_known = all(map(_is_annotation, lines))
    return are_known and any(map(_TEXT_BOUND.fullmatch, lines))


def parse_standoff(data: bytes, source: str) -> list[dict[str, Any]]:
    """Return a Web Annotation for each annotation of a text.

    Raises:
        InputError: a line is not a standoff annotation.
    """
    items: dict[str, dict[str, Any]] = {}
    lines = _split_lines(data)
    for number, line in enumerate(lines, 1):
        if found := _TEXT_BOUND.fullmatch(line):
            quote = {"exact": found[4]}
            items[found[1]] = {"body": [], "target": {"selector": quote}}
        elif line.strip() and not _OTHER.fullmatch(line):
            raise InputError(
                f"{source}, line {number}: is neither an annotation of brat nor JSON "
                "(Web Annotations)"
            )
    for line in lines:  # attributes may precede what they are about
        found = _ATTRIBUTE.fullmatch(line) or _NOTE.fullmatch(line)
        if found is None or found[2] not in items:
            continue
        item = items[found[2]]
        purpose = ATTRIBUTES.get(found[1]) or NOTES.get(found[1])
        if found[1] == CLAIM_ID:
            item["id"] = found[3]
        elif purpose:
            item["body"].append({"purpose": purpose, "value": found[3]})
    return list(items.values())


def _split_lines(data: bytes) -> list[str]:
    # Other line separators, such as U+2028, may be in a text.
    return re.split(r"\r?\n", data.decode("utf-8-sig", "replace"))


def _is_annotation(line: str) -> bool:
    return bool(_TEXT_BOUND.fullmatch(line) or _OTHER.fullmatch(line))
