"""Relations between words."""

import pytest

from claimcheck.english.lexicon import stem
from claimcheck.english.wordnet import Relation, collect_senses, look_up_senses


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
    assert (
        look_up_senses(stem(claim)).find_relation(
            collect_senses(frozenset({stem(evidence)}))
        )
        is relation
    )
