"""Kinds of claims that were judged wrongly once. All names and texts are invented."""

import pytest

from claimcheck import Document, Label, Settings, check
from claimcheck.models.claim import Statement
from claimcheck.verification.lexical import LexicalScorer
from claimcheck.verification.retrieve import Corpus
from claimcheck.verification.scorer import Calibration, Entailment
from claimcheck.verification.verdicts import score_statement, verify_statement
from tests.support.paths import SEED

SETTINGS = Settings(engine="extractive")


def judge(claim, evidence):
    document = Document.from_text(evidence)
    return verify_statement(Statement.of(claim), Corpus(document), LexicalScorer())


NEGATED = [
    # language, sentence, its denial
    ("de", "Der Hafen wurde erweitert.", "Der Hafen wurde nicht erweitert."),
    ("de", "Die Stadt hat einen Bahnhof.", "Die Stadt hat keinen Bahnhof."),
    (
        "de",
        "Frau Adler hat den Vertrag unterschrieben.",
        "Frau Adler hat den Vertrag nie unterschrieben.",
    ),
    ("de", "Der Rat stimmte zu.", "Niemand im Rat stimmte zu."),
    ("fr", "Le port a été agrandi.", "Le port n'a pas été agrandi."),
    ("fr", "La ville a un tramway.", "La ville n'a aucun tramway."),
    ("fr", "Le maire a signé l'accord.", "Le maire n'a jamais signé l'accord."),
    ("es", "El puerto fue ampliado.", "El puerto no fue ampliado."),
    ("es", "La ciudad tiene hospital.", "La ciudad no tiene ningún hospital."),
    ("es", "La alcaldesa firmó el acuerdo.", "La alcaldesa nunca firmó el acuerdo."),
    ("it", "Il porto è stato ampliato.", "Il porto non è stato ampliato."),
    ("it", "Il sindaco ha firmato.", "Il sindaco non ha mai firmato."),
    ("pt", "O porto foi ampliado.", "O porto não foi ampliado."),
    ("pt", "A cidade tem hospital.", "A cidade não tem nenhum hospital."),
    ("nl", "De haven is uitgebreid.", "De haven is niet uitgebreid."),
    ("nl", "De stad heeft een station.", "De stad heeft geen station."),
    ("ru", "Порт был расширен.", "Порт не был расширен."),
    ("ru", "В городе есть вокзал.", "В городе нет вокзала."),
    ("ar", "توسع الميناء هذا العام", "لم يتوسع الميناء هذا العام"),
    ("ar", "الميناء مفتوح اليوم", "الميناء ليس مفتوح اليوم"),
    ("hi", "बंदरगाह का विस्तार हुआ।", "बंदरगाह का विस्तार नहीं हुआ।"),
    ("ja", "港は拡張された。", "港は拡張されなかった。"),
    ("zh", "港口扩建了。", "港口没有扩建。"),
    ("sv", "Hamnen har byggts ut.", "Hamnen har inte byggts ut."),
    ("pl", "Port został rozbudowany.", "Port nie został rozbudowany."),
    ("en", "The harbor was enlarged.", "The harbor was not enlarged."),
    ("en", "Mr. Aldous signed the deal.", "Mr. Aldous never signed the deal."),
]


@pytest.mark.parametrize(("language", "stated", "denied"), NEGATED)
def test_never_supports_what_a_negation_denies(language, stated, denied):
    assert judge(stated, denied).label is not Label.SUPPORTED
    assert judge(denied, stated).label is not Label.SUPPORTED


@pytest.mark.parametrize(("language", "stated", "denied"), NEGATED)
def test_supports_a_repeated_sentence_in_any_language(language, stated, denied):
    assert judge(stated, stated).label is Label.SUPPORTED
    assert judge(denied, denied).label is Label.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("El gobierno aprobó la ley.", "El gobierno rechazó la ley."),
        ("El gobierno aprobó la ley.", "El gobierno se negó a aprobar la ley."),
        ("Der Rat nahm den Plan an.", "Der Rat lehnte den Plan ab."),
        ("Le juge a condamné Mme Tessier.", "Le juge a acquitté Mme Tessier."),
        ("I prezzi sono saliti.", "I prezzi sono scesi."),
        ("O governo comprou o navio.", "O governo vendeu o navio."),
        ("De prijzen stegen in mei.", "De prijzen daalden in mei."),
        ("Цены выросли в мае.", "Цены упали в мае."),
        ("Der Hafen wurde erweitert.", "Der Hafen wurde fast erweitert."),
        ("Le port a été agrandi.", "Il est faux que le port a été agrandi."),
        ("Herr Weber schlug Herrn Kurz.", "Herr Kurz schlug Herrn Weber."),
        ("Der Hafen wurde erweitert.", "Wurde der Hafen erweitert?"),
        ("300 Menschen kamen.", "Bis zu 300 Menschen kamen."),
        ("Die Stadt ist pleite.", "„Die Stadt ist pleite“, sagte Vogel."),
        (
            "Die Brücke wurde 1954 saniert.",
            "Die Brücke wurde 1954 gebaut und 1998 saniert.",
        ),
        ("300 personas llegaron.", "Menos de 300 personas llegaron."),
        ("De burgemeester kocht het.", "De voormalige burgemeester kocht het."),
        ("Le port a été agrandi.", "Le port a été agrandi en partie."),
        ("Il porto è il più grande.", "Il porto è il secondo più grande."),
        ("Мэр купил отель.", "Бывший мэр купил отель."),
    ],
)
def test_abstains_on_rewordings_outside_english(claim, evidence):
    verdict = judge(claim, evidence)
    assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
    assert verdict.finding.evidence  # the closest passage is shown


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        (
            "Der Hafen hat 19.000 Liegeplätze.",
            "Der Hafen hat 19 000 Liegeplätze.",
            Label.SUPPORTED,
        ),
        (
            "Der Hafen hat 19.000 Liegeplätze.",
            "Der Hafen hat 17.000 Liegeplätze.",
            Label.REFUTED,
        ),
        ("港口有300条船。", "港口有200条船。", Label.REFUTED),
        (
            "Der Hafen wurde erweitert.",
            "Der Hafen wurde 2019 erweitert.",
            Label.SUPPORTED,
        ),
        (
            "El puerto recibió 3,5 millones de euros.",
            "El puerto recibió 3,5 millones de euros en mayo.",
            Label.NOT_ENOUGH_EVIDENCE,
        ),
    ],
)
def test_compares_numbers_in_other_languages(claim, evidence, expected):
    assert judge(claim, evidence).label is expected


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        (
            "The budget rose by 30 percent.",
            "The budget rose from 200 to 260 million euros.",
            "30",
        ),
        (
            "The budget rose by 60 million euros.",
            "The budget rose from 200 million euros to 260 million euros.",
            "60",
        ),
        (
            "A quarter of the residents are under 18.",
            "In the town 10,000 of 40,000 residents are under 18.",
            "quarter",
        ),
        ("The fleet has 12 boats in all.", "The fleet has 5 boats and 7 boats.", "12"),
        (
            "The number of ferries doubled.",
            "The number of ferries rose from 4 to 8.",
            "doubled",
        ),
    ],
)
def test_does_not_calculate(claim, evidence, missing):
    finding = judge(claim, evidence).finding
    assert finding.label is Label.NOT_ENOUGH_EVIDENCE
    assert missing in finding.rationale


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "The budget rose by 50 percent.",
            "The budget rose from 200 to 260 million euros.",
        ),
        ("The budget fell by 30 percent.", "The budget rose from 200 to 260 euros."),
        (
            "Half of the residents are under 18.",
            "In the town 10,000 of 40,000 residents are under 18.",
        ),
        (
            "Most of the residents are under 18.",
            "In the town 10,000 of 40,000 residents are under 18.",
        ),
        (
            "60 percent of the residents are under 18.",
            "In the town 10,000 of 40,000 residents are under 18.",
        ),
        ("The number of ferries doubled.", "The number of ferries rose from 4 to 6."),
        ("The fleet has 13 boats in all.", "The fleet has 5 boats and 7 boats."),
        ("Half of the members voted.", "The members voted."),
        ("The plant cut a third of its jobs.", "The plant cut its jobs."),
    ],
)
def test_never_supports_another_result(claim, evidence):
    assert judge(claim, evidence).label is not Label.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        # Each side speaks of another time, another thing, or of what would be.
        ("The harbor was not closed in 2020.", "The harbor was closed in 2019."),
        ("The mill did not open in May 2011.", "The mill opened in May 2010."),
        (
            "The line will close unless there is a deal.",
            "The line will close if there is no deal.",
        ),
        (
            "If the dam breaks, the village is not safe.",
            "The village is safe.",
        ),
        ("The plant gives 300 jobs.", "The plant gives 120 full-time jobs."),
        ("The plant has 300 workers.", "The plant has 120 part-time workers."),
        (
            "The fund pays 2 billion crowns each month.",
            "The fund pays 2 billion crowns each year.",
        ),
        ("The pump moves 40 liters a minute.", "The pump moves 40 liters an hour."),
        ("The port took in 19.000 tons.", "The port took in 19,000 tons."),
        ("The port took in 19 000 tons.", "The port took in 19,000 tons."),
        ("The port took in 19,000 tons.", "The port took in 19 000 tons."),
        ("The tower is 60 meters high.", "A tower of 50 meters is near the mill."),
    ],
)
def test_does_not_refute_what_is_not_set_against_it(claim, evidence):
    assert judge(claim, evidence).label is not Label.REFUTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "The fund pays 2 billion crowns each month.",
            "The fund pays 2 billion crowns each year.",
        ),
        ("The plant gives 300 jobs.", "The plant gives 120 full-time jobs."),
        ("The port took in 19 tons.", "The port took in 19 000 tons."),
        ("The port took in 19 tons.", "The port took in 19.000 tons."),
        # Names, roles, and directions.
        ("Ida Brandt won the vote.", "Petra Holm won the vote in Lidby."),
        ("Ida Brandt won the vote.", "Karl Brandt won the vote."),
        ("The ferry sank off Nordby.", "The ferry sank off Sandby."),
        ("Ida Brandt sued Karl Holm.", "Karl Holm sued Ida Brandt."),
        ("The union blamed the owner.", "The owner blamed the union."),
        ("The owner paid the mayor.", "The mayor paid the owner."),
        ("The road runs north of the mill.", "The road runs south of the mill."),
        ("Rents rose in Lidby.", "Rents dropped in Lidby."),
        ("The mill is the third oldest.", "The mill is the second oldest."),
        ("The mill opened before the dam.", "The mill opened after the dam."),
        (
            "Petra Holm said the dam is safe.",
            "Ida Brandt said the dam is safe. Petra Holm was there.",
        ),
        (
            "Petra Holm said the dam is safe.",
            "Petra Holm said the mill is old. The dam is safe, said Ida Brandt.",
        ),
    ],
)
def test_does_not_support_a_changed_detail(claim, evidence):
    assert judge(claim, evidence).label is not Label.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The port took in 19.000 tons.", "The port took in 19,000 tons."),
        ("The port took in 19 000 tons.", "The port took in 19,000 tons."),
        ("The fund pays 2 crowns each month.", "The fund pays 2 crowns a month."),
        ("The harbor was not closed in 2020.", "In 2020 the harbor was not closed."),
        ("The mill was built in May 1921.", "The mill was built on 3 May 1921."),
    ],
)
def test_supports_the_same_detail_in_another_notation(claim, evidence):
    assert judge(claim, evidence).label is Label.SUPPORTED


@pytest.mark.parametrize(
    "claim",
    [
        "TASS quoted Ryabkov as saying the talks were difficult but frank.",
        "RIA quoted Abrams as saying the talks were difficult but frank.",
        "Abrams said Moscow had warned Washington not to intervene militarily.",
        "Maduro said the talks were difficult but frank.",
        "Trump called Tuesday's talks useful, substantive and serious.",
    ],
)
def test_does_not_support_another_speaker(claim):
    verdict = check([claim], SEED, settings=SETTINGS).verdicts[0]
    assert verdict.finding.label is not Label.SUPPORTED


def test_the_language_of_evidence_files_is_detected(tmp_path):
    path = tmp_path / "hafen.txt"
    path.write_text("Der Hafen von Lidby wurde nicht erweitert.", encoding="utf-8")
    verdict = check(
        ["Der Hafen von Lidby wurde erweitert."], path, settings=SETTINGS
    ).verdicts[0]
    assert verdict.label is Label.NOT_ENOUGH_EVIDENCE
    assert "(de)" in verdict.finding.rationale


class SureScorer:
    """Finds everything entailed; what is not right about it, the checks must find."""

    name = "sure"
    calibration = Calibration(0.9, supported_reliability=0.88, refuted_reliability=0.93)

    def score(self, pairs):
        return [Entailment(0.95, 0.05, 0.0) for _ in pairs]


def judge_by_sure_scorer(claim, evidence):
    corpus = Corpus(Document.from_text(evidence))
    return verify_statement(Statement.of(claim), corpus, SureScorer()).finding


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Ida Brandt led 512 miners.", "Ida Brandt led the miners of Lidby."),
        ("Ida Brandt led the miners in 1921.", "Ida Brandt led the miners of Lidby."),
        ("Petra Holm led the miners.", "Ida Brandt led the miners of Lidby."),
        ("The miners did not strike.", "The miners of Lidby met before the strike."),
        ("Rents rose in Lidby.", "Rents dropped in Lidby, and wages fell."),
        ("Half of the miners left.", "The miners left the town."),
        ("Petra Holm said the dam is safe.", "The dam is safe, said Ida Brandt."),
    ],
)
def test_checks_veto_a_scorer_that_is_sure(claim, evidence):
    assert judge_by_sure_scorer(claim, evidence).label is not Label.SUPPORTED


class UnsureScorer(SureScorer):
    def score(self, pairs):
        return [Entailment(0.41, 0.59, 0.0) for _ in pairs]


def test_an_abstention_states_how_sure_the_verifier_was():
    corpus = Corpus(Document.from_text("Ida Brandt led the miners of Lidby."))
    statement = Statement.of("Ida Brandt led the miners.")
    finding = verify_statement(statement, corpus, UnsureScorer()).finding
    assert "probability of support is 0.41; 0.90 is needed" in finding.rationale


def test_an_abstention_says_that_no_passage_has_all_the_words():
    evidence = "Ida Brandt owns the mill of Lidby. The mill was sold in 1921."
    finding = judge("Ida Brandt sold the mill of Lidby.", evidence).finding
    assert finding.rationale.startswith("Only several passages together have the words")


def test_states_the_measured_reliability():
    supported = judge_by_sure_scorer("The miners left.", "The miners quit the town.")
    assert supported.label is Label.SUPPORTED
    assert "9 in 10 were right on unseen data" in supported.rationale
    refuted = judge_by_sure_scorer("Lidby has 40 boats.", "Lidby has 50 boats.")
    assert refuted.label is Label.REFUTED
    assert refuted.confidence == 0.93


def test_without_a_model_only_refutations_in_english_have_a_measured_reliability():
    measured = "9 in 10 were right on unseen data"
    refuted = judge("Lidby has 40 boats.", "Lidby has 50 boats.").finding
    assert refuted.label is Label.REFUTED
    assert measured in refuted.rationale
    german = judge("Lidby hat 40 Boote.", "Lidby hat 50 Boote.").finding
    assert german.label is Label.REFUTED
    assert measured not in german.rationale
    supported = judge("Lidby has 50 boats.", "Lidby has 50 boats.").finding
    assert supported.label is Label.SUPPORTED
    assert measured not in supported.rationale


def test_score_statement_ignores_the_checks():
    corpus = Corpus(Document.from_text("The plant employs 400 people."))
    claim = Statement.of("The plant employs 500 people.")
    assert score_statement(claim, corpus, SureScorer()) == 0.95


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("37 of its 58 pillars were corroded.", "37 pillars were corroded."),
        ("12 of the 30 members voted.", "12 members voted."),
    ],
)
def test_a_part_is_not_another_number(claim, evidence):
    assert judge(claim, evidence).finding.label is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("claimed", "found"),
    [("1,243", "1.243"), ("30 000", "20.000"), ("1.343,5", "1.343,25")],
)
def test_reasons_quote_numbers_as_they_are_written(claimed, found):
    sentence = "Im Jahr meldete die Stadt {} Unfälle auf den Straßen."
    rationale = judge(*map(sentence.format, (claimed, found))).finding.rationale
    assert f"“{claimed}”" in rationale
    assert f"“{found}”" in rationale


TRANSCRIPT = """\
Karl Lang: Der Hafen wird geschlossen. Das steht fest. Er hat 40 Boote.
Eva Roth: Warum sagen Sie das erst jetzt?
Karl Lang: Weil es vorher nicht klar war.
Eva Roth: Und was wird aus den Arbeitern?
"""


@pytest.mark.parametrize("claim", ["Der Hafen wird geschlossen.", "Er hat 50 Boote."])
def test_what_a_speaker_says_in_another_language_decides_nothing(claim):
    assert judge(claim, TRANSCRIPT).finding.label is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("speaker", "label"),
    [("Karl Lang", Label.SUPPORTED), ("Eva Roth", Label.NOT_ENOUGH_EVIDENCE)],
)
def test_another_language_has_the_speaker_of_the_claim(speaker, label):
    claim = Statement("s-1", "Der Hafen wird geschlossen.", speaker)
    [verdict] = check([claim], TRANSCRIPT, settings=SETTINGS).verdicts
    assert verdict.finding.label is label


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        (
            "The old bridge was closed for 45 days.",
            "The bridge was closed for 30 days because of rust.",
            "The claim says “45 days”, the evidence “30 days”. The closest passage does "
            "not mention: old.",
        ),
        (
            "The very old tunnel was opened in 1913.",
            "The tunnel was opened in 1931.",
            "The claim says “in 1913”, the evidence “in 1931”. The closest passage does "
            "not mention: old.",
        ),
        (
            "The old tunnel was opened in 1913.",
            "The tunnel was opened.",
            "The closest passage does not mention: in 1913, old.",
        ),
        (
            "The old tunnel was opened.",
            "The tunnel was opened.",
            "The closest passage does not mention: old.",
        ),
    ],
)
def test_names_another_value_before_missing_words(claim, evidence, reason):
    finding = judge(claim, evidence).finding
    assert finding.label is Label.NOT_ENOUGH_EVIDENCE
    assert finding.rationale == reason
