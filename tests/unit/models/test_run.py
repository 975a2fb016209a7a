"""Results survive the round trip through JSON and follow their schemas."""

import json

import pytest

from claimcheck import Check, Run, Settings, check, errors, schemas

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998. The day ferry stops in May."


def test_a_check_survives_the_round_trip_and_follows_its_schema():
    found = check(
        ["The night ferry carries 700 passengers.", "Ann said cats sleep."],
        FERRY,
        settings=SETTINGS,
    )
    assert Check.from_json(found.to_json()) == found
    for text in (True, False):
        assert (
            schemas.find_problems("check", json.loads(found.to_json(text=text))) == ()
        )
    assert [
        document["text"] for document in json.loads(found.to_json())["documents"]
    ] == [FERRY]
    assert [
        document["text"]
        for document in json.loads(found.to_json(text=False))["documents"]
    ] == [None]
    with pytest.raises(errors.InputError, match="schema_version 9;"):
        Check.from_json('{"schema_version": "9"}')


def test_runs_and_claims_can_be_in_a_set(seed_run):
    assert len({seed_run, Run.from_json(seed_run.to_json())}) == 1
    assert len(set(seed_run.claims)) == len(seed_run.claims)
