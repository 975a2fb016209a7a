"""Checking without a model: labels, evidence, attribution, many documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimcheck import (
    Check,
    Document,
    Index,
    Label,
    Settings,
    Stance,
    Statement,
    check,
    errors,
    schemas,
    summarize,
)
from claimcheck.reports import verdicts_markdown, verdicts_text
from tests.conftest import SEED

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998. The day ferry stops in May."


def verdicts(claims, against):
    return check(claims, against, settings=SETTINGS).verdicts


def label(claim, against):
    (verdict,) = verdicts([claim], against)
    return verdict.label


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("The night ferry carries 900 passengers.", Label.SUPPORTED),
        ("900 passengers are carried by the night ferry.", Label.SUPPORTED),
        ("The ferry was constructed in Gdansk in 1998.", Label.SUPPORTED),
        ("The night ferry carries 700 passengers.", Label.REFUTED),
        ("The ferry was built in Gdansk in 1989.", Label.REFUTED),
        ("The night ferry does not carry 900 passengers.", Label.REFUTED),
        ("The captain of the night ferry is from Malmö.", Label.NOT_ENOUGH_EVIDENCE),
        ("Cats sleep for sixteen hours a day.", Label.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_a_claim_gets_the_label_that_the_document_gives_it(claim, expected):
    assert label(claim, FERRY) is expected


@pytest.mark.parametrize(
    ("claim", "against", "expected"),
    [
        # another sentence tells of the number or time, this one of the very thing
        (
            "Ann Lee sued in 2019.",
            "The case of Ann Lee began in 2019. Ann Lee sued in March 2020.",
            Label.REFUTED,
        ),
        (
            "The highest flight was at 54 metres.",
            "At noon the birds climbed to 54 metres. The highest flight was at 62 metres.",
            Label.REFUTED,
        ),
        # who it is stands in another sentence than the one that has the name
        (
            "Tom Weyer led the study.",
            "Tom Weyer likes the study. It was slow, said Ann Lee, who led the study.",
            Label.NOT_ENOUGH_EVIDENCE,
        ),
        (
            "Tom Weyer is the drummer.",
            "Tom Weyer sings on it. The drummer, Ines Prado, is quick.",
            Label.NOT_ENOUGH_EVIDENCE,
        ),
        # a number as worded is true of the evidence's
        (
            "Sleep was longer by about 28 minutes.",
            "Sleep was 28.4 minutes longer with the new lenses.",
            Label.SUPPORTED,
        ),
        (
            "The port took almost NOK 4 billion in May.",
            "In May the port took NOK 3.9 billion.",
            Label.SUPPORTED,
        ),
    ],
)
def test_the_sentence_that_tells_of_the_very_thing_decides(claim, against, expected):
    assert label(claim, against) is expected


@pytest.mark.parametrize(
    ("claim", "said", "so"),
    [
        ("Ryabkov said Russia was concerned by U.S. sanctions.", "supported", "not_enough_evidence"),
        (
            "Abrams said Russia was increasingly concerned by U.S. sanctions.",
            "refuted",
            "not_enough_evidence",
        ),
        (
            "Trump said the United States imposed sanctions against Minerven.",
            "not_enough_evidence",
            "supported",
        ),
    ],
)
def test_that_somebody_said_it_and_that_it_is_so_are_two_answers(claim, said, so):
    (verdict,) = verdicts([claim], SEED)
    assert (verdict.finding.label, verdict.content.label) == (said, so)


@pytest.mark.parametrize(
    "claim",
    [
        "TASS quoted Ryabkov as saying the talks were difficult but frank.",
        "Oil exports were declining by about 500,000 barrels a month.",
        "Washington warned Moscow not to intervene militarily in Venezuela.",
        "The talks ended on Wednesday.",
        "The United States did not impose sanctions on Minerven.",
    ],
)
def test_what_weak_models_get_wrong_is_refuted_on_the_seed(claim):
    assert label(claim, SEED) is Label.REFUTED


def test_a_claim_that_only_somebodys_words_carry_says_whose():
    (verdict,) = verdicts(["The talks were positive."], SEED)
    assert ("attribution", "Elliot Abrams") in [(d.kind, d.evidence) for d in verdict.finding.differences]
    assert "Elliot Abrams" in verdict.finding.rationale


def test_a_summary_that_drops_the_speaker_is_not_supported(seed_text):
    from claimcheck.verification.engine import verify_statement
    from claimcheck.verification.retrieve import Corpus

    library = Corpus(Document.from_text(seed_text))
    loose, strict = (
        verify_statement(Statement.of("The talks were positive."), library, strict=strict)
        for strict in (False, True)
    )
    assert (loose.label, strict.label) == (Label.SUPPORTED, Label.NOT_ENOUGH_EVIDENCE)


def test_a_text_that_says_both_conflicts():
    text = "The plant employs 400 people, the company says. In all the plant employs 500 people today."
    (verdict,) = verdicts(["The plant employs 400 people."], text)
    assert verdict.label is Label.CONFLICTING_EVIDENCE
    assert {item.stance for item in verdict.finding.evidence} == {Stance.SUPPORTS, Stance.REFUTES}


def test_documents_that_disagree_conflict_and_both_are_quoted():
    documents = [Document.from_text(f"The plant employs {n} people. It makes glass.") for n in (400, 500)]
    (verdict,) = verdicts(["The plant employs 400 people."], documents)
    assert verdict.label is Label.CONFLICTING_EVIDENCE
    assert {item.document_id for item in verdict.finding.evidence} == {d.id for d in documents}


def test_of_many_documents_that_agree_and_one_that_does_not_the_one_is_quoted_too():
    texts = [f"The plant employs 400 people. It makes glass. Visits are free on day {n}." for n in range(8)]
    found = check(
        ["The plant employs 400 people."],
        [Document.from_text(text) for text in (*texts, "The plant employs 500 people, and makes glass.")],
        settings=SETTINGS,
    )
    finding = found.verdicts[0].finding
    assert finding.label is Label.CONFLICTING_EVIDENCE
    assert {item.stance for item in finding.evidence} == {Stance.SUPPORTS, Stance.REFUTES}
    shown = verdicts_text.render_check(found)
    assert "+ The plant employs 400 people." in shown
    assert "- The plant employs 500 people, and makes glass." in shown
    assert "One supports it" in shown
    assert "One refutes it" in shown


def test_the_right_document_is_found_among_many():
    documents = [
        Document.from_text(f"Town {n} has {n * 100} inhabitants. It lies on a river.") for n in range(2, 60)
    ]
    documents.append(Document.from_text("The lighthouse on Skagen was lit in 1858. It is 46 metres high."))
    (verdict,) = verdicts(["The lighthouse at Skagen is 46 metres high."], documents)
    assert verdict.label is Label.SUPPORTED
    assert {item.document_id for item in verdict.finding.evidence} == {documents[-1].id}


def test_every_claim_gets_one_verdict_in_order_repeated_ones_too():
    claims = [
        "The night ferry carries 900 passengers.",
        "Cats sleep.",
        "The night ferry carries 900 passengers.",
    ]
    found = verdicts(claims, FERRY)
    assert [verdict.text for verdict in found] == claims


def test_claims_of_a_run_keep_their_ids_and_their_document_is_named(seed_run):
    found = check(seed_run, SEED, settings=SETTINGS)
    assert [verdict.subject for verdict in found.verdicts] == [claim.id for claim in seed_run.claims]
    assert found.claimed_in.id == seed_run.document.id


def test_a_summary_and_its_claims_are_checked_with_the_run(seed_text):
    run = summarize(seed_text, settings=SETTINGS, check=True)
    texts = {item.text for item in (*run.summary.sentences, *run.summary.key_points)}
    assert len(run.verdicts) == len(texts) + len(run.claims)
    assert {verdict.label for verdict in run.verdicts} == {Label.SUPPORTED}
    assert run.unchecked == ()


def test_a_check_is_written_and_read_back_and_follows_its_schema():
    import json

    found = check(
        ["The night ferry carries 700 passengers.", "Ann said cats sleep."], FERRY, settings=SETTINGS
    )
    assert Check.from_json(found.to_json()) == found
    for text in (True, False):
        assert schemas.find_problems("check", json.loads(found.to_json(text=text))) == ()
    assert [document["text"] for document in json.loads(found.to_json())["documents"]] == [FERRY]
    assert [document["text"] for document in json.loads(found.to_json(text=False))["documents"]] == [None]
    with pytest.raises(errors.InputError, match="schema_version '9'"):
        Check.from_json('{"schema_version": "9"}')


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=400))
def test_every_quoted_piece_of_evidence_stands_in_its_document(claim, text):
    try:
        found = check([claim], text, settings=SETTINGS)
    except errors.InputError:
        return
    (verdict,) = found.verdicts
    for finding in filter(None, (verdict.finding, verdict.content)):
        for item in finding.evidence:
            assert all(text[span.start : span.end] == span.text for span in item.spans)
            assert item.spans


@pytest.mark.parametrize(
    ("claims", "against", "problem"),
    [
        ([], FERRY, "claims: there are none"),
        (["..."], FERRY, "claim 1: holds no words"),
        (["ok claim", "x" * 50_000], FERRY, "claim 2: has 50,000 characters, a claim has at most 10,000"),
        ("one text", FERRY, "give a list of claims"),
        (["a claim"], [], "there is no evidence"),
        (["a claim"], "", "is empty"),
    ],
)
def test_what_can_not_be_checked_is_said(claims, against, problem):
    with pytest.raises(errors.InputError, match=problem):
        check(claims, against, settings=SETTINGS)


def test_an_empty_index_is_no_evidence(tmp_path):
    with Index(tmp_path / "empty.db") as index, pytest.raises(errors.InputError, match="holds no documents"):
        check(["a claim"], index, settings=SETTINGS)


def test_reports_show_the_label_why_and_where_and_escape_what_documents_say():
    found = check(["The <b>night</b> ferry carries 700 passengers."], FERRY, settings=SETTINGS)
    text = verdicts_text.render_check(found)
    assert "REFUTED" in text
    assert "“700 passengers”" in text
    assert "[text, 1:1]" in text
    assert "\\<b\\>" in verdicts_markdown.render_check(found)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_same_claims_get_the_same_verdicts_in_every_process(seed):
    import os
    import subprocess
    import sys

    code = f"""
from pathlib import Path
from claimcheck import Settings, check, summarize
settings = Settings(engine="extractive")
run = summarize(Path({str(SEED)!r}), settings=settings)
texts = [claim.text.replace("Tuesday", "Friday") for claim in run.claims]
print([verdict for verdict in check(texts, Path({str(SEED)!r}), settings=settings).verdicts])
"""
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            check=True,
        ).stdout
        for number in ("0", seed)
    ]
    assert outputs[0] == outputs[1] != b""


def test_a_long_claim_of_many_sentences_and_a_document_of_one_word_are_checked():
    assert label("A ferry sank. " * 200, "Ferry.") is Label.NOT_ENOUGH_EVIDENCE


TRIAL = """
The harbour master, Erik Sandahl, lost his appeal in February. A court in Malmo had given him a fine of 9,000 crowns in
2019 for letting the Aurora leave with too many passengers. His lawyer, Karin Holm, said the ferry company would pay.

The Aurora sails between Gdansk and Nynashamn, and 1,200 people board it on a summer day. Its captain told the court that
he had counted the tickets himself. A judge will hear the case against the company in autumn. The crew had asked for a
second lifeboat, and the harbour refused to wait for one.
"""


@pytest.mark.parametrize(
    "claim",
    ["Erik Sandahl is a carpenter.", "The Aurora sank in February.", "The captain lost his lifeboat."],
)
def test_a_short_claim_whose_words_stand_apart_or_lack_the_last_is_not_supported(claim):
    assert verdicts([claim], TRIAL)[0].label is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "claim", ["Erik Sandahl lost his appeal in February.", "1,200 people board the Aurora on a summer day."]
)
def test_a_short_claim_is_supported_by_a_sentence_that_says_it(claim):
    assert verdicts([claim], TRIAL)[0].label is Label.SUPPORTED


def test_another_sentence_about_another_year_refutes_nothing():
    history = "In 1964 the Aurora was the 3rd largest ferry. In 1996 the Aurora was the largest ferry."
    assert label("The Aurora was the 3rd largest ferry in 1964.", history) is Label.SUPPORTED
    assert label("The Aurora was the 3rd largest ferry in 1971.", history) is not Label.SUPPORTED


def test_a_sentence_of_the_document_is_supported_but_not_what_stands_inside_one():
    sentence = "A judge will hear the case against the company in autumn."
    denied = f"{TRIAL}\nNobody believes that {sentence[0].lower()}{sentence[1:]}"
    assert verdicts([sentence], TRIAL)[0].finding.confidence == 0.99
    assert verdicts([sentence], TRIAL.replace(sentence, f"{sentence[:-1]}?"))[0].finding.confidence < 0.99
    assert verdicts([sentence], denied.replace(sentence, ""))[0].finding.confidence < 0.99
