"""Opposites: a word of the claim where the evidence has the word that says the contrary, in the same company."""

from __future__ import annotations

from functools import cache

from claimcheck.checking.rules.negation import denied
from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, words_in
from claimcheck.core.verdict import Difference
from claimcheck.grounding.lexicon import LIGHT, stem
from claimcheck.text.meaning import opposites

# directions that WordNet does not pair, or not in every form
_MORE = tuple(
    tuple(frozenset(stem(word) for word in side.split()) for side in line.split("|"))
    for line in (
        "rise grow increase gain climb soar surge jump expand raise improve | "
        "fall shrink decrease decline drop plunge slump lower contract cut worsen",
        "up | down",
        "higher more | lower less fewer",
        "win victory | lose loss defeat",
        "before | after",
        "support back approve accept allow favor | oppose reject ban refuse block",
        "above over | below under",
        "buy import | sell export",
        "begin start open | end finish close",
        "first | last",
        "north northern | south southern",
        "east eastern | west western",
        "most | least",
    )
)
_NO_PAIRS = frozenset(stem(word) for word in "ever never go come".split())  # opposites in the dictionary only
_COMPANY = 3  # words to either side


def contradictions(pair: Pair) -> list[Difference]:
    """The first word of the claim that the evidence sentence turns around; none where it has the word itself too."""
    ours, theirs = words_in(pair.claim), pair.source.words(pair.place)
    our_forms, their_forms = [form_of(word) for word in ours], [form_of(word) for word in theirs]
    our_denied, their_denied = denied(ours), denied(theirs)
    there = set(their_forms).difference(our_forms)
    turned = [
        (place, against)
        for place, form in enumerate(our_forms)
        if form not in pair.alignment.near and form not in our_denied
        for against in sorted(opposed_to(form) & there - their_denied.keys())
    ]
    if bool(our_denied) != bool(their_denied):
        return []  # the two may make up for each other
    names = {term.form for term in pair.alignment.terms if term.is_name}
    for place, against in turned:
        other = their_forms.index(against)
        if (_company(our_forms, place) & _company(their_forms, other)) - names:
            return [Difference("opposite", ours[place], theirs[other])]
    return []


@cache
def opposed_to(form: str) -> frozenset[str]:
    """The stems that say the opposite of a stem."""
    if form in _NO_PAIRS:
        return frozenset()
    sides = [other for pair in _MORE for side, other in (pair, pair[::-1]) if form in side]
    return opposites(form).union(*sides) - _NO_PAIRS


def _company(forms: list[str], place: int) -> set[str]:
    """The telling words beside a word."""
    around = forms[max(0, place - _COMPANY) : place] + forms[place + 1 : place + 1 + _COMPANY]
    return {form for form in around if form not in LIGHT}
