"""The text report."""

from claimcheck import Settings, check
from claimcheck.reports import verdicts_markdown, verdicts_text

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998. The day ferry stops in May."


def test_reports_show_label_reason_and_location_and_escape_document_text():
    found = check(
        ["The <b>night</b> ferry carries 700 passengers."], FERRY, settings=SETTINGS
    )
    text = verdicts_text.render_check(found)
    assert "REFUTED" in text
    assert "“700 passengers”" in text
    assert "[text, 1:1]" in text
    assert "\\<b\\>" in verdicts_markdown.render_check(found)
