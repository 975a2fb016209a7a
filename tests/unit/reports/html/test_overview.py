"""The overview of a batch."""

from dataclasses import replace

from claimcheck import Document, Settings, summarize
from claimcheck.reports.html import overview
from tests.support.hostile import HOSTILE, hostile_run, parse_strictly

EXTRACTIVE = Settings(engine="extractive")


def make_batch_document(text, source, engine):
    document = Document.from_text(text, source=source)
    run = summarize(document, settings=EXTRACTIVE, check=True)
    run = replace(run, signature=replace(run.signature, engine=engine))
    return overview.BatchDocument(source, "x", "done", "", run)


def test_groups_verdicts_by_source():
    entries = [
        make_batch_document("The ferry sank in 2020.", "http://a.example/1", "llm"),
        make_batch_document("Trees are green in May, he said.", "folder/b.txt", "llm"),
        overview.BatchDocument(
            "3", HOSTILE[0], "failed", f"refused: {HOSTILE[1]}", None
        ),
        overview.BatchDocument(HOSTILE[2], "x", "partial", "", hostile_run()),
    ]
    page = overview.render(HOSTILE[3], "about", iter(entries))
    tree = parse_strictly(page)
    assert tree.findall(".//script") == []
    assert "script-src &#39;none&#39;" in page
    rows = tree.findall(".//table[@class='chart']/tbody/tr")
    assert {"a.example", "folder"} <= {
        "".join(row.find("th").itertext()) for row in rows
    }
    listed = tree.findall(".//table")[-1].findall("./tbody/tr")
    assert len(listed) == 4
    assert "refused" in "".join(listed[0].itertext())


def test_does_not_count_that_a_document_says_what_it_says():
    text = "The ferry carried 900 people in 2020."
    own = make_batch_document(text, "folder/b.txt", "extractive")
    other = make_batch_document(text, "other/b.txt", "llm")
    page = overview.render("Batch", "about", iter([own]))
    assert "says nothing" in page
    assert "Supported" not in page
    tree = parse_strictly(overview.render("Batch", "about", iter([own, other])))
    bars = tree.findall(".//table[@class='chart']/tbody/tr")
    assert [(bar.find("th")[0].text, bar[2].text) for bar in bars] == [("other", "1")]
    page = overview.render("Batch", "about", iter([other]))
    assert "says nothing" not in page
