"""How English words are related: synonyms, kinds of one another, opposites, words of one root. By WordNet.

The data is packed by `benchmarks/pack_words.py`, which says where it comes from. Meanings are those of stems
(`grounding.lexicon.stem`), so that inflections need no care.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from claimcheck.english.lexicon import WORD_CACHE_SIZE
from claimcheck.resources import read_packed_lines

_MAX_STEPS = 3

Senses = frozenset[int]
_NO_SENSES: Senses = frozenset()


class Relation(StrEnum):
    """How a word of a claim stands to the words of its evidence, the closest first."""

    SYNONYM = "synonym"
    COGNATE = "cognate"
    GENERAL = "more general"
    OPPOSITE = "opposite"
    SPECIFIC = "more specific"
    SIBLING = "sibling"
    NONE = "none"


# the word beside it says the same, or something from which it follows
ENTAILING_RELATIONS = (Relation.SYNONYM, Relation.COGNATE, Relation.GENERAL)


@dataclass(frozen=True, slots=True)
class TextSenses:
    """The stems of a text, and what any of them can mean, as in `Meaning`."""

    forms: frozenset[str]
    senses: Senses


@dataclass(frozen=True, slots=True)
class WordSenses:
    """What a word can mean: numbers of WordNet's senses.

    `above` are the senses that `senses` are a kind of, `below` those that are a kind of these, both up to three steps
    away; `beside` are the senses of a common kind, one step up and one down. Tuples, as in `_Network`.
    """

    form: str
    senses: tuple[int, ...] = ()
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()

    def find_relation(self, around: TextSenses) -> Relation:
        """The closest relation of this word to any of those around."""
        if not around.senses.isdisjoint(self.senses):
            return Relation.SYNONYM
        cognates, of_one_root = _find_cognates(self.form)
        if not around.senses.isdisjoint(cognates) or not around.forms.isdisjoint(
            of_one_root
        ):
            return Relation.COGNATE
        if not around.senses.isdisjoint(self.below):
            return Relation.GENERAL
        opposites, opposed = _find_opposites(self.form)
        if not around.senses.isdisjoint(opposites) or not around.forms.isdisjoint(
            opposed
        ):
            return Relation.OPPOSITE
        if not around.senses.isdisjoint(self.above):
            return Relation.SPECIFIC
        return (
            Relation.NONE if around.senses.isdisjoint(self.beside) else Relation.SIBLING
        )


@lru_cache(maxsize=WORD_CACHE_SIZE)
def look_up_senses(form: str) -> WordSenses:
    """Look up the senses of a stem; empty if WordNet does not contain it."""
    senses = _load_senses_by_form().get(form)
    if senses is None:
        return WordSenses(form)
    up, down = _load_network().kind_of, _load_hyponyms()
    return WordSenses(
        form,
        senses,
        _collect_reachable_senses(senses, up),
        _collect_reachable_senses(senses, down),
        _collect_reachable_senses(_follow_links(senses, up), down, 1),
    )


def collect_senses(forms: frozenset[str]) -> TextSenses:
    """Collect all the senses of a set of stems."""
    senses = _load_senses_by_form()
    return TextSenses(
        forms, _NO_SENSES.union(*[senses.get(form, ()) for form in forms])
    )


def is_related(
    form: str,
    others: frozenset[str],
    relations: Sequence[Relation] = ENTAILING_RELATIONS,
) -> bool:
    """Whether a stem is one of the others or has a given relation to them."""
    return (
        form in others
        or look_up_senses(form).find_relation(collect_senses(others)) in relations
    )


@cache
def get_antonyms(form: str) -> frozenset[str]:
    """Return the antonyms of a stem."""
    return frozenset(_load_antonyms().get(form, ()))


@lru_cache(maxsize=WORD_CACHE_SIZE)
def _find_cognates(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Find the senses and the stems that share a root with a stem."""
    cognates, forms, known = (
        _load_cognates(),
        _load_network().forms,
        _load_senses_by_form(),
    )
    words = set[str]().union(*[forms[sense] for sense in known.get(form, ())])
    others = (
        set[str]().union(*[cognates[word] for word in cognates.keys() & words])
        & known.keys()
    )
    return tuple(_get_paired_senses(cognates, form)), tuple(others)


@lru_cache(maxsize=WORD_CACHE_SIZE)
def _find_opposites(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Find the senses and the stems that are opposed to a stem.

    A word is opposed to its antonyms and, as WordNet has it for adjectives, to those of the words that it is similar to.
    """
    antonyms, forms, known = (
        _load_antonyms(),
        _load_network().forms,
        _load_senses_by_form(),
    )
    senses = known.get(form, ())
    direct = _NO_SENSES.union(
        *[
            _get_paired_senses(antonyms, word)
            for word in antonyms.keys() & _add_similar_forms(form)
        ]
    )
    words = set[str]().union(
        *[forms[sense] for sense in _get_similar_senses(senses).union(senses)]
    )
    others = (
        set[str]().union(*[antonyms[word] for word in antonyms.keys() & words])
        & known.keys()
    )
    return tuple(direct | _get_similar_senses(direct)), tuple(
        others.union(*map(_add_similar_forms, others))
    )


def _add_similar_forms(form: str) -> set[str]:
    """Return the stem and the forms of the senses similar to its own."""
    forms = _load_network().forms
    return {form}.union(
        *[
            forms[sense]
            for sense in _get_similar_senses(_load_senses_by_form().get(form, ()))
        ]
    )


def _get_similar_senses(senses: Iterable[int]) -> Senses:
    return _follow_links(senses, _load_network().similar)


def _get_paired_senses(pairs: dict[str, set[str]], form: str) -> Senses:
    senses = _load_senses_by_form()
    return _NO_SENSES.union(*[senses.get(other, ()) for other in pairs.get(form, ())])


def _collect_reachable_senses(
    senses: Iterable[int], steps: Sequence[tuple[int, ...]], most: int = _MAX_STEPS
) -> tuple[int, ...]:
    """Collect the senses at most `most` steps away."""
    generations = [_follow_links(senses, steps)]
    while len(generations) < most:
        generations.append(_follow_links(generations[-1], steps))
    return tuple(_NO_SENSES.union(*generations))


def _follow_links(senses: Iterable[int], steps: Sequence[tuple[int, ...]]) -> Senses:
    return _NO_SENSES.union(*[steps[sense] for sense in senses])


class _Network(NamedTuple):
    """WordNet's senses: by its number what each one's forms are, and which senses it is a kind of or similar to.

    Tuples, not objects or sets: Python's search for garbage then passes over a hundred thousand of them.
    """

    forms: list[tuple[str, ...]]
    kind_of: list[tuple[int, ...]]
    similar: list[tuple[int, ...]]


@cache
def _load_network() -> _Network:
    found = _Network([], [], [])
    for line in read_packed_lines("senses"):
        forms, kind_of, similar = line.split(";")
        found.forms.append(tuple(forms.split()))
        found.kind_of.append(tuple(map(int, kind_of.split())))
        found.similar.append(tuple(map(int, similar.split())))
    return found


@cache
def _load_hyponyms() -> list[tuple[int, ...]]:
    """Return the hyponyms of each sense, the inverse of `kind_of`."""
    found: list[tuple[int, ...]] = [()] * len(_load_network().kind_of)
    for sense, above in enumerate(_load_network().kind_of):
        for other in above:
            found[other] = (*found[other], sense)
    return found


@cache
def _load_senses_by_form() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, forms in enumerate(_load_network().forms):
        for form in forms:
            found[form] = (*found.get(form, ()), number)
    return found


@cache
def _load_antonyms() -> dict[str, set[str]]:
    return _load_pairs("antonyms")


@cache
def _load_cognates() -> dict[str, set[str]]:
    return _load_pairs("cognates")


def _load_pairs(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in read_packed_lines(name):
        left, right = line.split()
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return found
