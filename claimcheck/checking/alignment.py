"""Which sentences of a document a claim's sentence rests on, and how much of it they cover."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from claimcheck.checking.source import Source
from claimcheck.checking.terms import Term, form_of, terms_of, words_in

_PICKED = 3  # sentences together: a claim is often put together from two, seldom from more
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Alignment:
    """A claim's sentence beside a document.

    `picked`: the sentence that covers most of it, then those that add most. `near`: the forms of these and of the
    sentences beside the first. `everywhere`: the claim's forms that stand anywhere in the document.
    """

    text: str
    terms: Sequence[Term]
    words: Sequence[str]
    picked: tuple[int, ...]
    near: frozenset[str]
    everywhere: frozenset[str]
    hits: dict[int, set[str]]

    def coverage(self, forms: Collection[str]) -> float:
        """The share of the claim's weight that these forms cover, 0 to 1."""
        total = sum(term.weight for term in self.terms) or 1.0
        return sum(term.weight for term in self.terms if term.form in forms) / total

    @property
    def best_coverage(self) -> float:
        """The share that the first of the picked sentences covers."""
        return self.coverage(self.hits.get(self.picked[0], ())) if self.picked else 0.0


def align(sentence: str, source: Source, without: Collection[int] = ()) -> Alignment:
    """The alignment of one sentence of a claim; the sentences `without` are passed over."""
    terms = terms_of(sentence)
    weights: dict[str, float] = {}
    for term in terms:
        weights[term.form] = weights.get(term.form, 0.0) + term.weight
    hits: dict[int, set[str]] = {}
    for form in weights:
        for place in source.places_with(form):
            if place not in without:
                hits.setdefault(place, set()).add(form)
    order = sorted(hits, key=lambda place: (-sum(weights[form] for form in hits[place]), place))
    picked: list[int] = []
    covered: set[str] = set()
    for _ in range(min(_PICKED, len(order))):
        found = max(
            (place for place in order[:_LOOKED_AT] if place not in picked),
            key=lambda place: sum(weights[form] for form in hits[place] - covered),
        )
        picked.append(found)
        covered |= hits[found]
    beside = [place for place in (picked[0] - 1, picked[0] + 1)] if picked else []
    near = set[str]().union(
        *(source.forms(place) for place in picked),
        *(
            source.forms(place)
            for place in beside
            if 0 <= place < len(source.sentences) and place not in without
        ),
    )
    return Alignment(
        text=sentence,
        terms=terms,
        words=[form_of(word) for word in words_in(sentence)],
        picked=tuple(picked),
        near=frozenset(near),
        everywhere=frozenset(set().union(*hits.values())),
        hits=hits,
    )
