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
        words = pair.claim_words[index], pair.evidence_words[position]
        contexts = _list_contexts(claim, index), _list_contexts(evidence, position)
        is_same_context = any(
            mine & other for mine, other in zip(*contexts, strict=True)
        )
        if is_same_context and not _is_degree_mismatch(*words):
            found.append(Difference("opposite", *words))
    return found if len(found) == 1 else []


def find_unsupported(claim: str, sentence: str) -> list[Difference]:
    """Return a word of the claim of which a sentence has only an antonym."""
    words, others = extract_words(claim), extract_words(sentence)
    forms = [strip_degree(word) for word in words]
    opposites = _find_opposites(forms, [strip_degree(word) for word in others])
    return [
        Difference("opposite", words[index], others[position])
        for index, position in opposites[:1]
    ]


def _find_opposites(
    claim: Sequence[str], evidence: Sequence[str]
) -> list[tuple[int, int]]:
    """Pair positions of claim forms with those of antonyms in the evidence."""
    found = []
    for index, form in enumerate(claim):
        if not form or form in evidence or form in _CONVERSE_VERBS:
            continue
        opposing = find_opposing_forms(form).intersection(evidence).difference(claim)
        found += [(index, evidence.index(opposite)) for opposite in sorted(opposing)]
    return found


def _list_contexts(forms: Sequence[str], index: int) -> list[set[str]]:
    """Return the content words before a word, and those after it."""
    before = forms[max(0, index - _CONTEXT_WORDS) : index]
    after = forms[index + 1 : index + 1 + _CONTEXT_WORDS]
    return [
        {
            form
            for form in side
            if form
            and form not in FUNCTION_WORDS
            and CRITICAL_WORD_KINDS.get(form) != "person"
        }
        for side in (before, after)
    ]


def _is_degree_mismatch(word: str, opposite: str) -> bool:
    """Return whether one word is a comparative and the other a superlative."""
    endings = {
        other[-2:]
        for other in (word, opposite)
        if strip_degree(other) != normalize_word(other)
    }
    return endings == {"er", "st"}


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
    opposing = set(load_antonyms().get(form, ()))
    for line in read_words("extra_antonyms"):
        sides = [set(map(strip_degree, side.split())) for side in line.split("|")]
        for side, other in (sides, sides[::-1]):
            if form in side:
                opposing |= other
    return frozenset(opposing - _NOT_ANTONYMS)


@cache
def load_antonyms() -> dict[str, set[str]]:
    """Map each stem to its antonyms in WordNet."""
    antonyms: dict[str, set[str]] = {}
    for line in read_packed_lines("antonyms"):
        left, right = line.split()
        antonyms.setdefault(left, set()).add(right)
        antonyms.setdefault(right, set()).add(left)
    return antonyms
