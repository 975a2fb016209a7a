"""Negation: a word that one side denies and the other does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FORMS_OF_BE, LIGHT
from claimcheck.english.terms import form_of, words_in
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import Pair

_DENYING = frozenset(
    "not no never none nobody nothing neither nor without cannot hardly nowhere unable lack lacks lacked lacking".split()
)
_REFUSING = frozenset(  # before "to": a "decline in sales" denies nothing
    "fail fails failed failing refuse refuses refused refusing decline declines declined declining".split()
)
# "not only", "no doubt" and "no longer than" deny nothing
_NOT_DENYING = frozenset("only just doubt less fewer matter later sooner more than".split())
_LAST = 8  # words from a negation to "since 2002"
_PRESENT = frozenset(("is", "are"))
_SCOPE = 3
_SKIPPED = LIGHT | FORMS_OF_BE | frozenset("any to been yet ever a an the from by about into over".split())


def contradictions(pair: Pair) -> list[Difference]:
    """The words that both have, one of them denied; none where a sentence near denies as the claim does."""
    words, evidence = words_in(pair.claim), pair.source.words(pair.place)
    ours, theirs = denied(words), denied(evidence, now=not _PRESENT.isdisjoint(words))
    if ours and not negations(evidence) and not _denied_near(ours, pair):
        present = pair.source.forms(pair.place)
        for form, word in ours.items():
            if form in present:
                return [Difference("negation", word, _plain(form, pair.evidence))]
    if theirs and not negations(words):
        forms = list(map(form_of, evidence))
        for form, word in theirs.items():
            if form in pair.alignment.words and forms.count(form) == 1:  # it is not said undenied too
                return [Difference("negation", _plain(form, pair.claim), word)]
    return []


def _denied_near(ours: Collection[str], pair: Pair) -> bool:
    """Whether a sentence near denies a word that the claim denies, or denies something and has as much of the claim."""
    if not set(ours).isdisjoint(denied(words_in(pair.around))):
        return True
    hits = pair.alignment.hits
    covered = pair.alignment.coverage(hits.get(pair.place, ()))
    return any(
        negations(pair.source.words(place)) and pair.alignment.coverage(hits[place]) >= covered
        for place in pair.alignment.picked
    )


def denied(words: Sequence[str], *, now: bool = False) -> dict[str, str]:
    """The form of each word that a negation denies, with the words from the negation to it; of what is `now`, see there."""
    found = {}
    for place in negations(words, now=now):
        following = words[place + 1 : place + 1 + 2 * _SCOPE]
        telling = [other for other in following if other not in _SKIPPED and not other[0].isdigit()]
        if telling:
            found[form_of(telling[0])] = " ".join(
                [words[place], *following[: following.index(telling[0]) + 1]]
            )
    return found


def negations(words: Sequence[str], *, now: bool = False) -> list[int]:
    """Where words that deny stand; asked for what is `now`, "used to be" is one of them."""
    found = []
    for place, word in enumerate(words):
        following = words[place + 1 : place + 2]
        refuses = word in _REFUSING and following == ["to"]
        denies = refuses or word in _DENYING or word.endswith("n't")
        denies |= now and words[place : place + 3] == ["used", "to", "be"]
        if denies and _NOT_DENYING.isdisjoint(following) and not _ends_at_a_time(words[place + 1 :]):
            found.append(place)
    return found


def _ends_at_a_time(words: Sequence[str]) -> bool:
    """Whether words after a negation tell of a time at which it was so: what is not done until May is done in May."""
    since = any(
        word == "since" and (after[0].isdigit() or after in MONTHS) for word, after in pairwise(words[:_LAST])
    )
    return since or "until" in words


def _plain(form: str, text: str) -> str:
    return next((word for word in words_in(text) if form_of(word) == form), form)
