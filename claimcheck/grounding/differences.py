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

from claimcheck.english.lexicon import (
    CRITICAL_WORD_KINDS,
    FORMS_OF_BE,
    FUNCTION_WORDS,
    NEGATION_WORDS,
    are_synonyms,
    stem,
)
from claimcheck.english.words import Word, parse_words

# words that are a name with capitals and another word without
_CASE_SENSITIVE_WORDS = frozenset(
    "us who it aids may march polish turkey china nice reading bush".split()
)
_MIN_ENGLISH_FUNCTION_WORD_SHARE = 0.1
_MIN_CAPITALIZED_SHARE = 0.01  # of the words of a text; below, its names don't show
_NEUTRAL_SPEECH_VERBS = frozenset(
    ("say", "state", "tell", "add", "note", "explain")
)  # that somebody said it, and no more
_ALLOWED_DROPPED_WORDS = (
    1  # of those that carry something; more with the length of the quote
)
_ALLOWED_DROPPED_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class LanguageSupport:
    """What the guard can tell in a text: names by their capitals, harmless words by the English lists."""

    names_show: bool = True
    words_known: bool = True

    @classmethod
    def of(cls, words: Sequence[Word]) -> LanguageSupport:
        """The language of a document's words."""
        inside = [
            word.surface for word in words[1:20_000] if word.surface[:1].isalpha()
        ]
        capitals = sum(
            surface[0].isupper() and not surface.isupper() for surface in inside
        )
        light = sum(surface.lower() in FUNCTION_WORDS for surface in inside)
        return cls(
            capitals >= _MIN_CAPITALIZED_SHARE * len(inside),
            light >= _MIN_ENGLISH_FUNCTION_WORD_SHARE * len(inside),
        )


ENGLISH = LanguageSupport()


def find_difference(quote: str, passage: str) -> str | None:
    """Find the first difference in meaning between two English wordings."""
    return compare_words(parse_words(quote), parse_words(passage))


def compare_words(
    quote: Sequence[Word], passage: Sequence[Word], language: LanguageSupport = ENGLISH
) -> str | None:
    """Find the first difference in meaning between two word sequences."""
    if reason := _find_changed_case(quote, passage):
        return reason
    changes = list(_find_changes(quote, passage))
    if not changes:
        return None
    dropped = 0
    for change in changes:
        left, right = _find_unmatched_words(change)
        for words, where in ((left, "quote"), (right, "document")):
            for word in words:
                if kind := classify_critical_word(word):
                    return f"the {kind} {word.surface!r} only in the {where}"
        if reason := _explain_unmatched(
            left, right, names_show=language.names_show and language.words_known
        ):
            return reason
        dropped += sum(word.form not in FUNCTION_WORDS for word in right)
    if dropped > max(
        _ALLOWED_DROPPED_WORDS, int(_ALLOWED_DROPPED_SHARE * len(passage))
    ):
        return "too many words of the passage are missing in the quote"
    if not language.words_known:
        return "words differ in a language in which this can't be told to be harmless"
    return _find_moved_negation(quote, passage)


@dataclass(frozen=True, slots=True)
class _Change:
    """Words of the quote that stand where other words of the passage stand; either side may be empty."""

    quote: Sequence[Word]
    passage: Sequence[Word]


def _find_changes(quote: Sequence[Word], passage: Sequence[Word]) -> Iterator[_Change]:
    left, right = [word.form for word in quote], [word.form for word in passage]
    if left == right:
        return
    end_left = end_right = 0
    for block in Indel.editops(left, right).as_matching_blocks():
        gap = _Change(quote[end_left : block.a], passage[end_right : block.b])
        if gap.quote or gap.passage:
            yield gap
        end_left, end_right = block.a + block.size, block.b + block.size


def _find_unmatched_words(change: _Change) -> tuple[list[Word], list[Word]]:
    """Return the words that have no equivalent on the other side."""
    left, right = list(change.quote), list(change.passage)
    for word in list(left):
        partner = next((other for other in right if _is_same_word(word, other)), None)
        if partner is not None:
            left.remove(word)
            right.remove(partner)
    return left, right


def _is_same_word(word: Word, other: Word) -> bool:
    if word.is_number or other.is_number or word.is_date or other.is_date:
        return word.form == other.form
    if _is_name(word) or _is_name(other):
        return word.form == other.form or (
            word.surface.isupper() == other.surface.isupper()
            and _is_plural_pair(word, other)
        )
    if word.form in FORMS_OF_BE and other.form in FORMS_OF_BE:
        return True
    if (
        stem(word.form) == stem(other.form)
        or {stem(word.form), stem(other.form)} <= _NEUTRAL_SPEECH_VERBS
    ):
        return True
    weighty = _classify_form(word.form) or _classify_form(other.form)
    return (
        not weighty
        and word.form not in FUNCTION_WORDS
        and other.form not in FUNCTION_WORDS
        and are_synonyms(word.form, other.form)
    )


def _is_plural_pair(word: Word, other: Word) -> bool:
    short, long = sorted((word.form, other.form), key=len)
    return long in (short + "s", short + "es")


def classify_critical_word(word: Word) -> str | None:
    """Return the kind of a word that must not change, or None."""
    if word.is_number:
        return "number"
    if word.is_date:
        return "date"
    if kind := _classify_form(word.form):
        return kind
    if word.form in FORMS_OF_BE:
        return "voice"
    return "name" if _is_name(word) else None


def _classify_form(form: str) -> str | None:
    if form in FUNCTION_WORDS:
        return None
    # "prevents" is as weighty as "prevent", "preventable" is another word
    inflected = form.endswith(("s", "d", "g")) or stem(form) == form
    return CRITICAL_WORD_KINDS.get(form) or (
        CRITICAL_WORD_KINDS.get(stem(form)) if inflected else None
    )


def _is_name(word: Word) -> bool:
    return word.surface[0].isupper() and word.form not in FUNCTION_WORDS


def _explain_unmatched(
    left: Sequence[Word], right: Sequence[Word], *, names_show: bool
) -> str | None:
    """Explain why words without an equivalent change the meaning, or None."""
    added = [word for word in left if word.form not in FUNCTION_WORDS]
    missing = [word for word in right if word.form not in FUNCTION_WORDS]
    if added:
        instead = f" for {missing[0].surface!r}" if missing else ""
        return f"the word {added[0].surface!r}{instead} only in the quote"
    if missing and not names_show:
        return f"the word {missing[0].surface!r} only in the document, where it may be a name"
    return None


def _find_moved_negation(quote: Sequence[Word], passage: Sequence[Word]) -> str | None:
    """Report a negation that applies to different words in the two texts."""
    left, right = _find_negated_words(quote), _find_negated_words(passage)
    alike = len(left) == len(right) and all(
        negation.form == other_negation.form
        and (word is other or (word and other and _is_same_word(word, other)))
        for (negation, word), (other_negation, other) in zip(left, right, strict=False)
    )
    return None if alike else "the negation is about another word"


def _find_negated_words(words: Sequence[Word]) -> list[tuple[Word, Word | None]]:
    """Pair each negation with the next content word."""
    return [
        (
            word,
            next(
                (
                    other
                    for other in words[index + 1 :]
                    if other.form not in FUNCTION_WORDS
                ),
                None,
            ),
        )
        for index, word in enumerate(words)
        if word.form in NEGATION_WORDS
    ]


def _find_changed_case(quote: Sequence[Word], passage: Sequence[Word]) -> str | None:
    """Report a word that means something else when its capitals change."""
    if any(_is_single_case(words) for words in (quote, passage)):
        return None
    for word, other in _pair_equal_words(quote, passage):
        if word.form not in _CASE_SENSITIVE_WORDS or word.surface == other.surface:
            continue
        acronym = word.form in ("us", "who", "it", "aids")
        telling: Callable[[str], bool] = str.isupper if acronym else str.istitle
        if telling(word.surface) != telling(other.surface) and (
            acronym or (word.start and other.start)
        ):
            return f"the name {word.surface!r} for {other.surface!r}"
    return None


def _pair_equal_words(
    quote: Sequence[Word], passage: Sequence[Word]
) -> Iterator[tuple[Word, Word]]:
    left, right = [word.form for word in quote], [word.form for word in passage]
    if left == right:
        yield from zip(quote, passage, strict=True)
        return
    for block in Indel.editops(left, right).as_matching_blocks():
        yield from zip(
            quote[block.a : block.a + block.size],
            passage[block.b : block.b + block.size],
            strict=True,
        )


def _is_single_case(words: Sequence[Word]) -> bool:
    letters = [word.surface for word in words if word.surface.isalpha()]
    return all(word.islower() for word in letters) or all(
        word.isupper() for word in letters
    )
