"""What a verdict shows: located passages and the reason in plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from claimcheck.models.span import format_quote
from claimcheck.models.verdict import Difference, Evidence, Stance
from claimcheck.verification.amounts import (
    WORDING_WORDS,
    find_agreeing_forms,
    find_amounts,
)
from claimcheck.verification.compare import Comparison
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.language import Language
from claimcheck.verification.lexical import LexicalScorer
from claimcheck.verification.scorer import EntailmentScorer

# Sentences for whoever works with a verdict, not for those who read a published one.
_WORKING_NOTE = re.compile(
    r"""
    \ ?(?:
        Of\ verdicts\ like\ this,\ \d+\ in\ 10\ were\ right\ on\ unseen\ data
        | The\ verifier's\ probability\ of\ support\ is\ [\d.]+;\ [\d.]+\ is\ needed
        | Read\ (?:it|them|the\ closest\ passage)
    )\.
    """,
    re.VERBOSE,
)
_MAX_LISTED_DIFFERENCES = 3
_MAX_LISTED_WORDS = 5


def build_evidence(
    evidence: EvidenceDocument, indexes: Sequence[int], stance: Stance
) -> tuple[Evidence, ...]:
    """Return document sentences as evidence; skip those without a location."""
    passages = []
    for index in indexes:
        spans = evidence.get_excerpts(index)
        if spans:
            text = format_quote(spans)
            passages.append(Evidence(evidence.document.id, spans, text, stance))
    return tuple(passages)


def remove_working_notes(rationale: str) -> str:
    """Return a reason to publish: without scores and "Read it."."""
    return _WORKING_NOTE.sub("", rationale).strip()


def describe_reliability(share: float | None) -> str:
    """Say how often such verdicts were right on unseen data, if measured."""
    if share is None:
        return ""
    return f" Of verdicts like this, {10 * share:.0f} in 10 were right on unseen data."


def describe_language(language: Language) -> str:
    """Say why a claim in this language is neither supported nor refuted."""
    return (
        "Without a verifier for the evidence's language "
        f"({language.code or 'unknown'}), only a sentence of the same speaker "
        "that repeats the claim supports it. None does. Read the closest passage."
    )


def capitalize(differences: Sequence[Difference]) -> str:
    """Describe differences as a sentence of their own."""
    text = describe_differences(differences)
    return text[:1].upper() + text[1:]


def describe_differences(differences: Sequence[Difference]) -> str:
    """Describe differences as the end of a sentence."""
    shown = differences[:_MAX_LISTED_DIFFERENCES]
    return "; ".join(map(_describe_difference, shown)) + "."


def _describe_difference(difference: Difference) -> str:
    claim, evidence = difference.claim, difference.evidence
    match difference.kind:
        case "attribution":
            return f"the evidence gives this only as a statement by {evidence}"
        case "speaker" if evidence is None:
            return f"the evidence does not attribute it to {claim}"
        case "speaker":
            return f"the claim names “{claim}”, the evidence “{evidence}”"
        case _ if evidence is None:
            return f"the closest passage does not contain “{claim}”"
        case _:
            return f"the claim says “{claim}”, the evidence “{evidence}”"


def describe_support(
    comparisons: Sequence[Comparison], scorer: EntailmentScorer
) -> str:
    """Say what supports a claim, and which of its words were not found."""
    # The lexical scorer supports only what is there, if in another notation.
    is_lexical = scorer.name == LexicalScorer.name
    missing = "" if is_lexical else _list_missing_words(comparisons)
    amount = "most" if missing else "all the"
    text = f"One passage contains {amount} words of the claim."
    if any(len(item.match.contributing) > 1 for item in comparisons):
        text = f"Different passages together contain {amount} words of the claim."
    if missing:
        text += f" Not found: {missing}."
    return text


def describe_lack(comparisons: Sequence[Comparison]) -> str:
    """Say what the closest passages lack, and first which values differ."""
    values: list[Difference] = []
    for item in comparisons:
        nearby = item.match.evidence.get_text(item.match.nearby)
        for difference in item.objections:
            is_value = difference.kind in ("number", "date")
            if is_value and (difference.evidence or difference.claim not in nearby):
                values.append(difference)
    other_values = [difference for difference in values if difference.evidence]
    missing = _list_missing_words(comparisons, values)
    sentences = []
    if other_values:
        sentences.append(capitalize(other_values))
    if missing:
        sentences.append(f"The closest passage does not mention: {missing}.")
    if sentences:
        return " ".join(sentences)
    if any(_weigh_missing_words(item, (item.match.best,)) for item in comparisons):
        return "Only several passages together have the words of the claim. Read them."
    return (
        "The closest passage has the words of the claim, but may say something else. "
        "Read it."
    )


def describe_possible_contradiction(differences: Sequence[Difference]) -> str:
    """Name what a sentence has otherwise that it does not assert."""
    stated = capitalize(differences).removesuffix(".")
    return f"{stated}, but may not say so as a fact about the same thing. Read it."


def describe_score(probability: float, scorer: EntailmentScorer) -> str:
    """Say how sure a verifier was; shared words alone show no probability."""
    if scorer.name == LexicalScorer.name:
        return ""
    needed = scorer.calibration.supported_from
    return (
        f" The verifier's probability of support is {probability:.2f}; {needed:.2f} is "
        "needed."
    )


def _list_missing_words(
    comparisons: Sequence[Comparison], values: Sequence[Difference] = ()
) -> str:
    """List what the closest passages lack: values, then the rarest words.

    Words of values that they have otherwise are left out.
    """
    missing: dict[str, float] = {}
    for item in comparisons:
        missing |= _weigh_missing_words(item, item.match.nearby)
    known = " ".join(difference.claim for difference in values).lower()
    unnamed = [word for word in missing if word not in known]
    ranked = sorted(unnamed, key=lambda word: -missing[word])
    absent = [difference.claim for difference in values if not difference.evidence]
    return ", ".join([*absent, *ranked][:_MAX_LISTED_WORDS])


def _weigh_missing_words(
    item: Comparison, indexes: Collection[int]
) -> dict[str, float]:
    """Map each claim word that some sentences lack to its rarity."""
    match = item.match
    language = match.evidence.language
    found = frozenset[str]().union(*(match.evidence.forms[i] for i in indexes))
    wordings: frozenset[str] = frozenset()
    if language.is_english:
        found |= find_agreeing_forms(match.text, match.evidence.get_text(indexes))
        wordings = WORDING_WORDS if find_amounts(match.text) else wordings
    missing: dict[str, float] = {}
    for word in language.split_words(match.text):
        form = language.normalize(word)
        if form in match.weights and form not in found and word not in wordings:
            missing[word] = match.weights[form]
    return missing
