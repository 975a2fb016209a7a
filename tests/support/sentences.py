"""Reads the sentences of a file, and their speakers."""

from claimcheck.english.quotations import resolve_speeches
from claimcheck.readers.file import build_document
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def read_sentences(data, name="a.txt", *, language=None):
    """Return (speaker, sentence) for each sentence of a file."""
    data = data.encode() if isinstance(data, str) else data
    document = build_document(data, name, name=name)
    sentences = split_sentences(
        Reading(document.full_text), language or document.language
    )
    speeches = resolve_speeches(sentences)
    return [
        (speech.speaker if speech else None, sentence.text)
        for sentence, speech in zip(sentences, speeches, strict=True)
    ]


def read_texts(data, name="a.txt", *, language=None):
    """Return the sentences of a file."""
    return [text for _, text in read_sentences(data, name, language=language)]
