"""Our brat annotations, read by another library."""

import pytest

from claimcheck import Settings, summarize
from claimcheck.reports.brat import render, render_text

brat = pytest.importorskip("bioc.brat")

TEXT = "The ferry carried 900 people\r\nin 2020. The tower in Graz was built in 1868."


def test_every_range_has_the_words_of_the_text():
    run = summarize(TEXT, settings=Settings(engine="extractive"), check=True)
    text = render_text(run.document)
    read = brat.loads(text, render(run))
    for entity in read.entities:
        ranges = [(part.begin, part.end) for part in sorted(entity.locations)]
        assert " ".join(text[begin:end] for begin, end in ranges) == entity.text
    assert [entity.text for entity in read.entities] == [
        "The ferry carried 900 people in 2020.",
        "The tower in Graz was built in 1868.",
    ]
    values = [(item.type, item.refid, item.attributes) for item in read.attributes]
    assert values[1] == ("Verdict", "T1", {"supported"})
    notes = [(note.type, note.refid, note.text) for note in read.notes]
    assert notes[0] == ("ClaimId", "T1", run.claims[0].id)
