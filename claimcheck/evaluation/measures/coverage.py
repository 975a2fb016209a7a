"""Whether extracted claims and the claims that people wrote say the same, by the words that they share.

A claim counts as said when one claim of the other side holds at least 0.7 of its words, weighed by how rare they are,
inflections aside. Limits: other words for the same thing do not count, and a claim that uses the same words to say
something else does; an extracted claim that says several things may cover several.
"""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.checking.terms import form_of, terms_of, words_in

ENOUGH = 0.7


def covered(claims: Sequence[str], by: Sequence[str]) -> list[bool]:
    """Of each claim whether one of the others says it."""
    forms = [{form_of(word) for word in words_in(other)} for other in by]
    return [any(_share(claim, other) >= ENOUGH for other in forms) for claim in claims]


def _share(claim: str, forms: set[str]) -> float:
    terms = terms_of(claim)
    total = sum(term.weight for term in terms) or 1.0
    return sum(term.weight for term in terms if term.form in forms) / total
