"""Verdicts on statements without a model, deterministically."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from claimcheck.english.speech import (
    UNKNOWN_SPEAKER,
    detect_speech,
    is_third_person_pronoun,
)
from claimcheck.models.claim import Statement
from claimcheck.models.verdict import (
    Evidence,
    Finding,
    Label,
    Verdict,
    put_each_stance_first,
)
from claimcheck.verification.checks.speakers import ATTRIBUTION
from claimcheck.verification.compare import (
    Hypothesis,
    compare_sentences,
    score_comparisons,
)
from claimcheck.verification.decide import NO_EVIDENCE_FINDING, decide, find_closest
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.scorer import EntailmentScorer
from claimcheck.verification.windows import split_statement, weigh_forms

_DECISIVE_LABELS = (Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE)
_WORD = re.compile(r"\w+")
_MAX_MERGED_PASSAGES = 6  # three for each side of a disagreement
_ONLY_STATEMENTS = (
    "The closest passage only reports somebody's statement, which does not show that "
    "it is true."
)
_SIDE_INTRODUCTIONS = {
    Label.SUPPORTED: "One supports it",
    Label.REFUTED: "One refutes it",
    Label.CONFLICTING_EVIDENCE: "One contradicts itself",
}


def verify_statement(
    statement: Statement,
    corpus: Corpus,
    scorer: EntailmentScorer,
) -> Verdict:
    """Return the verdict on a statement."""
    documents = corpus.find_documents(statement.text)
    hypothesis = Hypothesis.from_text(statement.text, statement.speaker)
    findings = [decide(hypothesis, document, scorer) for document in documents]
    return Verdict(
        subject=statement.id,
        text=statement.text,
        speaker=find_speaker(statement),
        finding=merge_findings(findings, statement.text)
        if findings
        else NO_EVIDENCE_FINDING,
        content=verify_content(statement, documents, scorer),
        votes=None,
    )


def score_statement(
    statement: Statement, corpus: Corpus, scorer: EntailmentScorer
) -> float:
    """Return the scorer's probability, 0 to 1, that the evidence supports it.

    The best document counts. No check objects here: `verify_statement` decides.
    """
    hypothesis = Hypothesis.from_text(statement.text, statement.speaker)
    scores = [0.0]
    for document in corpus.find_documents(statement.text):
        comparisons = compare_sentences(hypothesis, document)
        scores.append(score_comparisons(comparisons, scorer))
    return max(scores)


def verify_content(
    statement: Statement,
    documents: Sequence[EvidenceDocument],
    scorer: EntailmentScorer,
) -> Finding | None:
    """Decide whether what a speaker said is true; None without a speaker."""
    if find_speaker(statement) is None:
        return None
    content = strip_attribution(statement)
    findings = [decide_content(content, document, scorer) for document in documents]
    return merge_findings(findings, content) if findings else NO_EVIDENCE_FINDING


def decide_content(
    content: str, document: EvidenceDocument, scorer: EntailmentScorer
) -> Finding:
    """Decide on attributed content by what the document itself asserts.

    The document's own attributed sentences do not count: that somebody said it again
    does not make it true.
    """
    sentences = split_statement(content)
    # Only the sentences near words of the claim are compared with it, and to resolve
    # the speaker of every sentence would be slow.
    candidates = {
        index + step
        for sentence in sentences
        for index in document.find_sentences(weigh_forms(sentence, document))
        for step in (-1, 0, 1)
    }
    candidates.intersection_update(range(len(document.sentences)))
    attributed = {index for index in candidates if document.find_speech(index)}
    # What is decided is the content itself, so that nobody says it.
    speeches = [None] * len(sentences)
    hypothesis = Hypothesis(sentences, speeches, excluded=attributed)
    finding = decide(hypothesis, document, scorer)
    is_undecided = finding.label is Label.NOT_ENOUGH_EVIDENCE
    if is_undecided and find_closest(sentences, document, attributed):
        return replace(finding, rationale=_ONLY_STATEMENTS)
    return finding


def merge_findings(findings: Sequence[Finding], claim: str) -> Finding:
    """Merge the findings of several documents; opposing labels mean conflict.

    If all are undecided, the passage that shares most words with the claim is shown.

    `findings` has at least one, in the order of the documents, most relevant first.
    """
    decisive = [finding for finding in findings if finding.label in _DECISIVE_LABELS]
    if not decisive:
        return max(findings, key=partial(_rank_undecided, claim))
    decisive = _prefer_own_voice(decisive)
    # Documents that abstain do not weaken those that decide.
    best = max(decisive, key=lambda finding: finding.confidence or 0)
    if len({finding.label for finding in decisive}) == 1:
        return replace(best, evidence=_merge_evidence([best, *decisive]))
    differences = [item for finding in decisive for item in finding.differences]
    return replace(
        best,
        label=Label.CONFLICTING_EVIDENCE,
        confidence=min(finding.confidence or 0 for finding in decisive),
        rationale=f"The documents disagree. {_describe_each_side(decisive)}",
        evidence=_merge_evidence(decisive),
        differences=tuple(dict.fromkeys(differences)),
    )


def _prefer_own_voice(findings: list[Finding]) -> list[Finding]:
    """Drop those that rest on a quoted statement, if another one does not."""
    in_own_voice = [
        finding
        for finding in findings
        if ATTRIBUTION not in {difference.kind for difference in finding.differences}
    ]
    return in_own_voice or findings


def _rank_undecided(claim: str, finding: Finding) -> tuple[bool, int, float]:
    """Rank findings that abstain: evidence, shared words, then the least sure.

    A document in the claim's language shares more words than one in another.
    """
    words = set(_WORD.findall(claim.lower()))
    shared = [
        words.intersection(_WORD.findall(passage.text.lower()))
        for passage in finding.evidence
    ]
    return bool(shared), max(map(len, shared), default=0), -(finding.confidence or 1)


def _describe_each_side(decisive: Sequence[Finding]) -> str:
    """Return the rationale of the first document on each side."""
    # Reversed, because the last value of a key wins.
    first_by_label = {finding.label: finding for finding in reversed(decisive)}
    return " ".join(
        f"{introduction}: {first_by_label[label].rationale}"
        for label, introduction in _SIDE_INTRODUCTIONS.items()
        if label in first_by_label
    )


def _merge_evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    passages = [passage for finding in findings for passage in finding.evidence]
    distinct = tuple(dict.fromkeys(put_each_stance_first(passages)))
    return distinct[:_MAX_MERGED_PASSAGES]


def find_speaker(statement: Statement) -> str | None:
    """Return the speaker whom the text names, or else the `speaker` field."""
    for sentence in split_statement(statement.text):
        speech = detect_speech(sentence)
        if speech and is_third_person_pronoun(speech.speaker):
            return statement.speaker or UNKNOWN_SPEAKER
        if speech:
            return speech.speaker
    return statement.speaker


def strip_attribution(statement: Statement) -> str:
    """Return what the speaker says, without the attribution."""
    sentences = split_statement(statement.text)
    return " ".join(map(_strip_sentence_attribution, sentences))


def _strip_sentence_attribution(sentence: str) -> str:
    speech = detect_speech(sentence)
    if speech is None:
        return sentence
    if speech.content_start is None:
        return _extract_quoted_text(sentence)
    content = sentence[speech.content_start :].strip(" ,:").removeprefix("that ")
    return content[:1].upper() + content[1:] if content else sentence


def _extract_quoted_text(sentence: str) -> str:
    """Return the quoted text, or the text before the last comma."""
    for left, right in (('"', '"'), ("“", "”")):
        start = sentence.find(left)
        end = sentence.find(right, start + 1)
        if 0 <= start < end:
            return sentence[start + 1 : end].rstrip(",")
    return sentence.rpartition(",")[0] or sentence
