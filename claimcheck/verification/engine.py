"""Checking without a model: a verdict for each statement, deterministically."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from claimcheck.english.quotations import detect_speech
from claimcheck.english.terms import extract_terms
from claimcheck.models.claim import Statement
from claimcheck.models.verdict import (
    DecidedBy,
    Evidence,
    Finding,
    Label,
    Verdict,
    put_each_stance_first,
)
from claimcheck.verification.evidence import EvidenceDocument
from claimcheck.verification.finding import Hypothesis, assess
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.statements import split_statement

_DECISIVE_LABELS = (Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE)
_MAX_MERGED_PASSAGES = 6  # passages
_SIDE_INTRODUCTIONS = {
    Label.SUPPORTED: "One supports it",
    Label.REFUTED: "One refutes it",
    Label.CONFLICTING_EVIDENCE: "One contradicts itself",
}


def merge_findings(findings: Sequence[Finding]) -> Finding:
    """Merge the findings of several documents; opposing labels mean conflict.

    `findings` is in the order of the documents, the likeliest first, and has at least one.
    """
    deciding = [finding for finding in findings if finding.label in _DECISIVE_LABELS]
    if not deciding:
        return max(
            findings,
            key=lambda finding: (bool(finding.evidence), -(finding.confidence or 0)),
        )
    labels = {finding.label for finding in deciding}
    best = max(deciding, key=lambda finding: finding.confidence or 0)
    if len(labels) == 1:
        return replace(best, evidence=_merge_evidence([best, *deciding]))
    return replace(
        best,
        label=Label.CONFLICTING_EVIDENCE,
        confidence=min(finding.confidence or 0 for finding in deciding),
        rationale=f"The documents disagree. {_describe_each_side(deciding)}",
        evidence=_merge_evidence(deciding),
        differences=tuple(
            dict.fromkeys(
                difference for finding in deciding for difference in finding.differences
            )
        ),
    )


def _describe_each_side(deciding: Sequence[Finding]) -> str:
    """Return the rationale of the first document on each side."""
    first = {finding.label: finding for finding in reversed(deciding)}
    return " ".join(
        f"{said}: {first[label].rationale}"
        for label, said in _SIDE_INTRODUCTIONS.items()
        if label in first
    )


def _merge_evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    every = [item for finding in findings for item in finding.evidence]
    return tuple(dict.fromkeys(put_each_stance_first(every)))[:_MAX_MERGED_PASSAGES]


def find_speaker(statement: Statement) -> str | None:
    """Return the speaker named in the statement's text, else its `speaker` field."""
    for sentence in split_statement(statement.text):
        if speech := detect_speech(sentence):
            return speech.speaker
    return statement.speaker


def strip_attribution(statement: Statement) -> str:
    """Return what the speaker says, without the attribution."""
    return " ".join(
        _strip_sentence_attribution(sentence)
        for sentence in split_statement(statement.text)
    )


def assess_content(content: str, source: EvidenceDocument) -> Finding:
    """Assess whether attributed content is true by what the document itself asserts."""
    sentences = split_statement(content)
    forms = {term.form for sentence in sentences for term in extract_terms(sentence)}
    # nothing else is looked at than what holds a word of it, and what stands beside
    beside = {
        place + step for place in source.match_forms(forms) for step in (-1, 0, 1)
    }
    said = {
        place
        for place in beside.intersection(range(len(source.sentences)))
        if source.find_speech(place)
    }
    return assess(Hypothesis(sentences, [None] * len(sentences), without=said), source)


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


NO_EVIDENCE_FINDING = Finding(
    Label.NOT_ENOUGH_EVIDENCE,
    0.5,
    "Nothing in the documents is about the claim.",
    (),
    (),
    DecidedBy.ALIGNMENT,
)


def verify_statement(
    statement: Statement, library: Corpus, *, strict: bool = False
) -> Verdict:
    """Return the verdict on a statement; `strict` for a summary's own document."""
    sources = library.find_documents(statement.text)
    question = Hypothesis.from_text(statement.text, statement.speaker, strict=strict)
    findings = [assess(question, source) for source in sources]
    return Verdict(
        subject=statement.id,
        text=statement.text,
        speaker=find_speaker(statement),
        finding=merge_findings(findings) if findings else NO_EVIDENCE_FINDING,
        content=verify_content(statement, sources),
        votes=None,
    )


def verify_content(
    statement: Statement, sources: Sequence[EvidenceDocument]
) -> Finding | None:
    """Assess whether what a speaker said is true; None without a speaker."""
    if find_speaker(statement) is None:
        return None
    content = strip_attribution(statement)
    findings = [assess_content(content, source) for source in sources]
    return merge_findings(findings) if findings else NO_EVIDENCE_FINDING
