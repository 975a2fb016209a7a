"""Reading messages."""

from claimcheck import Document
from tests.support.paths import FILES


def test_reads_a_message_without_its_attachment_and_html():
    text = Document.from_path(FILES / "ferry.eml").full_text
    assert "%PDF" not in text
    assert "<p>" not in text
