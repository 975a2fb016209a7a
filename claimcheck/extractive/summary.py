"""Build a summary from the source's own sentences.

It has a headline, sentences, key points, positions, and open questions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimcheck.english.clauses import split_clauses
from claimcheck.english.names import find_proper_names
from claimcheck.english.speech import FIRST_PERSON, Speech
from claimcheck.extractive.rank import Vector, compute_cosine
from claimcheck.models.claim import Claim
from claimcheck.models.run import LinkedText, Position, Summary
from claimcheck.resources import read_words
from claimcheck.text.sentences import Sentence, count_words

# Chosen by hand, to match published summaries.
_MIN_SUMMARY_SENTENCES, _MAX_SUMMARY_SENTENCES = 2, 4
_MAX_SUMMARY_WORDS = 90  # but at least two sentences, whatever their length
_MIN_KEY_POINT_SCORE = 0.2  # of check-worthiness; chosen by hand
_MAX_KEY_POINTS, _MAX_POSITIONS, _MAX_OPEN_QUESTIONS = 5, 6, 3
_MIN_HEADLINE_WORDS, _MAX_HEADLINE_WORDS = 7, 18
_DUPLICATE_SIMILARITY = 0.5
_MIN_INFORMATIVE_WORDS = 8  # a shorter sentence says little alone
_POSITION_PREFIX_CHARACTERS = 40  # positions and claims are matched by their start

# What a text itself says is not known. "An unknown man" and "he declined to run" say
# nothing of the kind.
_UNKNOWN = re.compile(
    r"""
    \b(?:
        (?:is|are|was|were|remains?|remained)\ (?:still\ |yet\ |as\ yet\ )?
            (?:not\ (?:yet\ )?(?:known|clear|certain)|un(?:known|clear|certain|resolved
            |decided))
        | remains?\ to\ be\ seen
        | (?:has|have|had)\ (?:yet\ to|not\ (?:yet\ )?)
            (?:be(?:en)?\ )?(?:disclosed?|released?|determined?|established?|identify
            |identified|announced?|decided?|said|say|made\ public|published?|explained?
            |named?|confirmed?)
        | (?:did|does|do|could|would)\ not\ (?:yet\ )?(?:say|specify|disclose|explain)
        | declined\ to\ (?:say|specify|disclose|explain|name|identify|give)
        | (?:nobody|no\ one)\ (?:yet\ )?knows
        | no\ (?:word\ (?:yet\ )?on|information\ (?:about|on))
        | point\ of\ contention | open\ question | questions\ remain | yet\ to\ be
    )\b
    """,
    re.I | re.X,
)
_QUESTION = re.compile(r"\?[\"”'»]?$")
# Asked of the reader, or of nobody: "Did you know ...?", "Looking for a boat?"
_ASKS_READER = re.compile(r"\b(?:you|your|yours)\b", re.I)
_ASKS = re.compile(
    r"[\"“‘]?(?:(?:But|And|So) )?(?:wh(?:o|ose|om|at|en|ere|y|ich)|how|is|are|was|were"
    r"|do|does|did|has|have|had|will|would|can|could|should|may|might|must)\b",
    re.I,
)
_CLAUSE_BREAK = re.compile(
    r"""
    (?:,\s+|\s+)
    (?=(?:with|after|as|while|because|when|who|which|that|saying|citing|amid|despite
        |following)\s)
    |[;:,–—]\s+
    """,
    re.X,
)
# Before a phrase that a headline can do without.
_WEAK_BREAK = re.compile(r"\s+(?=(?:to|by|in|on|at|for|from|over|through)\s)")
_WORD = re.compile(r"\w+")
_STANCE_VERBS = frozenset(read_words("stance_verbs"))
_NON_FINAL_WORDS = frozenset(read_words("non_final_words"))
_CONTEXT_DEPENDENT_START = re.compile(
    r"""
    ^[\"“\[]
    |^(?:But|And|So|Yet|He|She|They|It|His|Her|Their|Its|This|That|These|Those|However
        |Also|Meanwhile)\b(?!\s*\[)
    """,
    re.X,
)
# Beside another sentence than its own, "it" would mean another noun. "This year" and
# "She [Ann Lee]" say what they mean.
_PRONOUN_START = re.compile(
    r"""
    (?:(?:But|And|So|Yet|Then|Still|Also|However|Meanwhile|Instead),?\ )?
    (?:
        (?:he|she|they|it|his|her|hers|their|theirs|its|these|those|this|that)\b
        (?!\s*\[ | ['’]?\ (?:year|month|week|day|morning|evening|night|time)\b)
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The text under a picture: "Anna Brandt (left)", "Pictured: the ferry".
_CAPTION = re.compile(
    r"""
    \(\s*(?:(?:far|top|bottom|main|inset|file|also)\s+)*
    (?:left|right|pictured|above|below|cent(?:er|re)|shown|inset)\b[^)]*\)
    |^(?:pictured|scroll\ down|file\ photo)\b
    |^(?:[\w’'-]+\s){0,3}[\w’'-]+\s?:\s(?![\"“‘'])
    """,
    re.I | re.X,
)


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with its scores and claims.

    `text` is decontextualized, `centrality` is from 0 to 1, and `claims` are the run's
    claims from this sentence.
    """

    text: str
    sentence: Sentence
    vector: Vector
    centrality: float
    speech: Speech | None
    claims: tuple[Claim, ...]


def build_extractive_summary(
    items: Sequence[ScoredSentence], title: str | None, language: str | None = "en"
) -> Summary:
    """Build the summary from a document's sentences (at least one)."""
    scores = [_score_sentence(item) for item in items]
    ranked = sorted(range(len(items)), key=lambda index: -scores[index])
    sentences = _select_sentences(items, ranked)
    points = _select_key_points(items, ranked, sentences)
    positions: list[Position] = []
    for item in items:
        positions += _extract_positions(item)
    questions: list[str] = []
    for index, item in enumerate(items):
        # A sentence of the summary is not repeated as a question.
        is_open = _is_open_question(item, is_english=language == "en")
        if is_open and index not in sentences:
            questions.append(_name_speaker(item))
    return Summary(
        headline=title or _shorten_headline(_find_first_words(items)),
        sentences=tuple(_link_claims(items[index]) for index in sentences),
        key_points=tuple(_link_claims(items[index]) for index in points),
        positions=tuple(positions[:_MAX_POSITIONS]),
        open_questions=tuple(questions[:_MAX_OPEN_QUESTIONS]),
    )


def _is_open_question(item: ScoredSentence, *, is_english: bool) -> bool:
    """Whether a sentence says or asks what nobody answers.

    In a conversation, somebody does.
    """
    text = item.sentence.text
    if not _QUESTION.search(text):
        return _UNKNOWN.search(text) is not None
    is_asked = item.sentence.speaker is None and _ASKS_READER.search(text) is None
    # The words that ask are English; in other languages, each question counts.
    return is_asked and (not is_english or _ASKS.match(text) is not None)


def _select_sentences(
    items: Sequence[ScoredSentence], ranked: Sequence[int]
) -> list[int]:
    """Select the sentences of the summary, in document order."""
    target = math.ceil(len(items) / 4)
    target = max(_MIN_SUMMARY_SENTENCES, min(_MAX_SUMMARY_SENTENCES, target))
    with_claims = [index for index in ranked if items[index].claims]
    clear = [index for index in with_claims if _names_its_subject(items[index])]
    selected = _select_dissimilar(items, clear, target, _MAX_SUMMARY_WORDS)
    if len(selected) >= _MIN_SUMMARY_SENTENCES:
        return selected
    # Even a text with almost no claims, or full of pronouns, needs a summary.
    others = [*selected, *with_claims, *ranked]
    return _select_dissimilar(items, others, _MIN_SUMMARY_SENTENCES)


def _names_its_subject(item: ScoredSentence) -> bool:
    """Whether a sentence can be read without the one before it."""
    return _PRONOUN_START.match(item.text) is None


def _select_key_points(
    items: Sequence[ScoredSentence], ranked: Sequence[int], sentences: Sequence[int]
) -> list[int]:
    """Select check-worthy sentences that differ from those of the summary."""
    scores = {
        index: _score_key_point(items[index]) for index in ranked if items[index].claims
    }
    worthy = [
        index
        for index in scores
        if scores[index] >= _MIN_KEY_POINT_SCORE and _names_its_subject(items[index])
    ]
    worthy.sort(key=lambda index: -scores[index])
    return _select_dissimilar(items, worthy, _MAX_KEY_POINTS, excluded=sentences)


def _score_sentence(item: ScoredSentence) -> float:
    """Return the centrality, halved for each way it depends on its context."""
    # Without a preceding speaker, "we" could be anybody.
    is_unattributed = item.speech is None or item.speech.content_start == 0
    obstacles = (
        _CONTEXT_DEPENDENT_START.match(item.text),
        _CAPTION.search(item.text),
        # "We call it a home.": who does?
        is_unattributed and FIRST_PERSON.search(item.text),
        count_words(item.text) < _MIN_INFORMATIVE_WORDS,
    )
    return item.centrality * 0.5 ** sum(map(bool, obstacles))


def _score_key_point(item: ScoredSentence) -> float:
    """Score a sentence by its best claim; halve it if it needs context."""
    score = max(claim.check_worthiness for claim in item.claims)
    # "[Ann Lee said:] …" already provides the context.
    is_resolved = item.text.startswith("[")
    if _CONTEXT_DEPENDENT_START.match(item.text) and not is_resolved:
        return score / 2
    return score


def _select_dissimilar(
    items: Sequence[ScoredSentence],
    ranked: Sequence[int],
    target: int,
    max_words: float = math.inf,
    *,
    excluded: Sequence[int] = (),
) -> list[int]:
    """Select the first dissimilar sentences, in document order.

    A sentence that would exceed `max_words` is skipped, unless it is the first. None is
    similar to a sentence in `excluded`.
    """
    selected: list[int] = []
    for index in ranked:
        length = count_words(items[index].text)
        is_too_long = bool(selected) and length > max_words
        taken = [*excluded, *selected]
        if is_too_long or index in taken or _is_duplicate(items, index, taken):
            continue
        selected.append(index)
        max_words -= length
        if len(selected) == target:
            break
    return sorted(selected)


def _is_duplicate(
    items: Sequence[ScoredSentence], index: int, others: Sequence[int]
) -> bool:
    vector = items[index].vector
    for other in others:
        if compute_cosine(vector, items[other].vector) >= _DUPLICATE_SIMILARITY:
            return True
    return False


def _link_claims(item: ScoredSentence) -> LinkedText:
    return LinkedText(_name_speaker(item), tuple(claim.id for claim in item.claims))


def _name_speaker(item: ScoredSentence) -> str:
    """Return the text with the speaker of its label: "[Ann Lee said:] ..."."""
    speaker = item.sentence.speaker
    # "Q" and "A" are not names.
    if speaker is None or len(speaker) == 1 or item.text.startswith("["):
        return item.text
    return f"[{speaker} said:] {item.text}"


def _find_first_words(items: Sequence[ScoredSentence]) -> str:
    """Return the first sentence with words, which a stray full stop lacks."""
    for item in items:
        if any(char.isalnum() for char in item.sentence.text):
            return item.sentence.text
    return items[0].sentence.text


def _shorten_headline(text: str) -> str:
    """Return the sentence, cut at a clause end if too long for a headline."""
    text = text.rstrip(".")
    if len(text.split()) <= _MAX_HEADLINE_WORDS:
        return text
    for pattern in (_CLAUSE_BREAK, _WEAK_BREAK):
        cuts = [text[: match.start()] for match in pattern.finditer(text)]
        fitting = [cut for cut in cuts if _is_headline(cut)]
        if fitting:
            return fitting[-1]
    return text


def _is_headline(text: str) -> bool:
    words = text.split()
    return (
        _MIN_HEADLINE_WORDS <= len(words) <= _MAX_HEADLINE_WORDS
        and text.count('"') % 2 == 0
        and words[-1].lower() not in _NON_FINAL_WORDS
    )


def _extract_positions(item: ScoredSentence) -> list[Position]:
    """Return both sides of a sentence that contrasts two parties."""
    clauses = split_clauses(item.sentence.text, item.speech)
    if len(clauses) != 2 or not all(clause.is_contrast for clause in clauses):
        return []
    positions: list[Position] = []
    for clause in clauses:
        text = item.sentence.text[slice(*clause.ranges[0])].strip().rstrip(".")
        names = [clause.speech.speaker] if clause.speech else find_proper_names(text)
        # Without a verb of stance, it is a comparison: "Oslo grew while Voss shrank".
        if not names or _STANCE_VERBS.isdisjoint(_WORD.findall(text.lower())):
            return []
        # The quote of a claim may end differently from its clause.
        beginning = text[:_POSITION_PREFIX_CHARACTERS]
        ids = [claim.id for claim in item.claims if beginning in claim.quote]
        positions.append(Position(names[0], text, tuple(ids)))
    is_same_party = positions[0].party == positions[1].party
    return [] if is_same_party else positions
