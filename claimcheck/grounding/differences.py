"""What may not differ between a quote and the passage it is taken for.

Two wordings that differ in a number, a unit, a date, a name, a negation, a direction, a qualifier or a speaker say
different things, however similar their letters are. Of the other words a quote may change the form, the spelling and
the synonym, leave one out, and add none but light ones. Where names can't be told from other words, in a text without
capitals or in a language that the lists do not know, less is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from claimcheck.english.lexicon import FORMS_OF_BE, LIGHT, NEGATION, WEIGHTY, stem, synonyms
from claimcheck.english.words import Word, words_of

# words that are a name with capitals and another word without
_CASE_TELLS = frozenset("us who it aids may march polish turkey china nice reading bush".split())
_LIGHT_SHARE_OF_ENGLISH = 0.1
_CAPITALS_OF_PROSE = 0.01  # of the words of a text; below, its names don't show
_NEUTRAL = frozenset(("say", "state", "tell", "add", "note", "explain"))  # that somebody said it, and no more
_DROPPED_WORDS = 1  # of those that carry something; more with the length of the quote
_DROPPED_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Language:
    """What the guard can tell in a text: names by their capitals, harmless words by the English lists."""

    names_show: bool = True
    words_known: bool = True

    @classmethod
    def of(cls, words: Sequence[Word]) -> Language:
        """The language of a document's words."""
        inside = [word.surface for word in words[1:20_000] if word.surface[:1].isalpha()]
        capitals = sum(surface[0].isupper() and not surface.isupper() for surface in inside)
        light = sum(surface.lower() in LIGHT for surface in inside)
        return cls(
            capitals >= _CAPITALS_OF_PROSE * len(inside), light >= _LIGHT_SHARE_OF_ENGLISH * len(inside)
        )


ENGLISH = Language()


def difference(quote: str, passage: str) -> str | None:
    """The first difference between two English wordings that carries meaning, in words; None when there is none."""
    return compare(words_of(quote), words_of(passage))


def compare(quote: Sequence[Word], passage: Sequence[Word], language: Language = ENGLISH) -> str | None:
    """As `difference`, of words in any language."""
    if reason := _changed_case(quote, passage):
        return reason
    changes = list(_changes(quote, passage))
    if not changes:
        return None
    dropped = 0
    for change in changes:
        left, right = _unmatched(change)
        for words, where in ((left, "quote"), (right, "document")):
            for word in words:
                if kind := weight(word):
                    return f"the {kind} {word.surface!r} only in the {where}"
        if reason := _unlike(left, right, names_show=language.names_show and language.words_known):
            return reason
        dropped += sum(word.form not in LIGHT for word in right)
    if dropped > max(_DROPPED_WORDS, int(_DROPPED_SHARE * len(passage))):
        return "too many words of the passage are missing in the quote"
    if not language.words_known:
        return "words differ in a language in which this can't be told to be harmless"
    return _negation_moved(quote, passage)


@dataclass(frozen=True, slots=True)
class _Change:
    """Words of the quote that stand where other words of the passage stand; either side may be empty."""

    quote: Sequence[Word]
    passage: Sequence[Word]


def _changes(quote: Sequence[Word], passage: Sequence[Word]) -> Iterator[_Change]:
    left, right = [word.form for word in quote], [word.form for word in passage]
    if left == right:
        return
    end_left = end_right = 0
    for block in Indel.editops(left, right).as_matching_blocks():
        gap = _Change(quote[end_left : block.a], passage[end_right : block.b])
        if gap.quote or gap.passage:
            yield gap
        end_left, end_right = block.a + block.size, block.b + block.size


def _unmatched(change: _Change) -> tuple[list[Word], list[Word]]:
    """The words of a change that have no partner of the same form, spelling or meaning on the other side."""
    left, right = list(change.quote), list(change.passage)
    for word in list(left):
        partner = next((other for other in right if _same(word, other)), None)
        if partner is not None:
            left.remove(word)
            right.remove(partner)
    return left, right


def _same(word: Word, other: Word) -> bool:
    if word.is_number or other.is_number or word.is_date or other.is_date:
        return word.form == other.form
    if _is_name(word) or _is_name(other):
        return word.form == other.form or (
            word.surface.isupper() == other.surface.isupper() and _plural(word, other)
        )
    if word.form in FORMS_OF_BE and other.form in FORMS_OF_BE:
        return True
    if stem(word.form) == stem(other.form) or {stem(word.form), stem(other.form)} <= _NEUTRAL:
        return True
    weighty = _kind(word.form) or _kind(other.form)
    return (
        not weighty and word.form not in LIGHT and other.form not in LIGHT and synonyms(word.form, other.form)
    )


def _plural(word: Word, other: Word) -> bool:
    short, long = sorted((word.form, other.form), key=len)
    return long in (short + "s", short + "es")


def weight(word: Word) -> str | None:
    """What a word carries whose change changes the sentence; None for the others."""
    if word.is_number:
        return "number"
    if word.is_date:
        return "date"
    if kind := _kind(word.form):
        return kind
    if word.form in FORMS_OF_BE:
        return "voice"
    return "name" if _is_name(word) else None


def _kind(form: str) -> str | None:
    if form in LIGHT:
        return None
    # "prevents" is as weighty as "prevent", "preventable" is another word
    inflected = form.endswith(("s", "d", "g")) or stem(form) == form
    return WEIGHTY.get(form) or (WEIGHTY.get(stem(form)) if inflected else None)


def _is_name(word: Word) -> bool:
    return word.surface[0].isupper() and word.form not in LIGHT


def _unlike(left: Sequence[Word], right: Sequence[Word], *, names_show: bool) -> str | None:
    """Why words without a partner may not differ; those that carry meaning by themselves were seen before."""
    added = [word for word in left if word.form not in LIGHT]
    missing = [word for word in right if word.form not in LIGHT]
    if added:
        instead = f" for {missing[0].surface!r}" if missing else ""
        return f"the word {added[0].surface!r}{instead} only in the quote"
    if missing and not names_show:
        return f"the word {missing[0].surface!r} only in the document, where it may be a name"
    return None


def _negation_moved(quote: Sequence[Word], passage: Sequence[Word]) -> str | None:
    """Whether a negation that both have denies another word in each."""
    left, right = _denied(quote), _denied(passage)
    alike = len(left) == len(right) and all(
        negation.form == other_negation.form and (word is other or (word and other and _same(word, other)))
        for (negation, word), (other_negation, other) in zip(left, right, strict=False)
    )
    return None if alike else "the negation is about another word"


def _denied(words: Sequence[Word]) -> list[tuple[Word, Word | None]]:
    """Each negation and the word with weight that follows it."""
    return [
        (word, next((other for other in words[index + 1 :] if other.form not in LIGHT), None))
        for index, word in enumerate(words)
        if word.form in NEGATION
    ]


def _changed_case(quote: Sequence[Word], passage: Sequence[Word]) -> str | None:
    """A word that is another word without its capitals, where the rest of both texts has capitals as it should."""
    if any(_one_case(words) for words in (quote, passage)):
        return None
    for word, other in _pairs(quote, passage):
        if word.form not in _CASE_TELLS or word.surface == other.surface:
            continue
        acronym = word.form in ("us", "who", "it", "aids")
        telling: Callable[[str], bool] = str.isupper if acronym else str.istitle
        if telling(word.surface) != telling(other.surface) and (acronym or (word.start and other.start)):
            return f"the name {word.surface!r} for {other.surface!r}"
    return None


def _pairs(quote: Sequence[Word], passage: Sequence[Word]) -> Iterator[tuple[Word, Word]]:
    left, right = [word.form for word in quote], [word.form for word in passage]
    if left == right:
        yield from zip(quote, passage, strict=True)
        return
    for block in Indel.editops(left, right).as_matching_blocks():
        yield from zip(
            quote[block.a : block.a + block.size], passage[block.b : block.b + block.size], strict=True
        )


def _one_case(words: Sequence[Word]) -> bool:
    letters = [word.surface for word in words if word.surface.isalpha()]
    return all(word.islower() for word in letters) or all(word.isupper() for word in letters)
