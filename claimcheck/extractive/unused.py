"""Explain why a sentence did not become a claim, for the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from claimcheck.english.instructions import REASON as INSTRUCTION, is_instruction
from claimcheck.models.claim import Claim, Kind
from claimcheck.models.run import OVER_THE_LIMIT
from claimcheck.text import paragraphs
from claimcheck.text.noise import Noise
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import Sentence, count_words

# In ClaimBuster's debates (development half), 26 % of the sentences not worth checking
# are below it, and 0.5 % of the others.
_MIN_CHECK_WORTHINESS = 0.05
_MIN_CLAIM_WORDS = 4  # chosen by hand; shorter ones are greetings and fragments
# Nobody checks these, whatever they are about.
_APPEAL = re.compile(
    r"[\"“]?(?:let us|let['’]s|please|for (?:more|further) (?:information|details))\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"[\"“]?(?:thank you|thanks|good (?:morning|afternoon|evening)|welcome)\b",
    re.IGNORECASE,
)

# "Port Ellery, March 12, 2024.", "Rouen, le 12 mars 2024.", in any language
_PLACE_AND_DATE = re.compile(
    r"""
    (?:[^\W\d_a-z][\w.'’-]*,?\ ){1,4}
    (?:(?:am|den|der|el|em|il|le|on|op)\ )?
    (?:
        \d{1,2}(?:\.|er|st|nd|rd|th)?\ (?:\w\w\ )?[^\W\d_]{3,10}\.?\ (?:\w\w\ )?\d{4}
        | [A-Z][a-z]{2,8}\.?\ \d{1,2},?\ \d{4}
    )
    \W*
    """,
    re.VERBOSE,
)


def _is_too_short(claim: Claim) -> bool:
    return count_words(claim.quote) < _MIN_CLAIM_WORDS


def _is_order(claim: Claim) -> bool:
    # Somebody else's order is news: "Ann Lee told them to leave."
    is_own_order = claim.speaker is None and is_instruction(claim.quote)
    return is_own_order or _APPEAL.match(claim.quote) is not None


# In this order: a short question is a question.
_OBSTACLES: tuple[tuple[str, Callable[[Claim], bool]], ...] = (
    ("question", lambda claim: claim.quote.endswith("?")),
    ("too short for a claim", _is_too_short),
    (INSTRUCTION, _is_order),
    ("greeting", lambda claim: _GREETING.match(claim.quote) is not None),
    (
        "place and date",
        lambda claim: _PLACE_AND_DATE.fullmatch(claim.quote) is not None,
    ),
)


def find_obstacle(claim: Claim) -> str | None:
    """Return why nobody would check a claim, or None."""
    for reason, applies in _OBSTACLES:
        if applies(claim):
            return reason
    if claim.check_worthiness >= _MIN_CHECK_WORTHINESS:
        return None
    return "opinion" if claim.kind is Kind.OPINION else "no check-worthy content"


def explain_unused(
    reading: Reading,
    sentences: Sequence[Sentence],
    drafts: Sequence[Sequence[Claim]],
    claims: Sequence[Claim],
) -> list[Noise]:
    """Return the ranges of the source without a claim, with the reasons.

    `drafts` has the claims built from each sentence, `claims` those of the run.
    """
    published = {claim.id for claim in claims}
    seen: set[str] = set()
    unused = list(_list_other_blocks(reading))
    for sentence, own in zip(sentences, drafts, strict=True):
        new = [claim for claim in own if claim.text not in seen]
        if published.isdisjoint(claim.id for claim in new):
            reason = _explain(own, new)
            for span in reading.locate(sentence.start, sentence.end):
                unused.append(Noise(span.start, span.end, reason))
        seen.update(claim.text for claim in own)
    return sorted(unused)


def _explain(own: Sequence[Claim], new: Sequence[Claim]) -> str:
    obstacles = [find_obstacle(claim) for claim in own]
    if obstacles and None not in obstacles:
        return str(obstacles[0])
    return OVER_THE_LIMIT if new else "duplicate"


def _list_other_blocks(reading: Reading) -> Iterator[Noise]:
    """Yield the headings, tables, and labels, which are not sentences."""
    for block in reading.blocks:
        if block.kind is paragraphs.ParagraphKind.TEXT:
            continue
        for span in reading.locate(block.start, block.end):
            yield Noise(span.start, span.end, block.kind.value)
