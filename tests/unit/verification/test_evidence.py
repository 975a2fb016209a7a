"""Evidence documents: sentences found by the forms of their words."""

from claimcheck import Document
from claimcheck.english.terms import normalize_word
from claimcheck.verification.evidence import EvidenceDocument


def test_finds_sentences_by_the_forms_of_their_words():
    evidence = EvidenceDocument(
        Document.from_text(
            "All treaties lapsed. Nobody said why. The treaty was renewed, after all!"
        )
    )
    forms = {normalize_word("treaty"), normalize_word("all")}
    assert evidence.match_forms(forms) == {0: forms, 2: forms}
