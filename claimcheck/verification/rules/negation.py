"""Negation: a word that one side denies and the other does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from claimcheck.english.dates import MONTHS
from claimcheck.english.lexicon import FORMS_OF_BE, FUNCTION_WORDS
from claimcheck.english.terms import extract_words, normalize_word
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

_NEGATORS = frozenset(
    "not no never none nobody nothing neither nor without cannot hardly nowhere unable lack lacks lacked lacking".split()
)
_REFUSAL_VERBS = frozenset(  # before "to": a "decline in sales" denies nothing
    "fail fails failed failing refuse refuses refused refusing decline declines declined declining".split()
)
# "not only", "no doubt" and "no longer than" deny nothing
_NEGATION_CANCELERS = frozenset(
    "only just doubt less fewer matter later sooner more than".split()
)
_MAX_WORDS_TO_SINCE = 8  # words from a negation to "since 2002"
_PRESENT_TENSE = frozenset(("is", "are"))
_SCOPE_WORDS = 3
_SKIPPED_WORDS = (
    FUNCTION_WORDS
    | FORMS_OF_BE
    | frozenset("any to been yet ever a an the from by about into over".split())
)


def find_contradictions(pair: SentencePair) -> list[Difference]:
    """Return a word both sides use that only one of them negates."""
    words, evidence = extract_words(pair.claim), pair.source.get_words(pair.place)
    ours, theirs = (
        find_negated_terms(words),
        find_negated_terms(evidence, now=not _PRESENT_TENSE.isdisjoint(words)),
    )
    if ours and not find_negations(evidence) and not _is_negated_nearby(ours, pair):
        present = pair.source.get_forms(pair.place)
        for form, word in ours.items():
            if form in present:
                return [
                    Difference(
                        "negation", word, _find_written_word(form, pair.evidence)
                    )
                ]
    if theirs and not find_negations(words):
        forms = list(map(normalize_word, evidence))
        for form, word in theirs.items():
            if (
                form in pair.alignment.words and forms.count(form) == 1
            ):  # it is not said undenied too
                return [
                    Difference("negation", _find_written_word(form, pair.claim), word)
                ]
    return []


def _is_negated_nearby(ours: Collection[str], pair: SentencePair) -> bool:
    """Return whether a nearby sentence negates what the claim negates."""
    if not set(ours).isdisjoint(find_negated_terms(extract_words(pair.around))):
        return True
    hits = pair.alignment.hits
    covered = pair.alignment.coverage(hits.get(pair.place, ()))
    return any(
        find_negations(pair.source.get_words(place))
        and pair.alignment.coverage(hits[place]) >= covered
        for place in pair.alignment.selected
    )


def find_negated_terms(words: Sequence[str], *, now: bool = False) -> dict[str, str]:
    """Map each negated term to the phrase that negates it."""
    found = {}
    for place in find_negations(words, now=now):
        following = words[place + 1 : place + 1 + 2 * _SCOPE_WORDS]
        telling = [
            other
            for other in following
            if other not in _SKIPPED_WORDS and not other[0].isdigit()
        ]
        if telling:
            found[normalize_word(telling[0])] = " ".join(
                [words[place], *following[: following.index(telling[0]) + 1]]
            )
    return found


def find_negations(words: Sequence[str], *, now: bool = False) -> list[int]:
    """Return the positions of negations; with `now`, of "used to be" too."""
    found = []
    for place, word in enumerate(words):
        following = words[place + 1 : place + 2]
        refuses = word in _REFUSAL_VERBS and following == ["to"]
        denies = refuses or word in _NEGATORS or word.endswith("n't")
        denies |= now and words[place : place + 3] == ["used", "to", "be"]
        if (
            denies
            and _NEGATION_CANCELERS.isdisjoint(following)
            and not _has_end_time(words[place + 1 :])
        ):
            found.append(place)
    return found


def _has_end_time(words: Sequence[str]) -> bool:
    """Return whether the negated state has an end ("until May", "since 2002")."""
    since = any(
        word == "since" and (after[0].isdigit() or after in MONTHS)
        for word, after in pairwise(words[:_MAX_WORDS_TO_SINCE])
    )
    return since or "until" in words


def _find_written_word(form: str, text: str) -> str:
    return next(
        (word for word in extract_words(text) if normalize_word(word) == form), form
    )
