"""Earlier fact checks are found by words, spelling, and titles."""

import pytest

from claimcheck.models.known import KnownClaim
from claimcheck.search.known_claims import KnownClaims

KNOWN = [
    KnownClaim("The ferry from Varberg sank in 2019."),
    KnownClaim("A photo shows sharks on a flooded highway.", title="Shark picture"),
    KnownClaim("Drinking bleach cures the flu.", title="No, bleach is not a medicine"),
    KnownClaim("The ferry from Grenå sank in 1986."),
    KnownClaim("The mayor of Varberg owns three ferries."),
]


def match(claim, **options):
    with KnownClaims(KNOWN) as known:
        return known.match(claim, **options)


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("In 2019 the Varberg ferry sank.", 0),
        ("sharks swimming on the flooded highways!! #houston", 1),
        ("Is bleach a medicine?", 2),
        ("The Grena ferry has sunk in 1986", 3),
        ('"ferries" AND (mayor)*', 4),
    ],
)
def test_the_same_claim_in_other_words_is_first(claim, found):
    assert match(claim)[0].known is KNOWN[found]


def test_scores_are_between_0_and_1_and_sorted():
    matches = match("The ferry from Varberg sank in 2019.")
    scores = [item.score for item in matches]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(match("ferry", limit=2)) == 2


def test_no_common_word_is_no_match():
    assert match("Snow fell on Monday.") == []
    assert match("?!") == []
    with KnownClaims([]) as empty:
        assert empty.match("The ferry sank.") == []


def test_a_synonym_counts_half():
    claims = ["The physician bought a car.", "The physician bought a house."]
    with KnownClaims(map(KnownClaim, claims)) as known:
        first, second = known.match("The physician bought an automobile.")
    assert first.known.text == claims[0]
    assert second.score < first.score < 1


def test_what_is_not_in_the_claim_counts_less_than_what_is():
    """A known claim often says more than a post about it."""
    claims = ["The ferry Aurora sank in fog near Varberg.", "Aurora is a name."]
    with KnownClaims(map(KnownClaim, claims)) as known:
        assert known.match("Aurora sank!")[0].known.text == claims[0]
