"""Reading subtitles: spans have times."""

from claimcheck import Document, ground
from claimcheck.text.reading import Reading
from tests.support.paths import FILES


def test_spans_have_times_and_sentences_continue_across_cues():
    document = Document.from_path(FILES / "talk.vtt")
    (found,) = ground(document, ["ending a service that began in 1961."])
    assert [(part.text, part.time) for part in found.spans] == [
        ("ending a service that began in", "00:00:09.000"),
        ("1961.", "00:00:12.000"),
    ]
    view = Reading(document.full_text)
    assert view.text.startswith("Marta: The night ferry")
    assert {block.speaker for block in view.blocks} == {"Marta"}
