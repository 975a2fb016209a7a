"""The preparation of a document as evidence."""

from claimcheck import Document
from claimcheck.english.terms import normalize_word
from claimcheck.verification.evidence_document import EvidenceDocument


def test_finds_sentences_by_the_forms_of_their_words_rare_ones_first():
    text = "The ferries sank. Nobody swam to the port. A ferry came to the port."
    document = EvidenceDocument(Document.from_text(text))
    forms = {normalize_word(word) for word in ("swim", "ferry", "balloon")}
    assert document.find_sentences(forms) == [1, 0, 2]
    assert document.find_sentences({"balloon"}) == []
