"""Opposites: a word of the claim where the evidence has the word that says the contrary, in the same company."""

from __future__ import annotations

from claimcheck.checking.rules.negation import denied
from claimcheck.checking.rules.pair import Pair
from claimcheck.checking.terms import form_of, words_in
from claimcheck.core.verdict import Difference
from claimcheck.grounding.lexicon import LIGHT, stem
from claimcheck.text.vocabulary import opposites

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
    ours, theirs = words_in(pair.claim), words_in(pair.evidence)
    if bool(denied(ours)) != bool(denied(theirs)):
        return []  # "not able" and "unable": the two may make up for each other
    our_forms, their_forms = [form_of(word) for word in ours], [form_of(word) for word in theirs]
    for place, form in enumerate(our_forms):
        if form in their_forms or form in pair.alignment.near:
            continue
        for other, against in enumerate(their_forms):
            turned = against not in our_forms and opposed(form, against)
            if turned and _company(our_forms, place) & _company(their_forms, other):
                return [Difference("opposite", ours[place], theirs[other])]
    return []


def opposed(form: str, other: str) -> bool:
    """Whether two stems say the opposite of each other."""
    if form in _NO_PAIRS or other in _NO_PAIRS:
        return False
    return other in opposites(form) or any(
        (form in left and other in right) or (form in right and other in left) for left, right in _MORE
    )


def _company(forms: list[str], place: int) -> set[str]:
    """The telling words beside a word."""
    around = forms[max(0, place - _COMPANY) : place] + forms[place + 1 : place + 1 + _COMPANY]
    return {form for form in around if form not in LIGHT}
