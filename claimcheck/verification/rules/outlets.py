"""Who reports it: a news agency, a paper or a broadcaster that the evidence gives differently."""

from __future__ import annotations

import re

from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_NAME = r"(?:[A-Z][\w.&'’-]*\s)*[A-Z][\w.&'’-]*"
_KIND = r"(?:state\s+)?(?:news\s+(?:agency|service|website|site|outlet)|newspaper|press agency|wire service|broadcaster|television|radio|magazine)"
_OUTLET = (
    re.compile(rf"\b(?P<name>{_NAME})\s+{_KIND}\b"),
    re.compile(rf"\b{_KIND},?\s+(?P<name>{_NAME})"),
    re.compile(
        rf"\b(?:quoted|cited|reported|published|interviewed)\s+by\s+(?:the\s+)?(?:[\w'’-]+\s){{0,3}}?(?P<name>{_NAME})"
    ),
    re.compile(rf"\b(?P<name>{_NAME})\s+(?:quoted|reported|reports)\b"),
    re.compile(rf"\b(?:told|in an interview with|speaking to)\s+(?:the\s+)?(?P<name>{_NAME})"),
)
# a look at the words that one of the forms needs spares the search for names before them
_SIGN = re.compile(
    r"\b(?:news|newspaper|press|wire|broadcaster|television|radio|magazine|quoted|cited|reported|published|interviewed"
    r"|reports|told|interview|speaking)\b"
)
_OWNER = re.compile(r"^.*['’]s\s+")  # "Russia's RIA"


def contradictions(pair: Pair) -> list[Difference]:
    """An outlet of the claim that the evidence sentence lacks, where it has another."""
    ours = outlets_in(pair.claim)
    theirs = outlets_in(pair.evidence) if ours else set()
    if not theirs or not ours.isdisjoint(theirs):
        return []
    inside = [name for name in ours if name in pair.evidence] + [
        name for name in theirs if name in pair.claim
    ]
    return [] if inside else [Difference("outlet", sorted(ours)[0], sorted(theirs)[0])]


def outlets_in(text: str) -> set[str]:
    """The names that a sentence gives as those who report."""
    if not _SIGN.search(text):
        return set()
    found = (match["name"] for pattern in _OUTLET for match in pattern.finditer(text))
    return {_OWNER.sub("", name).removeprefix("The ") for name in found} - {"The", "He", "She", "It"}
