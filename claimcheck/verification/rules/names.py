"""Names: one that stands nowhere in the document in any form, and that nothing there can mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_proper_names
from claimcheck.english.terms import US_ABBREVIATIONS, extract_words, normalize_word
from claimcheck.english.wordnet import ENTAILING_RELATIONS, look_up_senses
from claimcheck.models.verdict import Difference
from claimcheck.verification.rules.pair import SentencePair

_SUBJECT_START = len("The ")  # where the name of whom a sentence is about begins
_FRAGMENT_CHARS = 600  # characters: so few sentences may lean on a title or a page around them that names whom they are about
_PRONOUN = re.compile(
    r"\b(?:he|she|they|it|him|her|them|his|hers|its|theirs?|who|whose|this|these|I|my|we|our)\b",
    re.I,
)
_MAX_ACRONYM_LETTERS = 6
# bounded: a text of one endless word must not be gone through again from each of its letters
_BETWEEN_INITIALS = r"[\w'’-]{0,40}\s{1,9}(?:(?:of|for|and|the|on|in)\s{1,9}){0,2}"


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return the claim's names that the document does not mention in any form."""
    document = pair.source.document
    fragment = len(document.full_text) < _FRAGMENT_CHARS
    pronoun = _PRONOUN.search(pair.around) is not None
    if fragment and pronoun:
        return []
    title = {normalize_word(word) for word in extract_words(document.title or "")}
    return [
        Difference("name", name, None)
        for name in find_proper_names(pair.claim)
        if not (fragment or pronoun) or pair.claim.find(name) > _SUBJECT_START
        if not _is_mentioned(
            [
                normalize_word(word)
                for word in extract_words(name)
                if word not in FUNCTION_WORDS
            ],
            pair,
            title,
        )
        if not _has_abbreviation(name, document.full_text)
    ]


def _is_mentioned(
    forms: Sequence[str], pair: SentencePair, title: AbstractSet[str]
) -> bool:
    """Return whether the evidence mentions a word of a name or a synonym."""
    alignment = pair.alignment
    return any(
        form in alignment.everywhere
        or form in alignment.near
        or form in title
        or look_up_senses(form).find_relation(alignment.meanings) in ENTAILING_RELATIONS
        for form in forms
    )


def _has_abbreviation(name: str, text: str) -> bool:
    """Return whether the text has a name's initials, or words with such initials."""
    letters = "US" if name in US_ABBREVIATIONS else name.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= _MAX_ACRONYM_LETTERS:
        parts, between, end = list(letters), _BETWEEN_INITIALS, ""
    else:
        parts, between, end = (
            [word[0] for word in name.split() if word[0].isupper()],
            r"\.?",
            r"\b",
        )
    return (
        len(parts) > 1
        and re.search(r"\b" + between.join(map(re.escape, parts)) + end, text)
        is not None
    )
