"""The summary made of the source's own sentences: headline, sentences, key points, positions, open questions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimcheck.english.names import find_proper_names
from claimcheck.english.quotations import FIRST_PERSON, Speech, split_clauses
from claimcheck.extractive.rank import Vector, compute_cosine
from claimcheck.models.claim import Claim
from claimcheck.models.run import LinkedText, Position, Summary
from claimcheck.text.sentences import Sentence, count_words

_MIN_SUMMARY_SENTENCES, _MAX_SUMMARY_SENTENCES = 2, 4
_MAX_SUMMARY_WORDS = (
    90  # what an editor prints; two sentences are printed whatever their length
)
_MAX_KEY_POINTS = 5
_DUPLICATE_SIMILARITY = 0.5
_MAX_HEADLINE_WORDS = 18
_OPEN_QUESTION = re.compile(
    r"\b(?:point of contention|unclear|remains? to be seen|not (?:yet )?known|unknown|unresolved|undecided|at odds"
    r"|questions? (?:remain|whether|over|about)|yet to be|no word on|did not (?:say|specify)|declined to)\b|\?[\"”']?$",
    re.I,
)
_CLAUSE_BREAK = re.compile(
    r"(?:,\s+|\s+)(?=(?:with|after|as|while|because|when|who|which|that|saying|citing|amid|despite|following)\s)|[;:,–—]\s+"
)
_WEAK_BREAK = re.compile(
    r"\s+(?=(?:to|by|in|on|at|for|from|over|through)\s)"
)  # before what may be left out
# nothing ends with these: "for up | to eleven days"
_NON_FINAL_WORDS = frozenset(
    "a an the of and or but up more less according due able as not no than is are was were has have had be been to in on at by for "
    "from with over its his her their this that".split()
)
_CONTEXT_DEPENDENT_START = re.compile(
    r"^[\"“\[]|^(?:But|And|So|Yet|He|She|They|It|His|Her|Their|Its|This|That|These|Those|However|Also|Meanwhile)\b(?!\s*\[)"
)
# what stands under a picture: "Anna Brandt (left)", "Pictured: the ferry", "Proud: the crew"
_CAPTION = re.compile(
    r"\(\s*(?:(?:far|top|bottom|main|inset|file|also)\s+)*(?:left|right|pictured|above|below|cent(?:er|re)|shown|inset)\b[^)]*\)"
    r"|^(?:pictured|scroll down|file photo)\b|^(?:[\w’'-]+\s){0,3}[\w’'-]+\s?:\s(?![\"“‘'])",
    re.I,
)
# what its place adds to a sentence, beside centrality of at most 1, and how fast that falls (benchmarks/fit_summary.py)
_LEAD_BONUS, _LEAD_DECAY = 1.5, 0.5
_MIN_INFORMATIVE_WORDS = 8  # fewer say little by themselves


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with all that is known of it: its text as it stands alone, centrality (0..1), claims kept."""

    text: str
    sentence: Sentence
    vector: Vector
    centrality: float
    speech: Speech | None
    claims: tuple[Claim, ...]


def build_extractive_summary(
    items: Sequence[ScoredSentence], title: str | None
) -> Summary:
    """Build the summary from a document's sentences (at least one)."""
    wanted = max(
        _MIN_SUMMARY_SENTENCES, min(_MAX_SUMMARY_SENTENCES, math.ceil(len(items) / 4))
    )
    order = sorted(
        range(len(items)), key=lambda place: -_score_sentence(items[place], place)
    )
    carried = [place for place in order if items[place].claims]
    chosen = _select_dissimilar(items, carried, [], wanted, _MAX_SUMMARY_WORDS)
    if (
        len(chosen) < _MIN_SUMMARY_SENTENCES
    ):  # a text with hardly a claim still has something to say
        chosen = _select_dissimilar(
            items, [*chosen, *order], [], min(wanted, _MIN_SUMMARY_SENTENCES)
        )
    worth = sorted(carried, key=lambda place: -_score_key_point(items[place]))
    points = _select_dissimilar(items, worth, chosen, _MAX_KEY_POINTS)
    return Summary(
        headline=title or _shorten_headline(items[0].sentence.text),
        sentences=tuple(_link_claims(items[place]) for place in chosen),
        key_points=tuple(_link_claims(items[place]) for place in points),
        positions=tuple(
            position for item in items for position in _extract_positions(item)
        )[:6],
        open_questions=tuple(
            item.text for item in items if _OPEN_QUESTION.search(item.sentence.text)
        )[:3],
    )


def _score_sentence(item: ScoredSentence, place: int) -> float:
    """Score a sentence by centrality and position; halve it per obstacle.

    Half for each thing that keeps a sentence from standing alone.
    """
    nobodys = item.speech is None or item.speech.content_start == 0
    against = (
        _CONTEXT_DEPENDENT_START.match(item.text),
        _CAPTION.search(item.text),
        nobodys and FIRST_PERSON.search(item.text),  # "We call it a home.": who does?
        count_words(item.text) < _MIN_INFORMATIVE_WORDS,
    )
    return (item.centrality + _LEAD_BONUS / (1 + _LEAD_DECAY * place)) * 0.5 ** sum(
        map(bool, against)
    )


def _score_key_point(item: ScoredSentence) -> float:
    """Score a sentence by its most check-worthy claim; halve it if dependent."""
    most = max(claim.check_worthiness for claim in item.claims)
    return most * (
        0.5
        if _CONTEXT_DEPENDENT_START.match(item.text) and not item.text.startswith("[")
        else 1
    )


def _select_dissimilar(
    items: Sequence[ScoredSentence],
    order: Sequence[int],
    taken: Sequence[int],
    wanted: int,
    words: float = math.inf,
) -> list[int]:
    """Select the first `wanted` dissimilar sentences, in document order.

    One that would bring them over so many words is passed over, unless it is the first.
    """
    chosen: list[int] = []
    for place in order:
        length = count_words(items[place].text)
        others = [items[other].vector for other in (*taken, *chosen)]
        fits = length <= words or not chosen
        if (
            place not in taken
            and fits
            and all(
                compute_cosine(items[place].vector, other) < _DUPLICATE_SIMILARITY
                for other in others
            )
        ):
            chosen.append(place)
            words -= length
        if len(chosen) == wanted:
            break
    return sorted(chosen)


def _link_claims(item: ScoredSentence) -> LinkedText:
    return LinkedText(item.text, tuple(claim.id for claim in item.claims))


def _shorten_headline(text: str) -> str:
    """Return the sentence, cut at a clause end if too long for a headline."""
    text = text.rstrip(".")
    if len(text.split()) <= _MAX_HEADLINE_WORDS:
        return text
    for pattern in (_CLAUSE_BREAK, _WEAK_BREAK):
        cuts = [text[: match.start()] for match in pattern.finditer(text)]
        fitting = [
            cut
            for cut in cuts
            if 7 <= len(cut.split()) <= _MAX_HEADLINE_WORDS
            and cut.count('"') % 2 == 0
            and cut.split()[-1].lower() not in _NON_FINAL_WORDS
        ]
        if fitting:
            return fitting[-1]
    return text


def _extract_positions(item: ScoredSentence) -> tuple[Position, ...]:
    """Return both sides of a sentence that contrasts two parties."""
    parts = split_clauses(item.sentence.text, item.speech)
    if len(parts) != 2 or not all(part.is_contrast for part in parts):
        return ()
    found = []
    for part in parts:
        text = item.sentence.text[slice(*part.ranges[0])].strip().rstrip(".")
        party = (
            part.speech.speaker
            if part.speech
            else next(iter(find_proper_names(text)), None)
        )
        claim_ids = tuple(claim.id for claim in item.claims if text[:40] in claim.quote)
        if party is None:
            return ()
        found.append(Position(party, text, claim_ids))
    return tuple(found) if found[0].party != found[1].party else ()
