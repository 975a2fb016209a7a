"""Checking without a model: a verdict for each statement, deterministically."""

from __future__ import annotations

from collections.abc import Sequence

from claimcheck.checking.attribution import content_of, judge_content, speaker_of
from claimcheck.checking.judge import Question, judge
from claimcheck.checking.library import Library
from claimcheck.checking.merge import merged
from claimcheck.checking.source import Source
from claimcheck.core.statement import Statement
from claimcheck.core.verdict import DecidedBy, Finding, Label, Verdict

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
