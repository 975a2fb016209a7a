"""Checking without a model: a verdict for each statement, deterministically."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from claimcheck.english.quotations import speech_in
from claimcheck.english.terms import terms_of
from claimcheck.models.claim import Statement
from claimcheck.models.verdict import DecidedBy, Evidence, Finding, Label, Verdict, each_stance_first
from claimcheck.verification.evidence import Source
from claimcheck.verification.finding import Question, judge
from claimcheck.verification.retrieve import Library
from claimcheck.verification.statements import sentences_of

_DECIDING = (Label.SUPPORTED, Label.REFUTED, Label.CONFLICTING_EVIDENCE)
_SHOWN = 6  # passages
_SAID = {
    Label.SUPPORTED: "One supports it",
    Label.REFUTED: "One refutes it",
    Label.CONFLICTING_EVIDENCE: "One contradicts itself",
}


def merged(findings: Sequence[Finding]) -> Finding:
    """The finding that all the documents come to; where one supports and another refutes, the evidence conflicts.

    `findings` is in the order of the documents, the likeliest first, and has at least one.
    """
    deciding = [finding for finding in findings if finding.label in _DECIDING]
    if not deciding:
        return max(findings, key=lambda finding: (bool(finding.evidence), -(finding.confidence or 0)))
    labels = {finding.label for finding in deciding}
    best = max(deciding, key=lambda finding: finding.confidence or 0)
    if len(labels) == 1:
        return replace(best, evidence=_evidence([best, *deciding]))
    return replace(
        best,
        label=Label.CONFLICTING_EVIDENCE,
        confidence=min(finding.confidence or 0 for finding in deciding),
        rationale=f"The documents disagree. {_each_side(deciding)}",
        evidence=_evidence(deciding),
        differences=tuple(
            dict.fromkeys(difference for finding in deciding for difference in finding.differences)
        ),
    )


def _each_side(deciding: Sequence[Finding]) -> str:
    """What the first document of each side says; which it is, its evidence tells."""
    first = {finding.label: finding for finding in reversed(deciding)}
    return " ".join(f"{said}: {first[label].rationale}" for label, said in _SAID.items() if label in first)


def _evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    every = [item for finding in findings for item in finding.evidence]
    return tuple(dict.fromkeys(each_stance_first(every)))[:_SHOWN]


def speaker_of(statement: Statement) -> str | None:
    """Whose words a statement is given as: as its text has it, or else as it was given."""
    for sentence in sentences_of(statement.text):
        if speech := speech_in(sentence):
            return speech.speaker
    return statement.speaker


def content_of(statement: Statement) -> str:
    """What the speaker is given as saying, without that they say it."""
    return " ".join(_content(sentence) for sentence in sentences_of(statement.text))


def judge_content(content: str, source: Source) -> Finding:
    """Whether what somebody is said to have said is so, by what the document states as a fact."""
    sentences = sentences_of(content)
    forms = {term.form for sentence in sentences for term in terms_of(sentence)}
    # nothing else is looked at than what holds a word of it, and what stands beside
    beside = {place + step for place in source.hits(forms) for step in (-1, 0, 1)}
    said = {place for place in beside.intersection(range(len(source.sentences))) if source.speech(place)}
    return judge(Question(sentences, [None] * len(sentences), without=said), source)


def _content(sentence: str) -> str:
    speech = speech_in(sentence)
    if speech is None:
        return sentence
    if speech.content is None:
        return _quoted(sentence)
    content = sentence[speech.content :].strip(" ,:").removeprefix("that ")
    return content[:1].upper() + content[1:] if content else sentence


def _quoted(sentence: str) -> str:
    """What stands in quotation marks, or before the comma that leads to the verb of saying."""
    for left, right in (('"', '"'), ("“", "”")):
        start = sentence.find(left)
        end = sentence.find(right, start + 1)
        if 0 <= start < end:
            return sentence[start + 1 : end].rstrip(",")
    return sentence.rpartition(",")[0] or sentence


NOTHING = Finding(
    Label.NOT_ENOUGH_EVIDENCE,
    0.5,
    "Nothing in the documents is about the claim.",
    (),
    (),
    DecidedBy.ALIGNMENT,
)


def verdict_on(statement: Statement, library: Library, *, strict: bool = False) -> Verdict:
    """The verdict on a statement; `strict` when it is from a summary of the very document."""
    sources = library.sources(statement.text)
    question = Question.of(statement.text, statement.speaker, strict=strict)
    findings = [judge(question, source) for source in sources]
    return Verdict(
        subject=statement.id,
        text=statement.text,
        speaker=speaker_of(statement),
        finding=merged(findings) if findings else NOTHING,
        content=content_finding(statement, sources),
        votes=None,
    )


def content_finding(statement: Statement, sources: Sequence[Source]) -> Finding | None:
    """Whether what somebody is said to have said is so; None when nobody is."""
    if speaker_of(statement) is None:
        return None
    content = content_of(statement)
    findings = [judge_content(content, source) for source in sources]
    return merged(findings) if findings else NOTHING
