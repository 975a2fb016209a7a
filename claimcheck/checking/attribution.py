"""The two questions about somebody's words: did they say it, and is it so."""

from __future__ import annotations

from claimcheck.checking.judge import Question, judge
from claimcheck.checking.parts import sentences_of
from claimcheck.checking.source import Source
from claimcheck.checking.terms import terms_of
from claimcheck.core.statement import Statement
from claimcheck.core.verdict import Finding
from claimcheck.extractive.speech import speech_in


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
