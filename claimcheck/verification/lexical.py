"""The scorer without a model: does a sentence state the claim in its own words?

It believes nothing else, because whatever compares words alone is easily deceived: one
word more or less, or two exchanged names, turn a sentence around. What a sentence says
in other words gets a low score, by the share of the claim's words that it has. It knows
nothing of contradiction: the checks do that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from math import fsum

from claimcheck.english.dates import WEEKDAYS, find_times
from claimcheck.english.speech import detect_speech
from claimcheck.english.terms import extract_terms, extract_words, normalize_word
from claimcheck.text.sentences import split_paragraph
from claimcheck.verification.amounts import find_amounts, is_confirmed
from claimcheck.verification.scorer import Calibration, Entailment

# Not 1: the same words may be part of another context, such as a denial.
VERBATIM_PROBABILITY = 0.99
SUPPORTED_FROM = 0.75
# Fitted on open rows of WiCE, SummEdits, FM2, and REALSumm's content units
# (benchmarks/fit_support.py): the log-odds that a premise entails a claim, by the share
# of the claim's words that it has, where half of all claims are entailed.
SHARE_WEIGHT, BIAS = 0.78, -0.48
_BELOW_THRESHOLD = 0.01

_TOKEN = re.compile(
    r"""
    [,;:!?()—–]
    | \.(?=\s|$)
    | [^\s,;:!?()—–]+(?:,\d[^\s,;:!?()—–]*)*     # 1,200 is one word
    """,
    re.VERBOSE,
)
_BOUNDARIES = frozenset(",;:!?()—–.")
# What stands between two of these may be left out: "Ann Lee, the mayor, resigned".
_SEGMENT_BOUNDARIES = frozenset(",()—–")
_MAX_BOUNDARIES = 3  # "Ann Lee, 54, the mayor, resigned"
# A claim may name what the sentence calls "his suit".
_DETERMINERS = frozenset("a an the his her its their".split())
_SAME_PREPOSITIONS = {"at": "in", "on": "in"}
_PRONOUNS = frozenset(("he", "she", "it", "they"))
# No "denied that" before one of these reaches what follows it.
_CONTRASTS = frozenset(map(normalize_word, ("but", "while", "whereas")))
_DETAIL_PREPOSITIONS = frozenset(
    map(
        normalize_word,
        "after against as before by during for from in inside into near outside over "
        "since under until with".split(),
    )
)
_DETAIL_OPENERS = _DETAIL_PREPOSITIONS.union(
    map(normalize_word, (*WEEKDAYS, "last", "today", "yesterday"))
)
_CONTENT_OPENERS = frozenset(map(normalize_word, ("that", "said", "says", "saying")))
_MAX_CONTENTS = 10  # bounds the work, as does the next one
_MAX_SEGMENTS = 20
_STATEMENT_OPENERS = _CONTRASTS | {"and"}
_MAX_DETAIL = 4  # words, of "In the first quarter sales rose"
_CONDITIONS = frozenset("if unless whether provided".split())


class LexicalScorer:
    """Estimates entailment from shared words; for English."""

    name = "lexical"
    calibration = Calibration(SUPPORTED_FROM)

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
    if premise.rstrip().endswith("?"):
        return False
    return extract_words(premise) == extract_words(hypothesis)


def repeats(premise: str, hypothesis: str) -> bool:
    """Return whether a sentence of the premise has the claim's words in one run.

    The run starts where a clause does, so that no "half of", "former", or "denied that"
    comes before it, and ends where a clause or a detail of time or place begins.
    """
    wanted = _CONDITIONS.difference(extract_words(hypothesis))
    previous: list[str] = []
    for sentence in split_paragraph(premise, "en"):
        claim, evidence = _replace_agreeing_details(hypothesis, sentence)
        tokens = _read_tokens(evidence)
        is_asserted = not sentence.endswith("?") and wanted.isdisjoint(tokens)
        if is_asserted:
            for part in (tokens, *_split_contents(evidence)):
                if _states(part, _read_tokens(claim), previous):
                    return True
        previous = tokens
    return False


def _states(tokens: list[str], claim: list[str], previous: list[str]) -> bool:
    """Return whether the tokens of a sentence state a claim.

    `previous` are those of the sentence before, whose subject may be "it" in this one.
    """
    words = [token for token in claim if token not in _BOUNDARIES]
    if not words or not tokens:
        return False
    if not frozenset((*tokens, *previous)).issuperset(words):
        return False
    as_written = claim[:-1] if claim[-1] in _BOUNDARIES else claim
    runs = [as_written, words, *_list_rotated(words)]
    if tokens[0] in _PRONOUNS:
        runs += _list_with_pronoun(words, tokens[0], previous)
    return any(
        _has_run(run, shortened)
        for shortened in _list_shortened(tokens)
        for run in runs
    )


def _read_tokens(text: str) -> list[str]:
    """Return the forms of the words, and the punctuation between clauses."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        words = [token] if token in _BOUNDARIES else extract_words(token)
        for word in words:
            if word not in _DETERMINERS:
                tokens.append(_SAME_PREPOSITIONS.get(word) or normalize_word(word))
    return tokens


def _split_contents(sentence: str) -> Iterator[list[str]]:
    """Yield what somebody says, and of "said that A and that B" also "said that B"."""
    speech = detect_speech(sentence)
    if speech is not None and speech.content_start is not None:
        yield _read_tokens(sentence[speech.content_start :])
    tokens = _read_tokens(sentence)
    openers = [i for i, token in enumerate(tokens) if token in _CONTENT_OPENERS]
    for end in openers[1 : _MAX_CONTENTS + 1]:
        if tokens[end - 1 : end + 1] == ["and", "that"]:
            start = openers[0] + (tokens[openers[0]] != "that")
            yield tokens[:start] + tokens[end:]


def _list_rotated(words: list[str]) -> Iterator[list[str]]:
    """Move a detail to the other end: "In May sales rose" and "sales rose in May"."""
    for start, word in enumerate(words):
        if word not in _DETAIL_PREPOSITIONS:
            continue
        if len(words) - start <= _MAX_DETAIL:
            yield words[start:] + words[:start]
        if start == 0:
            for end in range(2, _MAX_DETAIL + 1):
                yield words[end:] + words[:end]


def _list_with_pronoun(
    words: list[str], pronoun: str, previous: Sequence[str]
) -> Iterator[list[str]]:
    """Put a pronoun for the subject, if the sentence before has the same one."""
    for end in range(1, len(words) - 1):
        subject = words[:end]
        if subject in (list(previous[:end]), list(previous[1 : end + 1])):
            yield [pronoun, *words[end:]]


def _list_shortened(tokens: list[str]) -> Iterator[list[str]]:
    """Yield the tokens, and then without one or the other side of an apposition."""
    yield tokens
    places = [i for i, token in enumerate(tokens) if token in _SEGMENT_BOUNDARIES]
    del places[_MAX_SEGMENTS:]
    if places and places[0] <= _MAX_DETAIL and tokens[0] in _DETAIL_PREPOSITIONS:
        yield tokens[: places[0]] + tokens[places[0] + 1 :]  # "In May, sales rose"
    for number, first in enumerate(places):
        for last in places[number + 1 : number + _MAX_BOUNDARIES]:
            yield tokens[:first] + tokens[last + 1 :]
        for last in places[number + 1 : number + 2]:
            yield tokens[:last] + tokens[last + 1 :]


def _has_run(run: Sequence[str], tokens: Sequence[str]) -> bool:
    """Return whether the run is there, and a clause begins and ends with it."""
    # Joined, because texts are searched much faster than lists. No token has a space.
    before, found, after = f" {' '.join(tokens)} ".partition(f" {' '.join(run)} ")
    return bool(found) and _may_follow(after.split()) and _may_precede(before.split())


def _may_follow(tokens: Sequence[str]) -> bool:
    """Return whether a statement may end before these tokens."""
    openers = _BOUNDARIES | _STATEMENT_OPENERS | _DETAIL_OPENERS
    return not tokens or tokens[0] in openers


def _may_precede(tokens: Sequence[str]) -> bool:
    """Return whether a statement may begin after these tokens."""
    clause: list[str] = []
    for token in reversed(tokens):
        if token in _BOUNDARIES or token in _CONTRASTS:
            break
        clause.insert(0, token)
    if not clause:
        return True
    # "In our test ...", "said that ...", and "400 residents", who are residents
    is_detail = clause[0] in _DETAIL_PREPOSITIONS and len(clause) <= _MAX_DETAIL
    return is_detail or (clause[-1][0].isdigit() and clause[-1] != "0")


def _replace_agreeing_details(claim: str, evidence: str) -> tuple[str, str]:
    """Write alike what agrees: "about 50,000" and "some 52,400", "May" and "3 May".

    "300" is not true of "more than 300", so that the evidence keeps its "more than".
    """
    agreeing: list[tuple[str, str]] = []
    times = find_times(evidence, None)
    for time in find_times(claim, None):
        for other in times:
            if time.resolved and str(other.resolved).startswith(time.resolved):
                agreeing.append((_strip_in(time.text), _strip_in(other.text)))
                break
    amounts = find_amounts(evidence)
    for amount in find_amounts(claim):
        for found in amounts:
            if is_confirmed(amount, [found]):
                is_vague = bool(amount.wording) or found.wording == "about"
                written = found.worded if is_vague else found.text
                agreeing.append((amount.worded, written))
                break
    for number, (mine, its) in enumerate(agreeing):
        mark = f" detail{'x' * number} "
        claim = claim.replace(mine, mark, 1)
        evidence = evidence.replace(its, mark, 1)
    return claim, evidence


def _strip_in(time: str) -> str:
    """Return a time without the word that only says that it is one."""
    first, _, rest = time.partition(" ")
    return rest if first.lower() in ("in", "on", "at") else time
