"""Find differences between a quote and a passage that change the meaning.

Wordings that differ in a number, a unit, a date, a name, a negation, a direction, a
qualifier, or a speaker say different things, however similar their letters are. In its
other words, a quote may change form and spelling, use synonyms, omit a few words, and
add function words. Less is allowed in a text without capitals, where names look like
other words, and in languages other than English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, MatchingBlock

from claimcheck.english.lexicon import (
    CRITICAL_WORD_KINDS,
    FORMS_OF_BE,
    FUNCTION_WORDS,
    NEGATION_WORDS,
    are_synonyms,
    stem,
)
from claimcheck.english.normal_forms import Word, parse_words

# Words that mean something else in all capitals ("US") or capitalized ("March").
_ACRONYMS = ("us", "who", "it", "aids")
_NAMES = ("may", "march", "polish", "turkey", "china", "nice", "reading", "bush")
_CASE_TESTS = {
    **dict.fromkeys(_ACRONYMS, str.isupper),
    **dict.fromkeys(_NAMES, str.istitle),
}
# Verbs that only report speech, so one may replace another.
_NEUTRAL_SPEECH_VERBS = frozenset(("say", "state", "tell", "add", "note", "explain"))

# All of these were chosen by hand; benchmarks/grounding.py measures their effect.
_MAX_SAMPLE_WORDS = 20_000
_MIN_FUNCTION_WORD_SHARE = 0.1  # of the words of an English text
_MIN_CAPITALIZED_SHARE = 0.01  # of the words of a text that capitalizes its names
_MAX_DROPPED_WORDS = 1  # content words; more in a passage of more than 25 words
_MAX_DROPPED_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class LanguageSupport:
    """Whether capitals mark names in a text, and whether it is English."""

    has_capitals: bool = True
    is_english: bool = True

    @classmethod
    def detect(cls, words: Sequence[Word]) -> LanguageSupport:
        """Judge a document by its first words."""
        surfaces = [word.surface for word in words[1:_MAX_SAMPLE_WORDS]]
        letters = [surface for surface in surfaces if surface[:1].isalpha()]
        capitalized = function_words = 0
        for word in letters:
            # A word in all capitals is an acronym, or the entire text is in capitals.
            capitalized += word[0].isupper() and not word.isupper()
            function_words += word.lower() in FUNCTION_WORDS
        return cls(
            has_capitals=capitalized >= _MIN_CAPITALIZED_SHARE * len(letters),
            is_english=function_words >= _MIN_FUNCTION_WORD_SHARE * len(letters),
        )


ENGLISH = LanguageSupport()


def find_difference(quote: str, passage: str) -> str | None:
    """Find the first difference in meaning between two English wordings."""
    return compare_words(parse_words(quote), parse_words(passage))


def compare_words(
    quote: Sequence[Word], passage: Sequence[Word], language: LanguageSupport = ENGLISH
) -> str | None:
    """Find the first difference in meaning between two word sequences."""
    blocks = _align(quote, passage)
    if reason := _find_changed_case(quote, passage, blocks):
        return reason
    changes = list(_find_changes(quote, passage, blocks))
    if not changes:
        return None
    dropped_count = 0
    for added, missing in changes:
        if reason := _find_changed_meaning(added, missing, language):
            return reason
        dropped_count += len(_drop_function_words(missing))
    share_limit = int(_MAX_DROPPED_SHARE * len(passage))
    if dropped_count > max(_MAX_DROPPED_WORDS, share_limit):
        return "too many words of the passage are missing in the quote"
    # The lists of harmless words are English; in other languages, any change may
    # matter.
    if not language.is_english:
        return "words differ in a language in which this can't be told to be harmless"
    if not _has_same_negations(quote, passage):
        return "the negation is about another word"
    return None


def _align(quote: Sequence[Word], passage: Sequence[Word]) -> list[MatchingBlock]:
    """Return the runs of equal words, and an empty one at the end of both."""
    edits = Indel.editops(list_forms(quote), list_forms(passage))
    return edits.as_matching_blocks()


def _find_changes(
    quote: Sequence[Word], passage: Sequence[Word], blocks: list[MatchingBlock]
) -> Iterator[tuple[list[Word], list[Word]]]:
    """Yield the unequal words between blocks: the quote's, and the passage's.

    Words with an equivalent on the other side are left out.
    """
    end_left = end_right = 0
    for block in blocks:
        quoted, written = quote[end_left : block.a], passage[end_right : block.b]
        if quoted or written:
            yield _drop_equivalents(quoted, written)
        end_left, end_right = block.a + block.size, block.b + block.size


def _drop_equivalents(
    quoted: Sequence[Word], written: Sequence[Word]
) -> tuple[list[Word], list[Word]]:
    """Return the words that have no equivalent on the other side."""
    added: list[Word] = []
    missing = list(written)
    for word in quoted:
        equivalents = (other for other in missing if _is_same_word(word, other))
        equivalent = next(equivalents, None)
        if equivalent is None:
            added.append(word)
        else:
            missing.remove(equivalent)
    return added, missing


def _find_changed_meaning(
    added: Sequence[Word], missing: Sequence[Word], language: LanguageSupport
) -> str | None:
    """Report a word without an equivalent that changes the meaning."""
    for words, side in ((added, "quote"), (missing, "document")):
        for word in words:
            if kind := classify_critical_word(word):
                return f"the {kind} {word.surface!r} only in the {side}"
    added, missing = _drop_function_words(added), _drop_function_words(missing)
    if added:
        instead = f" for {missing[0].surface!r}" if missing else ""
        return f"the word {added[0].surface!r}{instead} only in the quote"
    if missing and not (language.has_capitals and language.is_english):
        name = missing[0].surface
        return f"the word {name!r} only in the document, where it may be a name"
    return None


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
    base = stem(form)
    # "prevents" is as critical as "prevent"; "preventable" is a different word.
    is_inflected = form.endswith(("s", "d", "g")) or base == form
    base_kind = CRITICAL_WORD_KINDS.get(base) if is_inflected else None
    return CRITICAL_WORD_KINDS.get(form, base_kind)


def _is_name(word: Word) -> bool:
    return word.surface[0].isupper() and word.form not in FUNCTION_WORDS


def list_forms(words: Sequence[Word]) -> list[str]:
    """Return the forms by which words are compared."""
    return [word.form for word in words]


def _drop_function_words(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.form not in FUNCTION_WORDS]


def _is_same_word(word: Word, other: Word) -> bool:
    """Whether one word may replace another without a change of meaning."""
    if word.form == other.form:
        return True
    pair = (word, other)
    # Equal numbers and dates have equal forms.
    if any(item.is_number or item.is_date for item in pair):
        return False
    if any(map(_is_name, pair)):
        return _is_same_name(word, other)
    forms = {word.form, other.form}
    if forms <= FORMS_OF_BE:
        return True
    stems = set(map(stem, forms))
    if len(stems) == 1 or stems <= _NEUTRAL_SPEECH_VERBS:
        return True
    # Some of WordNet's synonyms differ in ways that matter here.
    if any(map(_classify_form, forms)):
        return False
    return forms.isdisjoint(FUNCTION_WORDS) and are_synonyms(word.form, other.form)


def _is_same_name(word: Word, other: Word) -> bool:
    """Whether two different names are singular and plural of one."""
    short, long = sorted((word.form, other.form), key=len)
    is_plural = long in (short + "s", short + "es")
    return is_plural and word.surface.isupper() == other.surface.isupper()


def _has_same_negations(quote: Sequence[Word], passage: Sequence[Word]) -> bool:
    """Whether both texts negate the same words, in the same order."""
    left, right = _pair_negations(quote), _pair_negations(passage)
    return len(left) == len(right) and all(map(_is_same_negation, left, right))


def _is_same_negation(left: Sequence[Word], right: Sequence[Word]) -> bool:
    if len(left) != len(right) or left[0].form != right[0].form:
        return False
    return _is_same_word(left[-1], right[-1])


def _pair_negations(words: Sequence[Word]) -> list[list[Word]]:
    """Return each negation with the next content word, the last one first."""
    pairs: list[list[Word]] = []
    following: list[Word] = []
    for word in reversed(words):
        if word.form in NEGATION_WORDS:
            pairs.append([word, *following])
        if word.form not in FUNCTION_WORDS:
            following = [word]
    return pairs


def _find_changed_case(
    quote: Sequence[Word], passage: Sequence[Word], blocks: list[MatchingBlock]
) -> str | None:
    """Report a word that means something else when its capitals change."""
    if _is_single_case(quote) or _is_single_case(passage):
        return None
    for word, other in _pair_equal_words(quote, passage, blocks):
        is_capital = _CASE_TESTS.get(word.form)
        if is_capital is None or is_capital(word.surface) == is_capital(other.surface):
            continue
        # The first word of a text is capitalized, whatever it means.
        is_first = min(word.start, other.start) == 0
        if word.form in _ACRONYMS or not is_first:
            return f"the name {word.surface!r} for {other.surface!r}"
    return None


def _pair_equal_words(
    quote: Sequence[Word], passage: Sequence[Word], blocks: list[MatchingBlock]
) -> Iterator[tuple[Word, Word]]:
    for block in blocks:
        quoted = quote[block.a : block.a + block.size]
        yield from zip(quoted, passage[block.b : block.b + block.size], strict=True)


def _is_single_case(words: Sequence[Word]) -> bool:
    """Whether all words are in lower case or all in capitals."""
    letters = "".join(word.surface for word in words if word.surface.isalpha())
    return letters in (letters.lower(), letters.upper())
