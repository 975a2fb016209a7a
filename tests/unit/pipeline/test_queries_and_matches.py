"""What a model is asked about evidence, and what becomes of its answer (scripted)."""

from claimcheck import Settings
from claimcheck.models.claim import Statement
from claimcheck.models.known import ClaimMatch, KnownClaim, Relation
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.queries_and_matches import judge_matches, suggest_queries
from tests.support.scripted import ScriptedClient, response

SETTINGS = Settings(engine="llm", model="scripted")
FERRY = Statement.of("The ferry sank in 2019.")
SNOW = Statement.of("Snow fell on Monday.")


def search(number, *queries, contrary="ferry snow denied"):
    return {"number": number, "queries": list(queries), "contrary": contrary}


def test_queries_belong_to_their_claim_and_end_with_the_contrary_one():
    client = ScriptedClient(
        [
            response(
                {
                    "searches": [
                        search(2, "snow monday"),
                        search(1, "ferry sank 2019", "ferry"),
                    ]
                }
            )
        ]
    )
    suggested = drive(suggest_queries([FERRY, SNOW], SETTINGS), client)
    assert suggested.queries == {
        FERRY.id: ("ferry sank 2019", "ferry", "ferry snow denied"),
        SNOW.id: ("snow monday", "ferry snow denied"),
    }
    assert set(suggested.signature.prompts) == {"queries", "repair", "json-only"}
    assert suggested.usage.requests == 1
    assert FERRY.text in client.requests[0].messages[-1].content


def test_a_number_that_the_model_made_up_is_ignored():
    answer = response({"searches": [search(1, "ferry"), search(7, "moon")]})
    # Too many items are a mistake that is asked about once more.
    client = ScriptedClient([answer, answer])
    suggested = drive(suggest_queries([FERRY], SETTINGS), client)
    assert suggested.queries == {FERRY.id: ("ferry", "ferry snow denied")}


def test_queries_about_something_else_are_left_out():
    answer = response({"searches": [search(1, "ferry 2019", contrary="moon landing")]})
    suggested = drive(suggest_queries([FERRY], SETTINGS), ScriptedClient([answer]))
    assert suggested.queries == {FERRY.id: ("ferry 2019",)}


def test_many_claims_are_asked_about_in_groups():
    claims = [Statement.of(f"Ferry {number} sank.") for number in range(12)]
    answers = [
        response({"searches": [search(n, f"ferry {n}") for n in range(1, size + 1)]})
        for size in (10, 2)
    ]
    client = ScriptedClient(answers)
    suggested = drive(suggest_queries(claims, SETTINGS), client)
    assert len(client.requests) == 2
    assert suggested.queries[claims[11].id] == ("ferry 2", "ferry snow denied")


def match(text, score):
    return ClaimMatch(KnownClaim(text), score)


def test_the_same_claim_comes_first():
    found = [match("A ferry sank in 1919.", 0.9), match("2019: ferry sinks", 0.5)]
    relations = [
        {"number": 1, "relation": "related"},
        {"number": 2, "relation": "same"},
    ]
    client = ScriptedClient([response({"relations": relations})])
    judged = drive(judge_matches([SNOW, FERRY], [[], found], SETTINGS), client)
    nothing, ferry = judged.matches
    assert nothing == ()
    assert [(item.known.text, item.relation) for item in ferry] == [
        ("2019: ferry sinks", Relation.SAME),
        ("A ferry sank in 1919.", Relation.RELATED),
    ]
    assert len(client.requests) == 1


def test_without_a_usable_answer_the_order_stays_and_the_reason_is_given():
    client = ScriptedClient([response("no"), response("no")])
    found = [match("A ferry sank.", 0.9), match("A ferry burned.", 0.5)]
    judged = drive(judge_matches([FERRY], [found], SETTINGS), client)
    assert list(judged.matches[0]) == found
    assert judged.problems[0].startswith("The ferry sank in 2019.: ")
