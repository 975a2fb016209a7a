"""The HTML report as text: valid, self-contained, and made of nothing that a document or a model could write."""

import json
import re
from dataclasses import replace

import html5lib
import pytest

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports import html
from claimcheck.reports.html.segments import Mark, split_blocks
from tests.conftest import SEED
from tests.flow.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(engine="extractive")
_RUN = "window.pwned=1"
HOSTILE = [
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<body onload={_RUN}>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<a href='javascript:{_RUN}'>x</a>",
    f"<math><mtext></mtext><script>{_RUN}</script></math>",
    f"<style>@import 'http://127.0.0.1/x';</style><style onload={_RUN}>",
    f"<link rel=stylesheet href=x onerror={_RUN}>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1/'>",
    f"<base href='javascript:{_RUN}//'>",
    f"<form action='javascript:{_RUN}'><button>x</button></form>",
    f"<object data='javascript:{_RUN}'></object>",
    f"<embed src='javascript:{_RUN}'>",
    f"\" onmouseover={_RUN} \"",
    f"' onfocus={_RUN} autofocus '",
    f"\"><script>{_RUN}</script>",
    f"--><script>{_RUN}</script><!--",
    f"]]><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    "{{ cycler.__init__.__globals__ }}{% raw %}",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"<scr\u0000ipt>{_RUN}</script>".replace("\u0000", "\u0001"),
    f"<template><script>{_RUN}</script></template>",
    "\u202e reversed \u2066 isolated",
    "\x1b[31mred\x85\x9b",
]  # fmt: skip


def hostile_run():
    """A run in which everything that can be written is hostile: text, title, source, claims, speakers, reasons."""
    text = "\n\n".join(f"The mayor said {part} on Monday." for part in HOSTILE)
    document = Document.from_text(text, source=HOSTILE[21], title=HOSTILE[24])
    claims = [
        claim(f"The mayor said {part} on Monday.", part, speaker=part, about=[part], reason=part)
        for part in HOSTILE
    ]
    made = answer(*claims, headline=HOSTILE[0]) | {
        "sentences": [{"text": HOSTILE[2], "claims": [1]}],
        "key_points": [{"text": HOSTILE[3], "claims": [2]}],
        "positions": [{"party": HOSTILE[10], "position": HOSTILE[4], "claims": [3]}],
        "open_questions": [HOSTILE[5]],
    }
    settings = Settings(engine="llm", model="scripted", max_claims=100)
    return summarize(document, settings=settings, client=ScriptedClient([response(made)] * 3))


@pytest.fixture(scope="module")
def run():
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt")
    return summarize(document, settings=EXTRACTIVE, check=True)


def parsed(text):
    """The document as a strict HTML parser has it; any error of form is raised."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_it_is_valid_html(run):
    parsed(html.render(run))
    parsed(html.render(replace(run, document=replace(run.document, text=None))))


def test_hostile_text_is_valid_html_with_one_script_and_no_handler():
    made = html.render(hostile_run())
    tree = parsed(made)
    assert len(tree.findall(".//script")) == 1
    for element in tree.iter():
        assert not [name for name in element.attrib if str(name).startswith("on")], element.tag
        assert not str(element.attrib.get("href", "#")).lower().startswith("javascript")
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} & {
        "iframe",
        "object",
        "embed",
        "base",
        "img",
    } == set()


def test_only_its_own_script_and_style_may_run(run):
    import base64
    import hashlib

    made = html.render(run)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made)[1]
    assert policy.startswith("default-src &#39;none&#39;")
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", made, re.S)[1]
        assert base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode() in policy


def test_it_is_one_file_and_small(run):
    made = html.render(run)
    assert not re.search(r"(?:src|href)=\"(?!#)", made)
    assert "url(" not in made
    assert len(made.encode()) - len(run.document.text.encode()) < 300_000


def test_every_character_of_the_text_is_there(run):
    tree = parsed(html.render(run))
    (text,) = (
        element for element in tree.iter("div") if element.attrib.get("class", "").split()[:1] == ["text"]
    )
    assert "".join(text.itertext()).replace("\n", "") == run.document.text.replace("\n", "")


def test_what_overlaps_is_marked_as_both():
    (block,) = split_blocks("0123456789", [Mark(1, 6, "a"), Mark(4, 8, "b")])
    assert [(part.text, part.names, part.begins) for part in block] == [
        ("0", (), ()),
        ("123", ("a",), ("a",)),
        ("45", ("a", "b"), ("b",)),
        ("67", ("b",), ()),
        ("89", (), ()),
    ]


def test_blocks_are_all_of_the_text_however_it_is_broken():
    for text in (
        "a\n\nb\n \n\nc",
        "x" * 10_000,
        "word " * 5_000,
        "\n\n\n",
        "a" * 2_999 + "\n\n" + "b" * 3_001,
    ):
        made = list(split_blocks(text, [Mark(0, 1, "a")]))
        assert "".join(part.text for block in made for part in block) == text
        assert max(len("".join(part.text for part in block)) for block in made) <= 3_000


def test_a_claim_without_a_place_is_said_to_have_none():
    made = answer(claim("Nobody wrote this sentence in it.", "Something else."))
    run = summarize(
        "Mercury has no moons at all.",
        settings=Settings(engine="llm", model="scripted"),
        client=ScriptedClient([response(made), response({"quotes": []})]),
    )
    page = html.render(run)
    assert "Quote not found" in page
    assert 'href="#s1"' not in page


def test_without_the_text_there_are_cards_and_no_links_into_it(run):
    page = html.render(replace(run, document=replace(run.document, text=None)))
    assert "The text of the document is not part of this report." in page
    assert not re.search(r'href="#[se]\d', page)


def test_a_check_shows_each_document_once():
    found = check(
        ["The ferry carried 900 people.", "The ferry carried 700 people."],
        [
            Document.from_text("The ferry carried 900 people.", source="a"),
            Document.from_text("Trees are green here.", source="b"),
        ],
        settings=EXTRACTIVE,
    )
    page = html.render(found)
    parsed(page)
    assert page.count('<article class="document">') == 1
    assert json.loads(found.to_json())["searched"] == 2


def test_a_batch_is_an_overview_with_verdicts_by_source():
    from claimcheck.reports.html import overview

    def made(text, source):
        return summarize(Document.from_text(text, source=source), settings=EXTRACTIVE, check=True)

    first = made("The ferry carried 900 people in 2020.", "http://a.example/1")
    entries = [
        overview.BatchDocument("1", "x", "done", "", first),
        overview.BatchDocument(
            "2", "x", "done", "", made("Trees are green in May, the mayor said.", "folder/b.txt")
        ),
        overview.BatchDocument("3", HOSTILE[0], "failed", f"refused: {HOSTILE[1]}", None),
        overview.BatchDocument(HOSTILE[2], "x", "partial", "", hostile_run()),
    ]
    page = overview.render(HOSTILE[3], "about", iter(entries))
    tree = parsed(page)
    assert tree.findall(".//script") == []
    assert "script-src &#39;none&#39;" in page
    rows = tree.findall(".//table[@class='chart']/tbody/tr")
    assert {"a.example", "folder"} <= {"".join(row.find("th").itertext()) for row in rows}
    listed = tree.findall(".//table")[-1].findall("./tbody/tr")
    assert len(listed) == 4
    assert "refused" in "".join(listed[0].itertext())


def test_the_command_writes_it(tmp_path):
    import subprocess
    import sys

    (tmp_path / "a.txt").write_text("The ferry carried 900 people in 2020. It was built in Gdansk in 1998.")
    command = [sys.executable, "-m", "claimcheck"]
    for words in (
        ["summarize", "a.txt", "--format", "html", "-o", "out.html", "--quiet"],
        ["check", "-", "--against", "a.txt", "--format", "html", "-o", "out.html", "--quiet"],
    ):
        subprocess.run([*command, *words], input="The ferry carried 700 people.", text=True, check=True)
        parsed((tmp_path / "out.html").read_text(encoding="utf-8"))


def test_quotes_that_were_not_found_are_listed_apart_and_claims_say_what_they_cost():
    text = "The ferry carried 900 people in 2020."
    told = answer(claim(text), claim("The ferry carried <b>400</b> people in 1999."))
    second = response({"quotes": [{"number": 2, "quote": "nothing like it"}]})
    made = summarize(text, settings=Settings(model="m"), client=ScriptedClient([response(told), second]))
    priced = replace(made, usage=replace(made.usage, cost_usd=0.01))
    page = html.render(priced)
    (apart,) = re.findall(r'<section class="apart".*?</section>', page, re.S)
    assert "carried &lt;b&gt;400&lt;/b&gt; people in 1999" in apart
    assert "carried 900 people" not in apart
    assert page.count("$0.0050, its share of the run") == 2
    assert "its share of the run" not in html.render(made)
    assert 'class="apart"' not in html.render(replace(made, claims=made.claims[:1]))
