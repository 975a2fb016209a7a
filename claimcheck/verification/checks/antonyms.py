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
# Distance in words, chosen by hand.
_CONTEXT_WORDS = 4


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return the claim's one word whose antonym the evidence has instead.

    The words around both must agree, and neither side may negate anything: "did not
    fall" is no opposite of "rose".
    """
    if pair.has_negation:
        return []
    claim_forms = _normalize(pair.claim_words)
    evidence_forms = _normalize(pair.evidence_words)
    found = []
    for index, form in enumerate(claim_forms):
        if not form or form in evidence_forms or form in _CONVERSE_VERBS:
            continue
        opposites = find_opposing_forms(form).intersection(evidence_forms)
        opposites -= set(claim_forms)
        for opposite in sorted(opposites):
            position = evidence_forms.index(opposite)
            words = pair.claim_words[index], pair.evidence_words[position]
            if _is_degree_mismatch(*words):
                continue
            if _has_same_context(claim_forms, index, evidence_forms, position):
                found.append(Difference("opposite", *words))
    return found if len(found) == 1 else []


def find_unsupported(claim: str, premise: str) -> list[Difference]:
    """Return a word of the claim of which the premise has only an antonym."""
    claim_words, premise_words = extract_words(claim), extract_words(premise)
    premise_forms = [strip_degree(word) for word in premise_words]
    for word in claim_words:
        form = strip_degree(word)
        if form in premise_forms or form in _CONVERSE_VERBS:
            continue
        for opposite in sorted(find_opposing_forms(form).intersection(premise_forms)):
            actual = premise_words[premise_forms.index(opposite)]
            return [Difference("opposite", word, actual)]
    return []


def _has_same_context(
    claim: Sequence[str], index: int, evidence: Sequence[str], position: int
) -> bool:
    """Return whether the content words next to both words agree."""
    before = _collect_content(claim[max(0, index - _CONTEXT_WORDS) : index])
    after = _collect_content(claim[index + 1 : index + 1 + _CONTEXT_WORDS])
    other_before = _collect_content(
        evidence[max(0, position - _CONTEXT_WORDS) : position]
    )
    other_after = _collect_content(
        evidence[position + 1 : position + 1 + _CONTEXT_WORDS]
    )
    return bool(before & other_before) or bool(after & other_after)


def _is_degree_mismatch(word: str, opposite: str) -> bool:
    """Return whether one word is a comparative and the other a superlative."""
    endings = {
        other[-2:]
        for other in (word, opposite)
        if strip_degree(other) != normalize_word(other)
    }
    return endings == {"er", "st"}


def _collect_content(forms: Sequence[str]) -> set[str]:
    return {
        form
        for form in forms
        if form
        and form not in FUNCTION_WORDS
        and CRITICAL_WORD_KINDS.get(form) != "person"
    }


def _normalize(words: Sequence[str]) -> list[str]:
    """Normalize words, with "" for those that only look like a direction."""
    forms = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        is_ambiguous = word in _AMBIGUOUS_WORDS and not following[:1].isdigit()
        # "grew up": the verb means something else with its particle.
        is_ambiguous |= following in ("up", "down", "off", "out")
        forms.append("" if is_ambiguous else strip_degree(word))
    return forms


@cache
def find_opposing_forms(form: str) -> frozenset[str]:
    """Return the forms that mean the opposite of a form."""
    if form in _NOT_ANTONYMS:
        return frozenset()
    opposing = set(load_antonyms().get(form, ()))
    for left, right in _load_extra_antonyms():
        if form in left:
            opposing |= right
        if form in right:
            opposing |= left
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
