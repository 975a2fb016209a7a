"""The text report."""

import pytest

from claimcheck import Settings, check, summarize
from claimcheck.reports import markdown, text, wording

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998. The day ferry stops in May."


def test_reports_show_label_reason_and_location_and_escape_document_text():
    claims = ["The night ferry carries 700 passengers.", "The <b>ferry</b> sank."]
    checked = check(claims, FERRY, settings=SETTINGS)
    report = text.render_check(checked)
    assert "REFUTED" in report
    assert "“700 passengers”" in report
    assert "[text, 1:1]" in report
    assert "\\<b\\>" in markdown.render_check(checked)


def test_a_narrow_terminal_breaks_no_word_of_a_claim():
    run = summarize(FERRY, settings=SETTINGS)
    report = text.render_run(run, width=40)
    claims = report.split("Claims")[1]
    assert "…" not in claims
    assert "the document · 1:1" in claims
    assert max(map(len, report.splitlines())) <= 40


@pytest.mark.parametrize(
    ("speaker", "said"),
    [
        ("The poll", "Said by the poll"),
        ("A witness", "Said by a witness"),
        ("Department of Transportation", "Said by Department of Transportation"),
        ("Theo", "Said by Theo"),
    ],
)
def test_a_speaker_is_named_within_a_sentence(speaker, said):
    assert wording.attribute(speaker) == said
