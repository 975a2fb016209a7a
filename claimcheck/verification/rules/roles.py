"""What somebody is: a part, an office or a trade that the evidence gives to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimcheck.english.names import named_in
from claimcheck.english.vocabulary import part_of_speech
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_IS = re.compile(
    r"\s+(?:is|was|are|were|became|becomes)\s+(?:also\s+|now\s+)?(?:an?|the|its|their|his|her)?\s*"
    r"(?P<role>[a-z][a-z -]{2,40}?)(?=[.,;]|\s+(?:of|in|at|for|from|who|that|with|to|on|by|and|as|when|where)\b|$)"
)
_OPENING = len("The ")
_AFTER = re.compile(r",?\s+")
_BEFORE = re.compile(r"(?:\s+as\s+|,?\s+(?:(?:as|is|was)\s+)?(?:an?|the|its|their|his|her)\s+)$")
_BESIDE = 60  # characters: so near a role the claim's own name may be tied to it in other ways


def missing(pair: Pair) -> list[Difference]:
    """What the claim says that somebody is, where the evidence says it of others, and of them nowhere near."""
    claimed = _claimed(pair.claim)
    if claimed is None:
        return []
    name, role, words = claimed
    others = []
    for place in pair.alignment.places_near:
        for holding, around in _holders(role, pair.source.sentences[place].text):
            if any(word in around for word in name.split()):
                return []
            others += [holding] if holding else []
    return [Difference("role", words, others[0])] if others else []


def _claimed(claim: str) -> tuple[str, str, str] | None:
    """The name that a sentence begins with, what it says that they are, and both as written."""
    for name in named_in(claim)[:1]:
        start = claim.find(name)
        found = _IS.match(claim, start + len(name)) if start <= _OPENING else None
        if found and part_of_speech(found["role"].split()[-1]) == "n":
            return name, found["role"], claim[start : found.end()]
    return None


def _holders(role: str, text: str) -> Iterator[tuple[str | None, str]]:
    """For each place at which a text has a role: it with the name beside it, where there is one, and what stands around."""
    names = named_in(text)
    for found in re.finditer(rf"\b{re.escape(role)}\b", text, re.I):
        around = text[max(0, found.start() - _BESIDE) : found.end() + _BESIDE]
        after, before = _AFTER.match(text, found.end()), _BEFORE.search(text, 0, found.start())
        holding = None
        for name in names:
            if after and text.startswith(name, after.end()):
                holding = text[found.start() : after.end() + len(name)]
            elif before and text[: before.start()].endswith(name):
                holding = text[before.start() - len(name) : found.end()]
        yield holding, around
