"""Checking without a model: labels, evidence, attribution, many documents."""

import pytest
from hypothesis import given, strategies as st

from claimcheck import Check, Document, Label, Settings, Stance, check, errors
from claimcheck.english.speech import UNKNOWN_SPEAKER
from claimcheck.models.claim import Statement
from claimcheck.reports import text
from claimcheck.verification.verdicts import find_speaker
from tests.support.paths import SEED

SETTINGS = Settings(engine="extractive")
FERRY = (
    "The night ferry carries 900 passengers. The ferry was built in Gdansk in 1998."
    " The day ferry stops in May."
)
TRIAL = """
The harbour master, Erik Sandahl, lost his appeal in February. A court in Malmo had
given him a fine of 9,000 crowns in 2019 for letting the Aurora leave with too many
passengers. Karin Holm said the ferry company would pay.

The Aurora sails between Gdansk and Nynashamn, and 1,200 people board it on a summer
day. Its captain told the court that he had counted the tickets himself.
A judge will hear the case against the company in autumn. The crew had asked for a
second lifeboat, and the harbour refused to wait for one.
"""


def verdicts(claims, against):
    return check(claims, against, settings=SETTINGS).verdicts


def label(claim, against):
    (verdict,) = verdicts([claim], against)
    return verdict.label


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("The night ferry carries 900 passengers.", Label.SUPPORTED),
        ("The ferry was built in Gdansk in 1998.", Label.SUPPORTED),
        # Who does what to whom, and synonyms, need a verifier that reads.
        ("900 passengers are carried by the night ferry.", Label.NOT_ENOUGH_EVIDENCE),
        ("The ferry was constructed in Gdansk in 1998.", Label.NOT_ENOUGH_EVIDENCE),
        ("The night ferry carries 700 passengers.", Label.REFUTED),
        ("The ferry was built in Gdansk in 1989.", Label.REFUTED),
        ("The night ferry does not carry 900 passengers.", Label.REFUTED),
        ("The captain of the night ferry is from Malmö.", Label.NOT_ENOUGH_EVIDENCE),
        ("Cats sleep for sixteen hours a day.", Label.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_labels_a_claim_by_what_the_document_says(claim, expected):
    assert label(claim, FERRY) is expected


@pytest.mark.parametrize(
    ("claim", "against", "expected"),
    [
        # One sentence has the number or time, but another is about the same fact.
        (
            "Ann Lee sued in 2019.",
            "The case of Ann Lee began in 2019. Ann Lee sued in March 2020.",
            Label.REFUTED,
        ),
        (
            "The highest flight was at 54 metres.",
            "At noon the birds climbed to 54 metres."
            " The highest flight was at 62 metres.",
            Label.REFUTED,
        ),
        # The claim's number, as worded, is true of the evidence's.
        (
            "Sleep was about 28 minutes longer.",
            "Sleep was 28.4 minutes longer.",
            Label.SUPPORTED,
        ),
        (
            "The port took about NOK 4 billion in May.",
            "In May the port took about NOK 3.9 billion.",
            Label.SUPPORTED,
        ),
    ],
)
def test_the_sentence_about_the_same_thing_decides(claim, against, expected):
    assert label(claim, against) is expected


@pytest.mark.parametrize(
    ("claim", "attribution", "content"),
    [
        (
            "Ryabkov said Russia was increasingly concerned by U.S. sanctions on the "
            "Latin American country.",
            "supported",
            "not_enough_evidence",
        ),
        (
            "Abrams said Russia was increasingly concerned by U.S. sanctions.",
            "refuted",
            "not_enough_evidence",
        ),
        (
            "Ann Lee said the talks were held in Rome.",
            "not_enough_evidence",
            "not_enough_evidence",
        ),
    ],
)
def test_who_said_it_and_whether_it_is_true_are_two_verdicts(
    claim, attribution, content
):
    (verdict,) = verdicts([claim], SEED)
    assert (verdict.finding.label, verdict.content.label) == (attribution, content)


@pytest.mark.parametrize(
    "claim",
    [
        "Oil exports were declining by about 500,000 barrels a month.",
        "The talks ended on Wednesday.",
        "The United States did not impose sanctions on Minerven.",
    ],
)
def test_refutes_what_weak_models_get_wrong(claim):
    assert label(claim, SEED) is Label.REFUTED


def test_names_the_speaker_when_only_a_statement_has_the_claim():
    (verdict,) = verdicts(["The dam is safe."], "Bo Dahl said the dam is safe.")
    assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
    (difference,) = verdict.finding.differences
    assert (difference.kind, difference.evidence) == ("attribution", "Bo Dahl")
    assert "only as a statement by Bo Dahl" in verdict.finding.rationale


def test_a_text_that_contradicts_itself_is_conflicting_evidence():
    text = "The plant employs 400 people. The plant employs 500 people."
    (verdict,) = verdicts(["The plant employs 400 people."], text)
    assert verdict.label is Label.CONFLICTING_EVIDENCE
    assert {item.stance for item in verdict.finding.evidence} == {
        Stance.SUPPORTS,
        Stance.REFUTES,
    }


def test_quotes_both_sides_when_documents_disagree():
    documents = [
        Document.from_text(f"The plant employs {n} people. It makes glass.")
        for n in (400, 500)
    ]
    (verdict,) = verdicts(["The plant employs 400 people."], documents)
    assert verdict.label is Label.CONFLICTING_EVIDENCE
    assert {item.document_id for item in verdict.finding.evidence} == {
        d.id for d in documents
    }


def test_quotes_the_one_document_that_disagrees_with_many():
    texts = [
        f"The plant employs 400 people. It makes glass. Visits are free on day {n}."
        for n in range(8)
    ]
    result = check(
        ["The plant employs 400 people."],
        [
            Document.from_text(text)
            for text in (*texts, "The plant employs 500 people, and makes glass.")
        ],
        settings=SETTINGS,
    )
    finding = result.verdicts[0].finding
    assert finding.label is Label.CONFLICTING_EVIDENCE
    assert {item.stance for item in finding.evidence} == {
        Stance.SUPPORTS,
        Stance.REFUTES,
    }
    report = text.render_check(result)
    assert "+ The plant employs 400 people." in report
    assert "- The plant employs 500 people, and makes glass." in report
    assert "One supports it: " in finding.rationale
    assert "One refutes it: " in finding.rationale


def test_finds_the_right_document_among_many():
    documents = [
        Document.from_text(f"Town {n} has {n * 100} inhabitants. It lies on a river.")
        for n in range(2, 60)
    ]
    documents.append(
        Document.from_text(
            "The lighthouse on Skagen was lit in 1858. The lighthouse at Skagen is 46 metres high."
        )
    )
    (verdict,) = verdicts(["The lighthouse at Skagen is 46 metres high."], documents)
    assert verdict.label is Label.SUPPORTED
    assert {item.document_id for item in verdict.finding.evidence} == {documents[-1].id}


def test_gives_one_verdict_per_claim_in_order_with_repeats():
    claims = [
        "The night ferry carries 900 passengers.",
        "Cats sleep.",
        "The night ferry carries 900 passengers.",
    ]
    found = verdicts(claims, FERRY)
    assert [verdict.text for verdict in found] == claims


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=400))
def test_every_piece_of_evidence_is_in_its_document(claim, text):
    try:
        found = check([claim], text, settings=SETTINGS)
    except errors.InputError:
        return
    (verdict,) = found.verdicts
    for finding in filter(None, (verdict.finding, verdict.content)):
        for item in finding.evidence:
            assert all(text[span.start : span.end] == span.text for span in item.spans)
            assert item.spans


def test_checks_a_very_long_claim_and_a_one_word_document():
    assert label("A ferry sank. " * 200, "Ferry.") is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "claim",
    [
        "Erik Sandahl is a carpenter.",
        "The Aurora sank in February.",
        "The captain lost his lifeboat.",
    ],
)
def test_does_not_support_a_short_claim_from_scattered_words(claim):
    assert verdicts([claim], TRIAL)[0].label is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "claim",
    [
        "Its captain told the court that he had counted the tickets himself.",
        "A judge will hear the case against the company in autumn.",
    ],
)
def test_supports_a_short_claim_that_a_sentence_states(claim):
    assert verdicts([claim], TRIAL)[0].label is Label.SUPPORTED


def test_a_sentence_about_another_year_refutes_nothing():
    history = (
        "In 1964 the Aurora was the 3rd largest ferry."
        " In 1996 the Aurora was the largest ferry."
    )
    assert (
        label("The Aurora was the 3rd largest ferry in 1964.", history)
        is Label.SUPPORTED
    )
    assert (
        label("The Aurora was the 3rd largest ferry in 1971.", history)
        is not Label.SUPPORTED
    )


def test_is_sure_of_a_whole_sentence_and_less_sure_of_a_part_of_one():
    sentence = "A judge will hear the case against the company in autumn."
    denied = f"{TRIAL}\nNobody believes that {sentence[0].lower()}{sentence[1:]}"
    assert verdicts([sentence], TRIAL)[0].finding.confidence == 0.99
    assert (
        verdicts([sentence], TRIAL.replace(sentence, f"{sentence[:-1]}?"))[
            0
        ].finding.confidence
        < 0.99
    )
    assert (
        verdicts([sentence], denied.replace(sentence, ""))[0].finding.confidence < 0.99
    )


def test_what_only_others_say_is_not_called_unmentioned():
    (verdict,) = verdicts(
        ["Ines Mora said the reservoir was 37 percent full."],
        "The council met on Monday. Ines Mora said the reservoir was 37 percent full. "
        "The reservoir is old.",
    )
    assert verdict.content.label is Label.NOT_ENOUGH_EVIDENCE
    assert "only reports somebody's statement" in verdict.content.rationale


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Zebras sleep in Kenya.", FERRY),
        ("Anna Brandt said zebras sleep.", "The mill was closed."),
        ("Zebras sleep in Kenya.", [FERRY, TRIAL]),
    ],
)
def test_no_confidence_is_stated_where_nothing_was_compared(claim, evidence):
    found = check([claim], evidence, settings=SETTINGS)
    finding = found.verdicts[0].finding
    assert (finding.confidence, finding.evidence) == (None, ())
    assert "NOT ENOUGH EVIDENCE  " in text.render_check(found)
    assert Check.from_json(found.to_json()) == found


def test_a_given_speaker_is_whom_a_pronoun_means():
    document = Document.from_text(
        "Priya Nair was afraid. They told nobody. They said it cost 5 million."
    )
    claims = [
        Statement.of("They told nobody.", "Priya Nair"),
        Statement.of("They said it cost 5 million.", "Priya Nair"),
        Statement.of("They said it cost 5 million."),
    ]
    found = [find_speaker(claim) for claim in claims]
    assert found == ["Priya Nair", "Priya Nair", UNKNOWN_SPEAKER]
    assert [verdict.speaker for verdict in verdicts(claims, document)] == found


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The dam lasts 50 years.", '"The dam lasts 50 years," he told reporters.'),
        ("The dam lasts 50 years.", 'The firm erred: "The dam lasts 50 years."'),
        ("Die Brücke kostet 5 Euro.", "„Die Brücke kostet 5 Euro“, sagte Jörg Lind."),
        ("The tax is too high.", "Most voters say the tax is too high."),
        ("40 people left Voss.", "Q: Why?\nDR STRAND: 40 people left Voss.\nQ: When?"),
    ],
)
def test_what_somebody_is_quoted_as_saying_is_not_a_fact(claim, evidence):
    assert label(claim, Document.from_text(evidence)) == Label.NOT_ENOUGH_EVIDENCE


def test_among_undecided_documents_the_one_that_shares_most_words_is_shown():
    german = "Im Jahr 2023 meldete die Stadt 1243 Unfälle im Hafen von Brackwater."
    english = "The city of Brackwater counted accidents in its harbor in 2023."
    claim = "Accidents in the harbor rose by half, to 1243."
    documents = [Document.from_text(text) for text in (german, english)]
    for against in (documents, documents[::-1]):
        (verdict,) = verdicts([claim], against)
        assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
        assert verdict.finding.evidence[0].text == english


COST = "The tunnel cost 310 million dollars."


@pytest.mark.parametrize(
    "documents",
    [
        [f"{COST} Ann Lee said the tunnel cost 900 million dollars."],
        [f"Ann Lee said the tunnel cost 900 million dollars. {COST}"],
        [COST, "According to Ann Lee, the tunnel cost 900 million dollars."],
        ["Ann Lee said the tunnel cost 900 million dollars.", COST],
    ],
)
def test_what_documents_say_themselves_outweighs_what_they_quote(documents):
    sources = [Document.from_text(text) for text in documents]
    claims = [COST, "Ann Lee said the tunnel cost 310 million dollars."]
    own, quoted = check(claims, sources, settings=SETTINGS).verdicts
    assert own.label is Label.SUPPORTED
    assert quoted.content.label is Label.SUPPORTED


def test_two_people_who_disagree_refute_nothing():
    document = Document.from_text(
        "Ann Lee said the tunnel cost 310 million dollars. Bo Dahl said the tunnel cost "
        "900 million dollars."
    )
    (verdict,) = check([COST], document, settings=SETTINGS).verdicts
    assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
    assert "only as a statement by Ann Lee" in verdict.finding.rationale


def test_a_refutation_by_a_statement_says_whose_it_is():
    document = Document.from_text("Bo Dahl said the tunnel cost 900 million dollars.")
    (verdict,) = check([COST], document, settings=SETTINGS).verdicts
    assert verdict.label is Label.REFUTED
    assert "only as a statement by Bo Dahl" in verdict.finding.rationale


@pytest.mark.parametrize(
    ("claim", "label"),
    [
        ('"We will not raise the toll in 2027," Bo Dahl said.', Label.SUPPORTED),
        ("Bo Dahl said: “We will not raise the toll in 2027.”", Label.SUPPORTED),
        ('Bo Dahl said "The tunnel is dry."', Label.SUPPORTED),
        ('"We will not raise the toll in 2027," Ann Lee said.', Label.REFUTED),
        ('"We will raise the toll in 2027," Bo Dahl said.', Label.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_a_quotation_belongs_to_whom_the_sentences_before_name(claim, label):
    document = Document.from_text(
        "Bo Dahl, the harbor chief, met Ann Lee on Tuesday, and Bo Dahl spoke. "
        '"We will not raise the toll in 2027," he said. "The tunnel is dry."'
    )
    (verdict,) = check([claim], document, settings=SETTINGS).verdicts
    assert verdict.label is label
