"""Antonyms: the opposite of a claim's word in the same context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.english.wordnet import get_antonyms
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_words
from claimcheck.verification.rules.negation import find_negations
from claimcheck.verification.rules.pair import SentencePair

_NOT_ANTONYMS = frozenset(normalize_word(word) for word in read_words("not_antonyms"))
# Both may be true of one event: who wins is not who loses.
_CONVERSE_VERBS = frozenset(
    normalize_word(word)
    for word in "win lose buy sell import export lend borrow teach learn".split()
)
_TIME_PREPOSITIONS = frozenset(("before", "after"))
_PARTICLES = frozenset(("up", "down"))  # of a verb, "set up", except before a number
_BEFORE_NUMBER = frozenset(
    "by from to sharply slightly nearly almost about around some".split()
)
_COMPARATIVES = frozenset(("more", "less", "fewer"))
_AMBIGUOUS_WORDS = _PARTICLES | _COMPARATIVES | {"for"}
# After other verbs, "for" is not the opposite of "against".
_VERBS_WITH_FOR = frozenset(
    normalize_word(word)
    for word in "vote argue speak campaign lobby testify demonstrate".split()
)
# Distances in words, chosen by hand. A conjunction ends the reach of a negation.
_CONTEXT_WORDS = 4
_NEGATION_REACH_WORDS = 8
_CONJUNCTIONS = frozenset("and or but while whereas although though because".split())


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A word at a position of a sentence, and all normalized words around it.

    The form is "" for a word that means nothing by itself, such as the "up" of a verb.
    """

    words: Sequence[str]
    forms: Sequence[str]
    index: int

    @property
    def word(self) -> str:
        return self.words[self.index]

    @property
    def form(self) -> str:
        return self.forms[self.index]


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the first claim word whose antonym the evidence has instead."""
    claim_words, evidence_words = extract_words(pair.claim), pair.evidence_words
    claim_forms = _normalize_directions(claim_words)
    evidence_forms = _normalize_directions(evidence_words)
    evidence_only = set(evidence_forms).difference(claim_forms)
    for index, form in enumerate(claim_forms):
        if form in evidence_forms:
            continue
        claimed = _Occurrence(claim_words, claim_forms, index)
        for opposite in sorted(find_opposing_forms(form) & evidence_only):
            position = evidence_forms.index(opposite)
            actual = _Occurrence(evidence_words, evidence_forms, position)
            if _is_contradiction(claimed, actual, pair):
                return [Difference("opposite", claimed.word, actual.word)]
    return []


def _is_contradiction(
    claimed: _Occurrence, actual: _Occurrence, pair: SentencePair
) -> bool:
    """Return whether two antonyms describe one thing, equally negated."""
    # A shared name is not a shared context: both sentences are about the same people.
    names = {term.form for term in pair.alignment.terms if term.is_name}
    if not _has_shared_context(claimed, actual, names):
        return False
    if actual.index in find_negations(actual.words):
        return False  # the antonym is itself a negation
    if _is_degree_mismatch(claimed.word, actual.word):
        return False
    if _is_negated(claimed) != _is_negated(actual):
        return False
    return not _is_confirmed_nearby(claimed, actual, pair)


def _has_shared_context(
    claimed: _Occurrence, actual: _Occurrence, names: set[str]
) -> bool:
    """Return whether two antonyms have context words or an agent in common."""
    is_converse = claimed.form in _CONVERSE_VERBS
    if is_converse and _find_agent(claimed, names) != _find_agent(actual, names):
        return False
    is_time = claimed.form in _TIME_PREPOSITIONS
    if is_time and _find_next_content_word(claimed) != _find_next_content_word(actual):
        return False
    if _collect_context(claimed) & _collect_context(actual) - names:
        return True
    return bool(_collect_following(claimed) & _collect_following(actual))


def _is_degree_mismatch(word: str, opposite: str) -> bool:
    """Return whether one word is a comparative and the other a superlative."""
    endings = {
        other[-2:]
        for other in (word, opposite)
        if strip_degree(other) != normalize_word(other)
    }
    return endings == {"er", "st"}


def _find_next_content_word(occurrence: _Occurrence) -> str | None:
    for form in occurrence.forms[occurrence.index + 1 :]:
        if form and form not in FUNCTION_WORDS:
            return form
    return None


def _find_agent(occurrence: _Occurrence, names: set[str]) -> str | None:
    """Return the name before a word that is most likely its agent."""
    forms, index = occurrence.forms, occurrence.index
    names_before = [form for form in forms[:index] if form in names]
    if not names_before:
        return None
    # "Lida beat Holm to win": the verb has the subject of the sentence.
    continues_predicate = index > 0 and forms[index - 1] in ("to", "and")
    return names_before[0] if continues_predicate else names_before[-1]


def _is_confirmed_nearby(
    claimed: _Occurrence, actual: _Occurrence, pair: SentencePair
) -> bool:
    """Return whether a sentence nearby has the claim's word as closely."""
    context = _collect_context(claimed)
    shared_count = len(context & _collect_context(actual))
    for index in pair.alignment.nearby_sentences:
        words = pair.document.get_words(index)
        forms = _normalize_directions(words)
        for position, form in enumerate(forms):
            if form != claimed.form:
                continue
            nearby_context = _collect_context(_Occurrence(words, forms, position))
            if len(context & nearby_context) >= shared_count:
                return True
    return False


@cache
def find_opposing_forms(form: str) -> frozenset[str]:
    """Return the forms that mean the opposite of a form."""
    if form in _NOT_ANTONYMS:
        return frozenset()
    opposing = set(get_antonyms(form))
    for left, right in _load_extra_antonyms():
        if form in left:
            opposing |= right
        if form in right:
            opposing |= left
    return frozenset(opposing - _NOT_ANTONYMS)


@cache
def _load_extra_antonyms() -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = []
    for line in read_words("extra_antonyms"):
        left, right = line.split("|")
        pairs.append(
            (
                frozenset(map(strip_degree, left.split())),
                frozenset(map(strip_degree, right.split())),
            )
        )
    return pairs


def _normalize_directions(words: Sequence[str]) -> list[str]:
    """Normalize words, with "" for those that only look like a direction.

    These are ambiguous small words, and verbs before a particle: "grew up".
    """
    if _AMBIGUOUS_WORDS.isdisjoint(words):
        return [strip_degree(word) for word in words]
    shows = [_shows_direction(words, index) for index in range(len(words))]
    forms = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        is_before_particle = following in _PARTICLES and not shows[index + 1]
        is_blank = not shows[index] or is_before_particle
        forms.append("" if is_blank else strip_degree(word))
    return forms


def _shows_direction(words: Sequence[str], index: int) -> bool:
    """Return whether a word may be a direction: "up 5 %", "vote for"."""
    word = words[index]
    if word == "for":
        return index > 0 and normalize_word(words[index - 1]) in _VERBS_WITH_FOR
    following, second = (*words[index + 1 : index + 3], "", "")[:2]
    if word in _COMPARATIVES and following == "than":
        return not second[:1].isdigit()  # "more than 40" leaves the number open
    if word not in _PARTICLES:
        return True
    return following[:1].isdigit() or following in _BEFORE_NUMBER


def _collect_context(occurrence: _Occurrence) -> set[str]:
    """Return the content words on both sides of a word."""
    first = max(0, occurrence.index - _CONTEXT_WORDS)
    preceding = _select_content_words(occurrence.forms[first : occurrence.index])
    return preceding | _collect_following(occurrence)


def _collect_following(occurrence: _Occurrence) -> set[str]:
    first = occurrence.index + 1
    return _select_content_words(occurrence.forms[first : first + _CONTEXT_WORDS])


def _select_content_words(forms: Sequence[str]) -> set[str]:
    return {
        form
        for form in forms
        if form
        and form not in FUNCTION_WORDS
        and CRITICAL_WORD_KINDS.get(form) != "person"
    }


def _is_negated(occurrence: _Occurrence) -> bool:
    """Return whether a negation in the word's clause applies to it."""
    words, index = occurrence.words, occurrence.index
    for position in find_negations(words):
        between = words[min(index, position) : max(index, position)]
        is_near = len(between) <= _NEGATION_REACH_WORDS
        if is_near and _CONJUNCTIONS.isdisjoint(between):
            return True
    return False
