"""Who does it to whom: two names around a verb, the other way round."""

from __future__ import annotations

import re

from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, words_in
from claimcheck.core.verdict import Difference
from claimcheck.text.names import names_in
from claimcheck.text.vocabulary import part_of_speech

_PASSIVE = re.compile(r"\bby\s+(?:the\s+)?$", re.I)
_BETWEEN = 60  # characters: further apart the verb is about something else
# verbs that hold in both directions
_MUTUAL = frozenset(
    map(form_of, "meet marry play join share talk agree say tell be have know and with including".split())
)


def contradictions(pair: Pair) -> list[Difference]:
    """The first two names whose roles the evidence turns around."""
    names = [name for name in names_in(pair.claim) if name in pair.evidence]
    for left in names:
        for right in names:
            ours = _acts(pair.claim, left, right)
            for turned, theirs in (
                (True, _acts(pair.evidence, right, left)),
                (False, _acts(pair.evidence, left, right)),
            ):
                # the other way round in the same voice, or the same way round in the other voice
                if ours and theirs and ours[0] == theirs[0] and turned == (ours[1] == theirs[1]):
                    return [Difference("order", ours[2], theirs[2])]
    return []


def _acts(text: str, left: str, right: str) -> tuple[str, bool, str] | None:
    """The verb between two names, whether it is passive, and the words from the first to the second."""
    first = text.find(left)
    second = text.find(right, first + len(left)) if first >= 0 else -1
    if left == right or second < 0 or second - first - len(left) > _BETWEEN:
        return None
    between = text[first + len(left) : second]
    if re.search(r"[.;:,\"“”]|\band\b|\bor\b", between):
        return None
    telling = [word for word in words_in(between) if _acts_on(word)]
    if not telling:
        return None
    return form_of(telling[-1]), bool(_PASSIVE.search(between)), text[first : second + len(right)]


def _acts_on(word: str) -> bool:
    """Whether a word between two names is a verb with a doer and a done-to; "defeated" is one, "defeat" may be none."""
    verb = part_of_speech(word) == "v" or word.endswith("ed")
    return verb and word.isalpha() and form_of(word) not in _MUTUAL
