"""Names of the claim that the evidence does not mention in any form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names, find_proper_names
from claimcheck.english.terms import US_ABBREVIATIONS, extract_words, normalize_word
from claimcheck.models.verdict import Difference

_MAX_ACRONYM_LETTERS = 6
# The text between the initials of "World Health Organization". Every repetition is
# bounded: otherwise a text of one endless word takes quadratic time.
_BETWEEN_INITIALS = r"[\w'’-]{0,40}\s{1,9}(?:(?:of|for|and|the|on|in)\s{1,9}){0,2}"
_PRONOUNS = frozenset(
    "he she they it him her them his hers its their who whose i my we our".split()
)


def find_unsupported(
    claim: str, premise: str, document_forms: frozenset[str]
) -> list[Difference]:
    """Return the claim's names that the premise does not mention.

    Where it says "she", the claim's subject may be named anywhere in the document.
    """
    words = extract_words(premise)
    forms = frozenset(map(normalize_word, words))
    premise_names = [set(_list_forms(name)) for name in find_names(premise)]
    has_pronoun = not _PRONOUNS.isdisjoint(words)
    differences = []
    for name in find_proper_names(claim):
        name_forms = _list_forms(name)
        is_subject = claim.find(name) <= len("The ")
        if _is_mentioned(name_forms, premise_names, forms):
            continue
        if is_subject and has_pronoun and document_forms.issuperset(name_forms):
            continue
        if not _has_abbreviation(name, premise):
            differences.append(Difference("name", name, None))
    return differences


def _list_forms(name: str) -> list[str]:
    """Return the forms of a name's words, without initials."""
    words = [word for word in extract_words(name) if word not in FUNCTION_WORDS]
    return [normalize_word(word) for word in words if len(word) > 1 or len(words) == 1]


def _is_mentioned(
    name: Sequence[str], premise_names: Sequence[set[str]], forms: frozenset[str]
) -> bool:
    """Return whether a premise has a name, a part of it, or more of it.

    "Lee" and "Ann Lee" are one name; "Bo Lee" and "Ann Lee" are two.
    """
    if forms.issuperset(name):
        return True
    for other in premise_names:
        if other and (other.issubset(name) or other.issuperset(name)):
            return True
    # In a text without capitals, the last name is the best evidence.
    return not premise_names and name[-1:] != [] and name[-1] in forms


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
