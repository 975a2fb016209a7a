"""Every text of a model's summary is compared with the document."""

import json

import pytest

from claimcheck import Settings, schemas, summarize
from claimcheck.models.brief import Brief
from claimcheck.models.run import Run
from claimcheck.reports import caveats
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = """Harbor board cuts budget

14 March 2031

The board of Kestrel Harbor cut its budget by 8 percent to 42.5 million dollars on
Thursday. Chair Nora Fielding said the cut would not affect safety. The port handled
310,000 containers in 2030, fewer than in 2029. The union rejected the plan.
"""
SAFETY = "Chair Nora Fielding said the cut would not affect safety."
BUDGET = "The board of Kestrel Harbor cut its budget by 8 percent"


def find_problems(quote=SAFETY, brief=None, **summary):
    fields = {"headline": "Harbor board cuts budget"} | summary
    client = ScriptedClient([response(answer(claim(quote), **fields))] * 2)
    settings = Settings(**({"brief": brief} if brief else {}))
    run = summarize(TEXT, settings=settings, client=client)
    assert Run.from_json(run.to_json()) == run
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()
    return {item.text: item.message for item in run.summary.problems}, run


def link(text):
    return [{"text": text, "claims": [1]}]


RIGHT = link("Nora Fielding said the cut would not affect safety.")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"headline": "Harbor chief arrested for fraud"}, "hardly a word"),
        ({"headline": "Harbor board cuts its budget for Lunde"}, "“Lunde” is not in"),
        ({"headline": "Harbor board cuts budget by 80 percent"}, "“80”"),
        ({"sentences": link("The port handled 510,000 containers.")}, "“510,000”"),
        ({"sentences": link("The cut would affect safety.")}, "“affect”"),
        ({"key_points": link("The board cut the budget in 2027.")}, "“2027”"),
        (
            {"positions": [{"party": "Ann Lunde", "position": "The cut would not"
              " affect safety.", "claims": [1]}]},
            "“Lunde”",
        ),
        ({"open_questions": ["Why did the port handle 410,000 containers?"]}, "“410,0"),
    ],
)  # fmt: skip
def test_what_the_document_does_not_say_is_a_problem(fields, message):
    found, run = find_problems(**({"sentences": RIGHT} | fields))
    assert len(found) == 1
    assert message in next(iter(found.values()))
    assert any(caveats.SUMMARY_DIFFERS in line for line in caveats.list_remarks(run))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"headline": "Kestrel Cuts Harbor Spending, Fielding Says"},
        {"key_points": link("The two sides disagree about the harbor's budget plan.")},
        {"key_points": link("The board cut the budget on 13 March 2031.")},
        {"open_questions": ["What will the union do about the plan?"]},
    ],
)
def test_a_summary_in_other_words_has_no_problem(fields):
    assert find_problems(**({"sentences": RIGHT} | fields))[0] == {}


def test_a_sentence_on_the_opposite_of_its_claim_is_a_problem():
    text = "The board of Kestrel Harbor raised its budget."
    found, _ = find_problems(quote=BUDGET, sentences=link(text))
    assert found == {text: "it says “raised”, the document “cut”"}


def test_a_sentence_that_rests_on_an_invented_quote_is_a_problem():
    text = "The union rejected the plan."
    found, _ = find_problems(quote="The mayor fled to Oslo.", sentences=link(text))
    assert found == {text: "rests only on quotes that are not in the document"}


def test_a_translated_summary_is_not_compared():
    found, _ = find_problems(
        brief=Brief(language="de"), headline="Hafen kürzt Haushalt", sentences=RIGHT
    )
    assert found == {}
