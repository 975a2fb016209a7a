"""What the embedded engine finds in a real article, with no model."""

import pytest


def claims_with(run, *words):
    return [claim for claim in run.claims if all(word in claim.quote for word in words)]


@pytest.mark.parametrize(
    "words",
    [
        ("two-hour talks in Rome",),
        ("sanctions", "Minerven", "Adrian Perdomo"),
        ("exodus of some 3 million people since 2015",),
        ("oil exports", "fall below a million barrels a day"),
        ("oil exports", "declining by about 50,000 barrels a month"),
    ],
)
def test_the_facts_an_editor_would_check_are_claims(seed_run, words):
    assert len(claims_with(seed_run, *words)) == 1


def test_there_are_at_least_ten_claims(seed_run):
    assert len(seed_run.claims) >= 10


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("No, we did not come to a meeting of minds", "Elliot Abrams"),
        ("Perhaps we failed to narrow positions", "Sergei Ryabkov"),  # TASS reports, Ryabkov speaks
        ("We assume that Washington treats our priorities", "Sergei Ryabkov"),
        ("the talks were difficult but frank", "Sergei Ryabkov"),  # RIA reports
        ("Moscow had warned Washington", "Sergei Ryabkov"),
        ("who gets the title of president", "Elliot Abrams"),
        ("useful, substantive and serious", "Elliot Abrams"),  # "He"
        ("increasingly concerned by U.S. sanctions", "Sergei Ryabkov"),
        ("all options are on the table", "Donald Trump"),
        ("a position Abrams said", "Elliot Abrams"),
        ("below a million barrels a day", "Elliot Abrams"),
        ("50,000 barrels a month", "Elliot Abrams"),
        ("This a catastrophe for Venezuela", "Elliot Abrams"),
        ("Minerven", None),
        ("back Juan Guaido", None),  # the half of the sentence that Russia does not say
        ("Maduro remains the country's only legitimate leader", "Russia"),
    ],
)
def test_the_speaker_is_the_one_who_says_it(seed_run, words, speaker):
    (claim,) = claims_with(seed_run, words)
    assert claim.speaker == speaker


def test_no_url_and_nothing_of_the_last_lines_is_published(seed_run):
    published = [text for claim in seed_run.claims for text in (claim.text, claim.quote)]
    published += [sentence.text for sentence in (*seed_run.summary.sentences, *seed_run.summary.key_points)]
    published += [seed_run.summary.headline, *seed_run.summary.open_questions]
    for text in published:
        assert not any(word in text for word in ("http", "themoscowtimes", "Original url", "a64881"))


def test_a_sentence_cut_by_a_url_is_one_claim_with_two_spans(seed_run):
    (claim,) = claims_with(seed_run, "two-hour talks in Rome")
    assert [span.text.split()[0] for span in claim.spans] == ["The", "after"]
    assert claim.quote.count(" … ") == 1


def test_text_resolves_what_the_document_makes_certain(seed_run):
    (talks,) = claims_with(seed_run, "High-level U.S.-Russian talks")
    assert "ended on Tuesday [2019-03-19] with" in talks.text
    (called,) = claims_with(seed_run, "useful, substantive")
    assert called.text.startswith("He [Elliot Abrams] called Tuesday's [2019-03-19] talks")


def test_the_publication_date_is_that_of_the_original_url(seed_run):
    assert (str(seed_run.document.published), seed_run.document.published_from) == ("2019-03-20", "url")


def test_quantities_have_values_and_units(seed_run):
    (decline,) = claims_with(seed_run, "50,000 barrels a month")
    assert [(item.text, item.value, item.unit) for item in decline.quantities] == [
        ("50,000 barrels a month", 50_000.0, "barrels/month")
    ]


def test_the_summary_has_two_to_four_sentences_each_with_claims(seed_run):
    assert 2 <= len(seed_run.summary.sentences) <= 4
    assert all(sentence.claim_ids for sentence in seed_run.summary.sentences)


def test_both_sides_of_the_disagreement_are_positions(seed_run):
    assert [position.party for position in seed_run.summary.positions] == ["Russia", "United States"]
    assert all(position.claim_ids for position in seed_run.summary.positions)
