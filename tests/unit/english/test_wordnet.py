"""Relations between words."""

import pytest

from claimcheck.grounding.lexicon import stem
from claimcheck.text.meaning import Relation, meaning_of, meanings_of


@pytest.mark.parametrize(
    ("claim", "evidence", "relation"),
    [
        ("film", "movies", Relation.SYNONYM),
        ("decision", "decided", Relation.COGNATE),
        ("bird", "pigeon", Relation.GENERAL),
        ("pigeon", "bird", Relation.SPECIFIC),
        ("increase", "decreased", Relation.OPPOSITE),
        ("table", "optimism", Relation.NONE),
        ("british", "britain", Relation.COGNATE),
        ("swedes", "sweden", Relation.COGNATE),
        ("china", "taiwan", Relation.NONE),
        ("chinese", "taiwan", Relation.NONE),
    ],
)
def test_finds_the_relation_between_two_words(claim, evidence, relation):
    assert meaning_of(stem(claim)).relation_to(meanings_of(frozenset({stem(evidence)}))) is relation
