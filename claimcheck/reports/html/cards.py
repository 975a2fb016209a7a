"""The cards of an HTML report: what the page shows, and in which order.

`build_cards` fills them. Cards that need attention come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claimcheck.models.review import Judgment
from claimcheck.reports.html.texts import CardEvidence

NOT_FOUND, DIFFERS, NOT_CHECKED = "not-found", "differs", "not-checked"
REJECTED = "rejected"
# The marks of cards that need attention, most important first, and the words for one
# and for several such cards.
_ATTENTION = {
    "refuted": ("refuted", "refuted"),
    "conflicting-evidence": ("conflicting evidence", "conflicting evidence"),
    NOT_FOUND: ("quote not found", "quotes not found"),
    DIFFERS: ("differs from its quote", "differ from their quotes"),
    NOT_CHECKED: ("not checked", "not checked"),
    "not-enough-evidence": ("not enough evidence", "not enough evidence"),
}
_COUNTED = {
    **_ATTENTION,
    "supported": ("supported", "supported"),
    REJECTED: ("rejected", "rejected"),
}


@dataclass(frozen=True, slots=True)
class CardFinding:
    """A finding on a card; only one of two findings has a `question`.

    `label` is the CSS class of the label, `name` its text.
    """

    question: str | None
    label: str
    name: str
    confidence: str
    rationale: str
    evidence: tuple[CardEvidence, ...]


@dataclass(frozen=True, slots=True)
class CardClaim:
    """The claim of a card, and what the filters of the page compare."""

    id: str
    text: str
    speaker: str
    # The filters need values even where a check has none.
    kind: str = "claim"
    check_worthiness: float = 1.0


@dataclass(frozen=True, slots=True)
class CardQuote:
    """The quote of a card.

    `text` is None if it has the claim's words. `anchor` is the id of its first word;
    None if the quote was not found or the document's text was left out.
    """

    text: str | None = None
    location: str | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A claim on the page.

    `tags` are the values that the filter uses. `notes` are problems, and `facts` are
    details that few readers look up. `reported_speech` answers both questions about
    such a claim in one line. `judgment` is what people decided.
    """

    number: int
    claim: CardClaim
    tags: tuple[str, ...]
    findings: tuple[CardFinding, ...]
    reported_speech: str
    quote: CardQuote = CardQuote()
    notes: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    judgment: Judgment | None = None

    @property
    def mark(self) -> str:
        """The CSS class of the claim's words in the text."""
        return self.tags[0]

    @property
    def name(self) -> str:
        """The tags in words; empty if they only say how check-worthy it is."""
        return "; ".join(_COUNTED[tag][0] for tag in self.tags if tag in _COUNTED)

    @property
    def rank(self) -> int:
        """The card's sort key; below `len(_ATTENTION)` it needs attention."""
        if REJECTED in self.tags:
            return len(_ATTENTION) + 1
        # Somebody accepted or edited the claim, so it needs no more attention.
        if self.judgment and self.judgment.is_settled:
            return len(_ATTENTION)
        ranks = [rank for rank, mark in enumerate(_ATTENTION) if mark in self.tags]
        return min(ranks, default=len(_ATTENTION))


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards under a title, which is empty for the only group of a page."""

    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """The number of cards with a tag: "3 refuted"."""

    tag: str
    text: str


def group_cards(cards: Sequence[Card]) -> list[CardGroup]:
    """Put the cards that need attention into a group before the others."""
    ordered = sorted(cards, key=lambda card: card.rank)
    groups: dict[str, list[Card]] = {}
    for card in ordered:
        title = "Needs attention"
        if card.rank >= len(_ATTENTION):
            title = "Rejected" if REJECTED in card.tags else "Other claims"
        groups.setdefault(title, []).append(card)
    if len(groups) == 1:
        return [CardGroup("", tuple(ordered))]
    return [CardGroup(title, tuple(members)) for title, members in groups.items()]


def count_cards(cards: Iterable[Card]) -> list[Count]:
    """Count the cards by verdict, and by problems with their quotes."""
    totals = Counter(tag for card in cards for tag in card.tags)
    counts = []
    for tag, (singular, plural) in _COUNTED.items():
        if number := totals[tag]:
            counts.append(Count(tag, f"{number} {singular if number == 1 else plural}"))
    return counts
