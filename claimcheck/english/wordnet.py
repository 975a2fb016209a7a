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

from claimcheck.english.lexicon import REMEMBERED
from claimcheck.resources import packed_lines

_GENERATIONS = 3

Senses = frozenset[int]
_NONE: Senses = frozenset()


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
SAME_SENSE = (Relation.SYNONYM, Relation.COGNATE, Relation.GENERAL)


@dataclass(frozen=True, slots=True)
class Meanings:
    """The stems of a text, and what any of them can mean, as in `Meaning`."""

    forms: frozenset[str]
    senses: Senses


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word can mean: numbers of WordNet's senses.

    `above` are the senses that `senses` are a kind of, `below` those that are a kind of these, both up to three steps
    away; `beside` are the senses of a common kind, one step up and one down. Tuples, as in `_Network`.
    """

    form: str
    senses: tuple[int, ...] = ()
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()

    def relation_to(self, around: Meanings) -> Relation:
        """The closest relation of this word to any of those around."""
        if not around.senses.isdisjoint(self.senses):
            return Relation.SYNONYM
        cognates, of_one_root = _of_one_root(self.form)
        if not around.senses.isdisjoint(cognates) or not around.forms.isdisjoint(of_one_root):
            return Relation.COGNATE
        if not around.senses.isdisjoint(self.below):
            return Relation.GENERAL
        opposites, opposed = _against(self.form)
        if not around.senses.isdisjoint(opposites) or not around.forms.isdisjoint(opposed):
            return Relation.OPPOSITE
        if not around.senses.isdisjoint(self.above):
            return Relation.SPECIFIC
        return Relation.NONE if around.senses.isdisjoint(self.beside) else Relation.SIBLING


@lru_cache(maxsize=REMEMBERED)
def meaning_of(form: str) -> Meaning:
    """What a stem can mean; nothing where WordNet lacks it."""
    senses = _senses().get(form)
    if senses is None:
        return Meaning(form)
    up, down = _network().kind_of, _kinds()
    return Meaning(
        form, senses, _reached(senses, up), _reached(senses, down), _reached(_step(senses, up), down, 1)
    )


def meanings_of(forms: frozenset[str]) -> Meanings:
    """What any of the stems can mean."""
    senses = _senses()
    return Meanings(forms, _NONE.union(*[senses.get(form, ()) for form in forms]))


def may_mean(form: str, others: frozenset[str], relations: Sequence[Relation] = SAME_SENSE) -> bool:
    """Whether a stem is one of others, or stands in one of the relations to them."""
    return form in others or meaning_of(form).relation_to(meanings_of(others)) in relations


@cache
def opposites(form: str) -> frozenset[str]:
    """The stems that say the opposite of a stem."""
    return frozenset(_antonyms().get(form, ()))


@lru_cache(maxsize=REMEMBERED)
def _of_one_root(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The senses of the words of the same root as a stem, and the stems of the same root as a word of its senses."""
    cognates, forms, known = _cognates(), _network().forms, _senses()
    words = set[str]().union(*[forms[sense] for sense in known.get(form, ())])
    others = set[str]().union(*[cognates[word] for word in cognates.keys() & words]) & known.keys()
    return tuple(_of(cognates, form)), tuple(others)


@lru_cache(maxsize=REMEMBERED)
def _against(form: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The senses that a stem is opposed to, and the stems that are opposed to one of its senses.

    A word is opposed to its antonyms and, as WordNet has it for adjectives, to those of the words that it is similar to.
    """
    antonyms, forms, known = _antonyms(), _network().forms, _senses()
    senses = known.get(form, ())
    direct = _NONE.union(*[_of(antonyms, word) for word in antonyms.keys() & _akin(form)])
    words = set[str]().union(*[forms[sense] for sense in _similar(senses).union(senses)])
    others = set[str]().union(*[antonyms[word] for word in antonyms.keys() & words]) & known.keys()
    return tuple(direct | _similar(direct)), tuple(others.union(*map(_akin, others)))


def _akin(form: str) -> set[str]:
    """The stem, and those of the senses that its own are similar to."""
    forms = _network().forms
    return {form}.union(*[forms[sense] for sense in _similar(_senses().get(form, ()))])


def _similar(senses: Iterable[int]) -> Senses:
    return _step(senses, _network().similar)


def _of(pairs: dict[str, set[str]], form: str) -> Senses:
    senses = _senses()
    return _NONE.union(*[senses.get(other, ()) for other in pairs.get(form, ())])


def _reached(
    senses: Iterable[int], steps: Sequence[tuple[int, ...]], most: int = _GENERATIONS
) -> tuple[int, ...]:
    """The senses that are up to so many steps away."""
    generations = [_step(senses, steps)]
    while len(generations) < most:
        generations.append(_step(generations[-1], steps))
    return tuple(_NONE.union(*generations))


def _step(senses: Iterable[int], steps: Sequence[tuple[int, ...]]) -> Senses:
    return _NONE.union(*[steps[sense] for sense in senses])


class _Network(NamedTuple):
    """WordNet's senses: by its number what each one's forms are, and which senses it is a kind of or similar to.

    Tuples, not objects or sets: Python's search for garbage then passes over a hundred thousand of them.
    """

    forms: list[tuple[str, ...]]
    kind_of: list[tuple[int, ...]]
    similar: list[tuple[int, ...]]


@cache
def _network() -> _Network:
    found = _Network([], [], [])
    for line in packed_lines("senses"):
        forms, kind_of, similar = line.split(";")
        found.forms.append(tuple(forms.split()))
        found.kind_of.append(tuple(map(int, kind_of.split())))
        found.similar.append(tuple(map(int, similar.split())))
    return found


@cache
def _kinds() -> list[tuple[int, ...]]:
    """The senses that are a kind of each: `kind_of` turned around."""
    found: list[tuple[int, ...]] = [()] * len(_network().kind_of)
    for sense, above in enumerate(_network().kind_of):
        for other in above:
            found[other] = (*found[other], sense)
    return found


@cache
def _senses() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, forms in enumerate(_network().forms):
        for form in forms:
            found[form] = (*found.get(form, ()), number)
    return found


@cache
def _antonyms() -> dict[str, set[str]]:
    return _pairs("antonyms")


@cache
def _cognates() -> dict[str, set[str]]:
    return _pairs("cognates")


def _pairs(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in packed_lines(name):
        left, right = line.split()
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return found
