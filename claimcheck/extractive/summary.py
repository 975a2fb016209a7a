"""The summary made of the source's own sentences: headline, sentences, key points, positions, open questions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimcheck.english.names import named_in
from claimcheck.english.quotations import OWN_WORDS, Speech, clauses
from claimcheck.extractive.rank import Vector, cosine
from claimcheck.models.claim import Claim
from claimcheck.models.run import LinkedText, Position, Summary
from claimcheck.text.sentences import Sentence, word_count

_SHORTEST_SUMMARY, _LONGEST_SUMMARY = 2, 4
_SUMMARY_WORDS = 90  # what an editor prints; two sentences are printed whatever their length
_KEY_POINTS = 5
_TOO_ALIKE = 0.5
_HEADLINE_WORDS = 18
_OPEN = re.compile(
    r"\b(?:point of contention|unclear|remains? to be seen|not (?:yet )?known|unknown|unresolved|undecided|at odds"
    r"|questions? (?:remain|whether|over|about)|yet to be|no word on|did not (?:say|specify)|declined to)\b|\?[\"”']?$",
    re.I,
)
_CUT = re.compile(
    r"(?:,\s+|\s+)(?=(?:with|after|as|while|because|when|who|which|that|saying|citing|amid|despite|following)\s)|[;:,–—]\s+"
)
_WEAK_CUT = re.compile(r"\s+(?=(?:to|by|in|on|at|for|from|over|through)\s)")  # before what may be left out
# nothing ends with these: "for up | to eleven days"
_GOES_ON = frozenset(
    "a an the of and or but up more less according due able as not no than is are was were has have had be been to in on at by for "
    "from with over its his her their this that".split()
)
_NEEDS_BEFORE = re.compile(
    r"^[\"“\[]|^(?:But|And|So|Yet|He|She|They|It|His|Her|Their|Its|This|That|These|Those|However|Also|Meanwhile)\b(?!\s*\[)"
)
# what stands under a picture: "Anna Brandt (left)", "Pictured: the ferry", "Proud: the crew"
_CAPTION = re.compile(
    r"\(\s*(?:(?:far|top|bottom|main|inset|file|also)\s+)*(?:left|right|pictured|above|below|cent(?:er|re)|shown|inset)\b[^)]*\)"
    r"|^(?:pictured|scroll down|file photo)\b|^(?:[\w’'-]+\s){0,3}[\w’'-]+\s?:\s(?![\"“‘'])",
    re.I,
)
# what its place adds to a sentence, beside centrality of at most 1, and how fast that falls (benchmarks/fit_summary.py)
_LEAD, _DECAY = 1.5, 0.5
_FEW_WORDS = 8  # fewer say little by themselves


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence with all that is known of it: its text as it stands alone, centrality (0..1), claims kept."""

    text: str
    sentence: Sentence
    vector: Vector
    centrality: float
    speech: Speech | None
    claims: tuple[Claim, ...]


def digest(items: Sequence[Item], title: str | None) -> Summary:
    """The summary of a document's sentences (at least one)."""
    wanted = max(_SHORTEST_SUMMARY, min(_LONGEST_SUMMARY, math.ceil(len(items) / 4)))
    order = sorted(range(len(items)), key=lambda place: -_weight(items[place], place))
    carried = [place for place in order if items[place].claims]
    chosen = _unlike(items, carried, [], wanted, _SUMMARY_WORDS)
    if len(chosen) < _SHORTEST_SUMMARY:  # a text with hardly a claim still has something to say
        chosen = _unlike(items, [*chosen, *order], [], min(wanted, _SHORTEST_SUMMARY))
    worth = sorted(carried, key=lambda place: -_worth(items[place]))
    points = _unlike(items, worth, chosen, _KEY_POINTS)
    return Summary(
        headline=title or _headline(items[0].sentence.text),
        sentences=tuple(_linked(items[place]) for place in chosen),
        key_points=tuple(_linked(items[place]) for place in points),
        positions=tuple(position for item in items for position in _positions(item))[:6],
        open_questions=tuple(item.text for item in items if _OPEN.search(item.sentence.text))[:3],
    )


def _weight(item: Item, place: int) -> float:
    """Centrality and position, as news is written: the first sentences carry most.

    Half for each thing that keeps a sentence from standing alone.
    """
    nobodys = item.speech is None or item.speech.content == 0
    against = (
        _NEEDS_BEFORE.match(item.text),
        _CAPTION.search(item.text),
        nobodys and OWN_WORDS.search(item.text),  # "We call it a home.": who does?
        word_count(item.text) < _FEW_WORDS,
    )
    return (item.centrality + _LEAD / (1 + _DECAY * place)) * 0.5 ** sum(map(bool, against))


def _worth(item: Item) -> float:
    """How worthy its worthiest claim is of a check; half where the sentence leans on the one before, as "It fell" does."""
    most = max(claim.check_worthiness for claim in item.claims)
    return most * (0.5 if _NEEDS_BEFORE.match(item.text) and not item.text.startswith("[") else 1)


def _unlike(
    items: Sequence[Item], order: Sequence[int], taken: Sequence[int], wanted: int, words: float = math.inf
) -> list[int]:
    """The first `wanted` of `order` that repeat neither each other nor what is taken, in document order.

    One that would bring them over so many words is passed over, unless it is the first.
    """
    chosen: list[int] = []
    for place in order:
        length = word_count(items[place].text)
        others = [items[other].vector for other in (*taken, *chosen)]
        fits = length <= words or not chosen
        if (
            place not in taken
            and fits
            and all(cosine(items[place].vector, other) < _TOO_ALIKE for other in others)
        ):
            chosen.append(place)
            words -= length
        if len(chosen) == wanted:
            break
    return sorted(chosen)


def _linked(item: Item) -> LinkedText:
    return LinkedText(item.text, tuple(claim.id for claim in item.claims))


def _headline(text: str) -> str:
    """The first sentence, cut where a clause ends when it is too long for a headline."""
    text = text.rstrip(".")
    if len(text.split()) <= _HEADLINE_WORDS:
        return text
    for pattern in (_CUT, _WEAK_CUT):
        cuts = [text[: match.start()] for match in pattern.finditer(text)]
        fitting = [
            cut
            for cut in cuts
            if 7 <= len(cut.split()) <= _HEADLINE_WORDS
            and cut.count('"') % 2 == 0
            and cut.split()[-1].lower() not in _GOES_ON
        ]
        if fitting:
            return fitting[-1]
    return text


def _positions(item: Item) -> tuple[Position, ...]:
    """Both sides of a sentence that sets one party against another."""
    parts = clauses(item.sentence.text, item.speech)
    if len(parts) != 2 or not all(part.contrast for part in parts):
        return ()
    found = []
    for part in parts:
        text = item.sentence.text[slice(*part.ranges[0])].strip().rstrip(".")
        party = part.speech.speaker if part.speech else next(iter(named_in(text)), None)
        claim_ids = tuple(claim.id for claim in item.claims if text[:40] in claim.quote)
        if party is None:
            return ()
        found.append(Position(party, text, claim_ids))
    return tuple(found) if found[0].party != found[1].party else ()
