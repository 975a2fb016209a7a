"""The overview of a batch."""

from claimcheck import Document, Settings, summarize
from claimcheck.reports.html import overview
from tests.support.hostile import HOSTILE, hostile_run, parse_strictly

EXTRACTIVE = Settings(engine="extractive")


def test_groups_verdicts_by_source():
    def made(text, source):
        return summarize(
            Document.from_text(text, source=source), settings=EXTRACTIVE, check=True
        )

    first = made("The ferry carried 900 people in 2020.", "http://a.example/1")
    entries = [
        overview.BatchDocument("1", "x", "done", "", first),
        overview.BatchDocument(
            "2",
            "x",
            "done",
            "",
            made("Trees are green in May, the mayor said.", "folder/b.txt"),
        ),
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
