"""One summary of several documents: the run of a document that `Document.join` made."""

import json

import pytest

from claimcheck import Document, Settings, schemas, summarize
from claimcheck.errors import InputError
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.run import Run
from claimcheck.reports.locations import build_line_index, format_claim_location
from tests.support.scripted import ScriptedClient, claim, response

MILL = """Fire destroys paper mill in Lunden

12 May 2031

A fire destroyed the Lunden paper mill on Saturday. The fire killed 12 people, the fire
service said. The mill employed 340 workers.
"""
NEXT_WEEK = """Mill fire: what we know

20 May 2031

The mill employed 340 workers. The fire at the Lunden paper mill killed 14 people,
officials said. The mayor resigned on Saturday.
"""
WITHOUT_MODEL = Settings(engine="extractive")


def join(*texts):
    return Document.join(
        [
            Document.from_text(text, source=f"{name}.txt")
            for name, text in zip("abcdefghij", texts, strict=False)
        ]
    )


def answer_digest(text, number=1):
    return {
        "headline": "A fire",
        "sentences": [{"text": text, "claims": [number]}],
        "key_points": [],
        "positions": [],
        "open_questions": [],
    }


def find(run, beginning):
    (found,) = [item for item in run.claims if item.text.startswith(beginning)]
    return found


def list_disagreements(*texts):
    run = summarize(join(*texts), settings=WITHOUT_MODEL)
    return [
        (item.party, item.position)
        for item in run.summary.positions
        if item.party.endswith(".txt")
    ]


def test_a_claim_that_two_documents_make_is_one_with_both_places():
    document = join(MILL, NEXT_WEEK)
    run = summarize(document, settings=WITHOUT_MODEL)
    employed = find(run, "The mill employed")
    (span,), (other,) = employed.spans, employed.also_at
    assert document.find_part(span.start).source == "a.txt"
    assert document.find_part(other.start).source == "b.txt"
    assert document.text[other.start : other.end] == "The mill employed 340 workers."


def test_each_document_has_its_own_date():
    run = summarize(join(MILL, NEXT_WEEK), settings=WITHOUT_MODEL)
    assert find(run, "A fire destroyed").when.resolved == "2031-05-10"
    assert find(run, "The mayor resigned").when.resolved == "2031-05-17"


def test_a_run_of_several_documents_is_valid_and_survives_a_file():
    run = summarize(join(MILL, NEXT_WEEK, MILL + "!"), settings=WITHOUT_MODEL, check=1)
    assert find_run_inconsistencies(run) == []
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()
    assert Run.from_json(run.to_json()) == run
    assert [part.source for part in run.document.parts] == ["a.txt", "b.txt", "c.txt"]


def test_places_are_those_in_the_file():
    document = join(MILL, NEXT_WEEK)
    run = summarize(document, settings=WITHOUT_MODEL)
    lines = build_line_index(document)
    assert format_claim_location(find(run, "The mayor"), lines) == "b.txt, 6:17"
    employed = format_claim_location(find(run, "The mill employed"), lines)
    assert employed == "a.txt, 6:15; also b.txt, 5:1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The fire killed 12 people.", "The mill fire killed 14 people, police said."),
        ("The council paid 3 million euros.", "The council paid 5 million euros."),
        ("The mayor resigned in May.", "The mayor has not resigned in May."),
        ("Kattegat Line owns 7 ships.", "Kattegat Line owns 9 ships."),
    ],
)
def test_documents_that_disagree_are_positions_with_their_sources(one, other):
    pair = [f"Something else is in this text. {text}" for text in (one, other)]
    assert list_disagreements(*pair) == [("a.txt", one), ("b.txt", other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The fire in Lunden killed 12 people.",
            "The flood in Trier killed 14 people.",
        ),
        ("In May, the fire killed 12 people.", "In June, the fire killed 14 people."),
        ("The mill employed 340 workers.", "The mill employed 340 workers in 2030."),
        ("The mill employed 340 workers.", "The mill sold 500 tons of paper."),
        ("The mayor resigned.", "The mayor did not name the owner of the mill."),
    ],
)
def test_claims_about_something_else_are_no_disagreement(one, other):
    pair = [f"Something else is in this text. {text}" for text in (one, other)]
    assert list_disagreements(*pair) == []


def test_one_document_is_nothing_to_join():
    with pytest.raises(InputError, match="at least two"):
        join(MILL, MILL)


def test_the_limit_is_one_for_all_and_leaves_none_out():
    document = join(MILL, NEXT_WEEK, "Bread costs 3 euros in Ulm. Milk costs 2 euros.")
    settings = Settings(engine="extractive", max_claims=3)
    run = summarize(document, settings=settings)
    sources = {document.find_part(item.spans[0].start).source for item in run.claims}
    assert sources == {"a.txt", "b.txt", "c.txt"}
    assert "over the limit" in {entry.reason for entry in run.ledger}


def test_a_model_reads_each_document_and_then_writes_one_summary():
    fire = "The fire killed 12 people, the fire\nservice said."
    mayor = "The mayor resigned on Saturday."
    digest = answer_digest("The mayor resigned.", 2)
    client = ScriptedClient(
        [
            response({"claims": [claim(fire)]}),
            response({"claims": [claim(mayor)]}),
            response(digest),
        ]
    )
    run = summarize(join(MILL, NEXT_WEEK), settings=Settings(), client=client)
    names = [request.schema_name for request in client.requests]
    assert names == ["claims.answer", "claims.answer", "digest.answer"]
    lines = client.requests[-1].messages[-1].content
    assert "service said. (in a.txt)" in lines
    assert f"{mayor} (in b.txt)" in lines
    assert run.summary.sentences[0].claim_ids == (find(run, "The mayor").id,)
    assert find_run_inconsistencies(run) == []
    assert run.usage.requests == 3


@pytest.mark.parametrize(
    "copied",
    [
        "The fire killed 12 people. (said by Ann Lee) (in a.txt)",
        "The fire killed 12 people (said by Ann Lee) (in a.txt).",
        "The fire killed 12 people. (said by Ann Lee).",
    ],
)
def test_notes_on_sources_that_a_model_copies_are_left_out(copied):
    digest = answer_digest(copied)
    fire = claim(
        "The fire killed 12 people, the fire\nservice said.", speaker="Ann Lee"
    )
    correction = {"corrections": []}
    client = ScriptedClient(
        [
            response({"claims": [fire]}),
            response({"claims": []}),
            response(correction),
            response(digest),
        ]
    )
    run = summarize(join(MILL, NEXT_WEEK), settings=Settings(), client=client)
    (sentence,) = run.summary.sentences
    assert sentence.text == "The fire killed 12 people."
