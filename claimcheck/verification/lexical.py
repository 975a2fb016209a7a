"""The scorer without a model: does a sentence state the claim's words?

It believes nothing else, because whatever compares words alone is easily deceived: one
word more or less, or two exchanged names, turn a sentence around. What a sentence says
in other words gets a low score, by the share of the claim's words that it has. It knows
nothing of contradiction: the checks do that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from math import fsum

from claimcheck.english.clauses import split_clauses
from claimcheck.english.speech import detect_speech
from claimcheck.english.terms import extract_terms, extract_words, normalize_word
from claimcheck.english.time_resolution import find_times
from claimcheck.models.claim import When
from claimcheck.text.common_words import get_part_of_speech
from claimcheck.text.sentences import split_paragraph
from claimcheck.verification.amounts import Amount, find_amounts, is_confirmed
from claimcheck.verification.scorer import Calibration, Entailment
from claimcheck.verification.verbatim import is_only_quoted

# Not 1: the same words may be part of another context, such as a denial.
VERBATIM_PROBABILITY = 0.99
SUPPORTED_FROM = 0.75
# Fitted on open rows of WiCE, SummEdits, FM2, and REALSumm's content units
# (benchmarks/fit_support.py): the log-odds that a premise entails a claim, by the share
# of the claim's words that it has, where half of all claims are entailed.
SHARE_WEIGHT, BIAS = 0.78, -0.48
_BELOW_THRESHOLD = 0.01
# Of the 10 sealed claims that it called refuted, 9 were right (docs/evaluation.md). It
# supported only one, which shows nothing.
_REFUTED_RELIABILITY = 0.9

# What may be written in two ways: a minus, "&", "can't", "won't", and "didn't".
_SPELLINGS = (
    (re.compile(r"(?<!\w)[-−](?=[$€£¥]?\d)"), "minus "),
    (re.compile(r"(?<=\s)&(?=\s)"), "and"),
    (re.compile(r"\b(c)an(?:n['’]t|['’]t|not)\b", re.IGNORECASE), r"\1an not"),
    (re.compile(r"\b(w)on['’]t\b", re.IGNORECASE), r"\1ill not"),
    (re.compile(r"n['’]t\b", re.IGNORECASE), " not"),
)
_QUOTATION = re.compile(r"[\"“][^\"“”]*[\"”]")
# A claim may name what the sentence calls "his suit".
_ARTICLES = frozenset(("a", "an", "the"))
_DETERMINERS = _ARTICLES | frozenset(("his", "her", "its", "their"))
_SAME_PREPOSITIONS = {"at": "in", "on": "in"}
_DETAIL_PREPOSITIONS = frozenset(
    map(
        normalize_word,
        "after against as before by during for from in inside into near outside over "
        "since under until with".split(),
    )
)
_MAX_DETAIL = 4  # words, of "In the first quarter sales rose"
_CONDITIONS = frozenset("if unless whether provided".split())


class LexicalScorer:
    """Estimates entailment from shared words; for English."""

    name = "lexical"
    calibration = Calibration(SUPPORTED_FROM, refuted_reliability=_REFUTED_RELIABILITY)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """Return probabilities of entailment; contradiction is always 0."""
        results = []
        for premise, hypothesis in pairs:
            entailed = _estimate(premise, hypothesis)
            results.append(Entailment(entailed, 1 - entailed, 0.0))
        return results


def _estimate(premise: str, hypothesis: str) -> float:
    if repeats(premise, hypothesis):
        return VERBATIM_PROBABILITY
    logit = SHARE_WEIGHT * compute_share(premise, hypothesis) + BIAS
    return min(1 / (1 + math.exp(-logit)), SUPPORTED_FROM - _BELOW_THRESHOLD)


def compute_share(premise: str, hypothesis: str) -> float:
    """Return the share of the claim's words, by rarity, that a premise has."""
    terms = extract_terms(hypothesis)
    present = set(map(normalize_word, extract_words(premise)))
    found = fsum(term.weight for term in terms if term.form in present)
    return found / (fsum(term.weight for term in terms) or 1.0)


def is_stated(premise: str, hypothesis: str) -> bool:
    """Return whether the premise asserts these words and no others."""
    if premise.rstrip().endswith("?") or is_only_quoted(premise, hypothesis):
        return False
    return extract_words(_spell_out(premise)) == extract_words(_spell_out(hypothesis))


def repeats(premise: str, hypothesis: str) -> bool:
    """Return whether a sentence of the premise says only the claim.

    One more word may be "partly", "in mice", or "prosecutors believe". Only another
    statement may be in the same sentence, after a semicolon or "whereas".
    """
    return any(
        _repeats_sentence(sentence, hypothesis)
        for sentence in split_paragraph(premise, "en")
    )


def _repeats_sentence(sentence: str, hypothesis: str) -> bool:
    if sentence.endswith("?") or is_only_quoted(sentence, hypothesis):
        return False
    conditions = _CONDITIONS.difference(extract_words(hypothesis))
    if not conditions.isdisjoint(extract_words(sentence)):
        return False
    claim, evidence = _replace_agreeing_details(
        _spell_out(hypothesis), _spell_out(sentence)
    )
    words = _read_words(claim)
    if not words:
        return False
    orders = [words, *_list_rotated(words)]
    if any(statement in orders for statement in _list_statements(evidence)):
        return True
    statement = _read_speech(claim)
    return statement is not None and statement == _read_speech(evidence)


def _spell_out(text: str) -> str:
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def _read_words(text: str) -> list[str]:
    """Return the forms of all words but determiners."""
    words = [word for word in extract_words(text) if word not in _DETERMINERS]
    return [_SAME_PREPOSITIONS.get(word) or normalize_word(word) for word in words]


def _read_speech(sentence: str) -> tuple[list[str], list[str], list[str]] | None:
    """Return the sorted words of the speaker, the statement, and the rest.

    "Sales rose, Ann Lee said" and "Ann Lee said that sales rose" have the same.
    """
    speech = detect_speech(sentence)
    if speech is None:
        return None
    start = speech.content_start
    quotation = _QUOTATION.search(sentence)
    if start is not None:
        statement, rest = sentence[start:].removeprefix(" that "), sentence[:start]
    elif quotation:
        statement = quotation.group()
        rest = sentence[: quotation.start()] + sentence[quotation.end() :]
    else:
        statement, _, rest = sentence.rpartition(",")
    return (
        _read_words(speech.speaker),
        _read_words(statement),
        sorted(_read_words(rest)),
    )


def _list_statements(sentence: str) -> Iterator[list[str]]:
    """Yield the words of each statement that a sentence makes by itself.

    "A said that B whereas C" makes all of it, "A said that B", "C", and what A said.
    """
    yield _read_words(sentence)
    speech = detect_speech(sentence)
    if speech is not None and speech.content_start is not None:
        yield _read_words(sentence[speech.content_start :])
    for clause in split_clauses(sentence, speech):
        parts = [sentence[start:end] for start, end in clause.ranges]
        yield _read_words(" ".join(parts))
    # In "safe and effective in mice", the mice belong to both. After a comma may come
    # who says so.
    first, _, second = sentence.partition(" and ")
    opener = second.partition(" ")[0]
    if "," not in second and (opener in _ARTICLES or get_part_of_speech(opener) == "v"):
        yield _read_words(first)


def _list_rotated(words: list[str]) -> Iterator[list[str]]:
    """Move a detail to the other end: "In May it rose", "it rose in May"."""
    for start, word in enumerate(words):
        if word not in _DETAIL_PREPOSITIONS:
            continue
        if len(words) - start <= _MAX_DETAIL:
            yield words[start:] + words[:start]
        if start == 0:
            for end in range(2, _MAX_DETAIL + 1):
                yield words[end:] + words[:end]


def _replace_agreeing_details(claim: str, evidence: str) -> tuple[str, str]:
    """Write alike what agrees: "about 50,000" and "some 52,400".

    If the claim names no time, the evidence may say when something was.
    """
    times, claim_times = find_times(evidence, None), find_times(claim, None)
    if not claim_times:
        evidence = _remove_times(evidence, times)
    agreeing = [
        *_pair_agreeing_times(claim_times, times),
        *_pair_agreeing_amounts(find_amounts(claim), find_amounts(evidence)),
    ]
    for number, (mine, its) in enumerate(agreeing):
        mark = f" detail{'x' * number} "
        claim = claim.replace(mine, mark, 1)
        evidence = evidence.replace(its, mark, 1)
    return claim, evidence


def _remove_times(text: str, times: Iterable[When]) -> str:
    """Return a text without the phrases that only say when something was."""
    for time in times:
        bare = re.escape(_strip_in(time.text))
        text = re.sub(rf",?\s+(?:in|on|at)\s+{bare}\b", "", text, count=1)
    return text


def _pair_agreeing_times(
    times: Iterable[When], others: Sequence[When]
) -> Iterator[tuple[str, str]]:
    """Yield each time of a claim with the first one that is as precise."""
    for time in times:
        if not time.resolved:
            continue
        same = [o for o in others if str(o.resolved).startswith(time.resolved)]
        if same:
            yield _strip_in(time.text), _strip_in(same[0].text)


def _pair_agreeing_amounts(
    amounts: Iterable[Amount], others: Sequence[Amount]
) -> Iterator[tuple[str, str]]:
    """Yield each amount of a claim with the first that implies it."""
    for amount in amounts:
        same = [other for other in others if _is_same_amount(amount, other)]
        if same:
            yield amount.worded, same[0].worded


def _is_same_amount(claim: Amount, evidence: Amount) -> bool:
    """Return whether the claim's amount follows from the evidence's.

    "300" does not follow from "about 300" or "at least 300".
    """
    if claim.unit != evidence.unit or not is_confirmed(claim, [evidence]):
        return False
    if evidence.wording is None and claim.wording is not None:
        return True
    is_worded_alike = evidence.wording == claim.wording
    if claim.value == evidence.value or not is_worded_alike:
        return is_worded_alike
    # "About 31,450" is more than "about 31,000" says.
    is_about = claim.wording == "about"
    return is_about and claim.significant_digits <= evidence.significant_digits


def _strip_in(time: str) -> str:
    """Return a time without the word that only says that it is one."""
    first, _, rest = time.partition(" ")
    return rest if first.lower() in ("in", "on", "at") else time
