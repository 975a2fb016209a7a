"""Names of the claim that the document does not mention in any form."""

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

# A name no further in is the subject of the sentence.
_MAX_SUBJECT_START = len("The ")
# A shorter text may be about somebody whom only a title or a page around it names.
# Chosen by hand.
_FRAGMENT_CHARACTERS = 600
_PRONOUN = re.compile(
    r"""
    \b(?:
        he|she|they|it|him|her|them|his|hers|its|theirs?|who|whose|this|these
        |I|my|we|our
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAX_ACRONYM_LETTERS = 6
# The text between the initials of "World Health Organization". Every repetition is
# bounded: otherwise a text of one endless word takes quadratic time.
_BETWEEN_INITIALS = r"[\w'’-]{0,40}\s{1,9}(?:(?:of|for|and|the|on|in)\s{1,9}){0,2}"


def find_missing_details(pair: SentencePair) -> list[Difference]:
    """Return the claim's names that the document does not mention."""
    document = pair.document.document
    is_fragment = len(document.full_text) < _FRAGMENT_CHARACTERS
    has_pronoun = _PRONOUN.search(pair.nearby_text) is not None
    if is_fragment and has_pronoun:
        return []
    # The evidence may leave out whom it is about, or say "she".
    may_lack_subject = is_fragment or has_pronoun
    title_forms = {normalize_word(word) for word in extract_words(document.title or "")}
    differences = []
    for name in find_proper_names(pair.claim):
        if may_lack_subject and pair.claim.find(name) <= _MAX_SUBJECT_START:
            continue
        if _is_mentioned(_list_forms(name), pair, title_forms):
            continue
        if not _has_abbreviation(name, document.full_text):
            differences.append(Difference("name", name, None))
    return differences


def _list_forms(name: str) -> list[str]:
    words = extract_words(name)
    return [normalize_word(word) for word in words if word not in FUNCTION_WORDS]


def _is_mentioned(
    forms: Sequence[str], pair: SentencePair, title_forms: AbstractSet[str]
) -> bool:
    """Return whether the evidence mentions a word of a name or a synonym."""
    alignment = pair.alignment
    for form in forms:
        if form in alignment.document_forms or form in alignment.nearby_forms:
            return True
        if form in title_forms:
            return True
        relation = look_up_senses(form).find_relation(alignment.nearby_senses)
        if relation in ENTAILING_RELATIONS:
            return True
    return False


def _has_abbreviation(name: str, text: str) -> bool:
    """Return whether the text has a name's initials, or what they mean."""
    letters = "US" if name in US_ABBREVIATIONS else name.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= _MAX_ACRONYM_LETTERS:
        pattern = r"\b" + _BETWEEN_INITIALS.join(map(re.escape, letters))
        return re.search(pattern, text) is not None
    # The other way round: "World Health Organization" is in a text as "WHO".
    initials = [word[0] for word in name.split() if word[0].isupper()]
    if len(initials) < 2:
        return False
    pattern = r"\b" + r"\.?".join(map(re.escape, initials)) + r"\b"
    return re.search(pattern, text) is not None
