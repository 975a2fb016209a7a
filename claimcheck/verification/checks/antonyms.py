"""Antonyms: the opposite of a claim's word in the same context."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from claimcheck.english.lexicon import CRITICAL_WORD_KINDS, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word, strip_degree
from claimcheck.models.verdict import Difference
from claimcheck.resources import read_packed_lines, read_words
from claimcheck.verification.checks.pair import SentencePair

_NOT_ANTONYMS = frozenset(normalize_word(word) for word in read_words("not_antonyms"))
# Both may be true of one event: who wins is not who loses.
_CONVERSE_VERBS = frozenset(
    normalize_word(word)
    for word in "win lose buy sell import export lend borrow teach learn".split()
)
# As often a part of a verb or an amount as a direction: "set up", "more than 40".
_AMBIGUOUS_WORDS = frozenset(("up", "down", "more", "less", "fewer", "for"))
_PARTICLES = frozenset(("up", "down", "off", "out"))
_CONTEXT_WORDS = 4  # on each side; chosen by hand


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's one word whose antonym the evidence has instead.

    The words around both must agree, and neither side may negate anything: "did not
    fall" is not the opposite of "rose".
    """
    if pair.has_negation:
        return []
    claim, evidence = _normalize(pair.claim_words), _normalize(pair.evidence_words)
    found = []
    for index, position in _find_opposites(claim, evidence):
        word, opposite = pair.claim_words[index], pair.evidence_words[position]
        is_same_context = _shares_context((claim, index), (evidence, position))
        if is_same_context and not _is_degree_mismatch(word, opposite):
            found.append(Difference("opposite", word, opposite))
    return found if len(found) == 1 else []


def find_unsupported(claim: str, sentence: str) -> list[Difference]:
    """Return a word of the claim of which a sentence has only an antonym."""
    words, others = extract_words(claim), extract_words(sentence)
    opposites = _find_opposites(
        list(map(strip_degree, words)), list(map(strip_degree, others))
    )
    return [
        Difference("opposite", words[index], others[position])
        for index, position in opposites[:1]
    ]


def _find_opposites(
    claim: Sequence[str], evidence: Sequence[str]
) -> list[tuple[int, int]]:
    """Pair positions of claim forms with those of antonyms in the evidence."""
    ignored = {"", *evidence, *_CONVERSE_VERBS}
    rivals = set(evidence).difference(claim)
    found = []
    for index, form in enumerate(claim):
        if form in ignored:
            continue
        for opposite in sorted(find_opposing_forms(form) & rivals):
            found.append((index, evidence.index(opposite)))
    return found


def _shares_context(
    place: tuple[Sequence[str], int], other: tuple[Sequence[str], int]
) -> bool:
    """Return whether two words have a content word in common on one side.

    A place is the forms of a sentence and the position of the word among them.
    """
    before, after = _list_contexts(*place)
    other_before, other_after = _list_contexts(*other)
    return not (before.isdisjoint(other_before) and after.isdisjoint(other_after))


def _list_contexts(forms: Sequence[str], index: int) -> tuple[set[str], set[str]]:
    """Return the content words before a word, and those after it."""
    before = forms[max(0, index - _CONTEXT_WORDS) : index]
    after = forms[index + 1 : index + 1 + _CONTEXT_WORDS]
    return set(filter(_is_content, before)), set(filter(_is_content, after))


def _is_content(form: str) -> bool:
    if form in FUNCTION_WORDS:
        return False
    # "He" and "they" may be anybody.
    return bool(form) and CRITICAL_WORD_KINDS.get(form) != "person"


def _is_degree_mismatch(word: str, opposite: str) -> bool:
    """Return whether one word is a comparative and the other a superlative."""
    degrees = [
        other
        for other in (word, opposite)
        if strip_degree(other) != normalize_word(other)
    ]
    return {other[-2:] for other in degrees} == {"er", "st"}


def _normalize(words: Sequence[str]) -> list[str]:
    """Normalize words, with "" for those that only look like a direction."""
    forms = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        is_ambiguous = word in _AMBIGUOUS_WORDS and not following[:1].isdigit()
        # "grew up": the verb means something else with its particle.
        is_ambiguous |= following in _PARTICLES
        forms.append("" if is_ambiguous else strip_degree(word))
    return forms


@cache
def find_opposing_forms(form: str) -> frozenset[str]:
    """Return the forms that mean the opposite of a form."""
    if form in _NOT_ANTONYMS:
        return frozenset()
    return frozenset(load_antonyms().get(form, set()) - _NOT_ANTONYMS)


@cache
def load_antonyms() -> dict[str, set[str]]:
    """Map each form to its antonyms, in WordNet and in our own list."""
    antonyms: dict[str, set[str]] = {}
    for line in read_packed_lines("antonyms"):
        left, right = line.split()
        antonyms.setdefault(left, set()).add(right)
        antonyms.setdefault(right, set()).add(left)
    for line in read_words("extra_antonyms"):
        left_side, right_side = (
            set(map(strip_degree, side.split())) for side in line.split("|")
        )
        for form in left_side:
            antonyms.setdefault(form, set()).update(right_side)
        for form in right_side:
            antonyms.setdefault(form, set()).update(left_side)
    return antonyms
