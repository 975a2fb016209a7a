"""Which sentences of a document a claim's sentence rests on, and how much of it they cover."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from claimcheck.english.terms import Term, extract_terms, extract_words, normalize_word
from claimcheck.english.wordnet import TextSenses, collect_senses
from claimcheck.verification.amounts import (
    find_amounts,
    has_compatible_unit,
    is_consistent_amount,
)
from claimcheck.verification.evidence import EvidenceDocument

_MAX_PICKED_SENTENCES = (
    3  # sentences together: a claim is often put together from two, seldom from more
)
_MAX_CANDIDATES = 40
_MIN_COVERAGE_GAIN = (
    0.1  # of a claim's weight: less is a word that happens to stand there
)


@dataclass(frozen=True)  # no slots: cached properties
class Alignment:
    """A claim's sentence beside a document.

    `selected`: the sentence that covers most of it, then those that add most; `places_near` has the neighbours of the
    first one too. `near`: the forms of the words there. `everywhere`: the claim's forms that stand anywhere in the
    document. `agreed`: the forms of numbers that are, as worded, true of others near: "about 50,000" of "52,400".
    `hits`: sentences to the claim's forms in them. `verbatim`: it is a sentence of the document, word for word, and no
    question.
    """

    text: str
    terms: Sequence[Term]
    words: Sequence[str]
    selected: tuple[int, ...]
    places_near: frozenset[int]
    near: frozenset[str]
    everywhere: frozenset[str]
    agreed: frozenset[str]
    hits: dict[int, set[str]]
    verbatim: bool

    @cached_property
    def meanings(self) -> TextSenses:
        """What the words near can mean."""
        return collect_senses(self.near)

    @cached_property
    def weight(self) -> float:
        """What the claim's terms weigh together."""
        return sum(term.weight for term in self.terms)

    def coverage(self, forms: Collection[str]) -> float:
        """The share of the claim's weight that these forms cover, 0 to 1."""
        return sum(term.weight for term in self.terms if term.form in forms) / (
            self.weight or 1.0
        )

    @property
    def contributing(self) -> tuple[int, ...]:
        """Of the picked sentences the first, and those that add a part of the claim to it."""
        covered: set[str] = set()
        found: list[int] = []
        for place in self.selected:
            gained = self.coverage(self.hits[place] - covered)
            if not found or gained >= _MIN_COVERAGE_GAIN:
                found.append(place)
            covered |= self.hits[place]
        return tuple(found)

    @property
    def best_coverage(self) -> float:
        """The share that the first of the picked sentences covers."""
        return (
            self.coverage(self.hits.get(self.selected[0], ())) if self.selected else 0.0
        )


def _pick_sentences(hits: dict[int, set[str]], weights: dict[str, float]) -> list[int]:
    """Pick the heaviest sentence, then those that add most to the picked ones."""
    # `fsum`: a sum over a set must not depend on the order in which the set is gone through
    total = {
        place: fsum([weights[form] for form in forms]) for place, forms in hits.items()
    }
    order = sorted(total, key=lambda place: (-total[place], place))[:_MAX_CANDIDATES]
    picked: list[int] = []
    covered: set[str] = set()
    while order and len(picked) < _MAX_PICKED_SENTENCES:
        best, most = order[0], -1.0
        for place in order:
            if total[place] <= most:
                break  # nor can those after it add more
            if (gain := fsum([weights[form] for form in hits[place] - covered])) > most:
                best, most = place, gain
        order.remove(best)
        picked.append(best)
        covered |= hits[best]
    return picked


def align_sentence(
    sentence: str, source: EvidenceDocument, without: Collection[int] = ()
) -> Alignment:
    """Align one claim sentence with a document, ignoring sentences in `without`."""
    terms = extract_terms(sentence)
    weights: dict[str, float] = {}
    for term in terms:
        weights[term.form] = weights.get(term.form, 0.0) + term.weight
    hits = {
        place: forms
        for place, forms in source.match_forms(weights.keys()).items()
        if place not in without
    }
    picked = _pick_sentences(hits, weights)
    beside = (picked[0] - 1, picked[0] + 1) if picked else ()
    places = ({*picked, *beside} & set(range(len(source.sentences)))).difference(
        without
    )
    near = frozenset[str]().union(*map(source.get_forms, places))
    words = extract_words(sentence)
    return Alignment(
        text=sentence,
        terms=terms,
        words=[normalize_word(word) for word in words],
        selected=tuple(picked),
        places_near=frozenset(places),
        near=near,
        everywhere=frozenset[str]().union(*hits.values()),
        agreed=_find_agreeing_numbers(
            sentence,
            terms,
            [source.sentences[place].text for place in sorted(places)],
            near,
        ),
        hits=hits,
        verbatim=any(
            source.get_words(place) == words
            and not source.sentences[place].text.endswith("?")
            for place, forms in hits.items()
            if len(forms) == len(weights)
        ),
    )


def _find_agreeing_numbers(
    sentence: str, terms: Sequence[Term], near: Sequence[str], known: Collection[str]
) -> frozenset[str]:
    if not any(term.is_number and term.form not in known for term in terms):
        return frozenset()
    given = [amount for text in near for amount in find_amounts(text)]
    return frozenset(
        normalize_word(word)
        for amount in find_amounts(sentence)
        if any(
            is_consistent_amount(amount, other) and has_compatible_unit(amount, other)
            for other in given
        )
        for word in extract_words(amount.quantity.text)
        if normalize_word(word)[0].isdigit()
    )
