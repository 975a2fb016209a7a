"""Evidence documents: sentences by the forms of their words."""

from claimcheck import Document
from claimcheck.checking.source import Source
from claimcheck.checking.terms import form_of


def test_finds_sentences_by_the_forms_of_their_words():
    source = Source(
        Document.from_text("All treaties lapsed. Nobody said why. The treaty was renewed, after all!")
    )
    forms = {form_of("treaty"), form_of("all")}
    assert source.hits(forms) == {0: forms, 2: forms}
