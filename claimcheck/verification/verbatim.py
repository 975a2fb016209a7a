"""Sentences that repeat a claim, in any language.

Where rewordings cannot be judged, a claim is supported by its own words only, and
refuted only by its own words with another number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimcheck.english.speech import Speech
from claimcheck.models.verdict import Difference
from claimcheck.text.negation import list_negations
from claimcheck.verification.language import Language
from claimcheck.verification.windows import SentenceMatch

_QUOTATION_MARK = re.compile('["“”„«»「」]')
_QUESTION_MARKS = ("?", "？", "؟")
_MAX_CANDIDATES = 40


def find_repeating_sentence(match: SentenceMatch, speech: Speech | None) -> int | None:
    """Return a sentence that states all words of the claim in their order.

    `speech`: whose words the claim gives, or None if it states them as a fact.
    """
    claim = _split(match.text, match)
    for index in _rank(match):
        sentence = _split(match.evidence.sentences[index].text, match)
        if _asserts(index, match, speech) and _repeats(claim, sentence):
            return index
    return None


def find_other_number(
    match: SentenceMatch, speech: Speech | None
) -> list[tuple[int, Difference]]:
    """Return a sentence with all words of the claim, but one other number."""
    claim = _split(match.text, match)
    for index in _rank(match):
        text = match.evidence.sentences[index].text
        sentence = _split(text, match)
        if len(sentence) != len(claim) or not _asserts(index, match, speech):
            continue
        differing = [
            (left, right)
            for left, right in zip(claim, sentence, strict=True)
            if left != right
        ]
        if len(differing) == 1 and all(word[0].isdigit() for word in differing[0]):
            quote = match.evidence.language.quote_number
            left, right = differing[0]
            difference = Difference(
                "number", quote(left, match.text), quote(right, text)
            )
            return [(index, difference)]
    return []


def compare_details(claim: str, premise: str, language: Language) -> list[Difference]:
    """Return the claim's numbers a premise lacks, and a negation mismatch."""
    claim_words = language.split_words(claim)
    premise_words = language.split_words(premise)
    differences = [
        Difference("number", language.quote_number(word, claim), None)
        for word in claim_words
        if word[0].isdigit() and word not in premise_words
    ]
    negations = list_negations(claim_words, language.code)
    others = list_negations(premise_words, language.code)
    if bool(negations) != bool(others):
        claimed = negations[0] if negations else claim
        differences.append(
            Difference("negation", claimed, others[0] if others else None)
        )
    return differences


def _rank(match: SentenceMatch) -> list[int]:
    coverage = match.coverage
    ranked = sorted(coverage, key=lambda index: (-coverage[index], index))
    return ranked[:_MAX_CANDIDATES]


def _split(text: str, match: SentenceMatch) -> list[str]:
    return match.evidence.language.split_words(text)


def _asserts(index: int, match: SentenceMatch, speech: Speech | None) -> bool:
    """Return whether a sentence states the claim as the same speaker."""
    sentence = match.evidence.sentences[index].text
    if sentence.rstrip().endswith(_QUESTION_MARKS):
        return False
    if is_only_quoted(sentence, match.text):
        return False
    actual = match.evidence.find_speech(index)
    if speech is None or actual is None:
        return speech is actual
    # The claim may name "Lang" whom the transcript calls "Karl Lang".
    split_words = match.evidence.language.split_words
    return not {*split_words(speech.speaker)}.isdisjoint(split_words(actual.speaker))


def is_only_quoted(sentence: str, claim: str) -> bool:
    """Return whether the sentence quotes somebody and the claim does not."""
    return bool(_QUOTATION_MARK.search(sentence)) and not _QUOTATION_MARK.search(claim)


def _repeats(claim: Sequence[str], sentence: Sequence[str]) -> bool:
    """Return whether a sentence adds at most numbers to the claim's words.

    "2019" adds when; any other word may be "former", "partly", or "fewer than".
    """
    rest = iter(sentence)
    for word in claim:
        for other in rest:
            if other == word:
                break
            if not other[0].isdigit():
                return False
        else:
            return False
    return all(other[0].isdigit() for other in rest)
