"""The HTML report as text: valid, self-contained, and safe whatever a document or a model wrote."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports import html
from tests.support.hostile import hostile_run, parse_strictly
from tests.support.paths import SEED
from tests.support.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(engine="extractive")


@pytest.fixture(scope="module")
def run():
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt")
    return summarize(document, settings=EXTRACTIVE, check=True)


def test_the_page_is_valid_html(run):
    parse_strictly(html.render(run))
    parse_strictly(html.render(replace(run, document=replace(run.document, text=None))))


def test_hostile_text_gives_valid_html_with_one_script_and_no_handler():
    made = html.render(hostile_run())
    tree = parse_strictly(made)
    assert len(tree.findall(".//script")) == 1
    for element in tree.iter():
        assert not [name for name in element.attrib if str(name).startswith("on")], (
            element.tag
        )
        assert not str(element.attrib.get("href", "#")).lower().startswith("javascript")
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} & {
        "iframe",
        "object",
        "embed",
        "base",
        "img",
    } == set()


def test_the_policy_allows_only_its_own_script_and_style(run):
    made = html.render(run)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made)[1]
    assert policy.startswith("default-src &#39;none&#39;")
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", made, re.S)[1]
        assert (
            base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            in policy
        )


def test_the_page_is_one_small_file(run):
    made = html.render(run)
    assert not re.search(r"(?:src|href)=\"(?!#)", made)
    assert "url(" not in made
    assert len(made.encode()) - len(run.document.text.encode()) < 300_000


def test_shows_every_character_of_the_text(run):
    tree = parse_strictly(html.render(run))
    (text,) = (
        element
        for element in tree.iter("div")
        if element.attrib.get("class", "").split()[:1] == ["text"]
    )
    assert "".join(text.itertext()).replace("\n", "") == run.document.text.replace(
        "\n", ""
    )


def test_marks_a_claim_whose_quote_was_not_found():
    made = answer(claim("Nobody wrote this sentence in it.", "Something else."))
    run = summarize(
        "Mercury has no moons at all.",
        settings=Settings(engine="llm", model="scripted"),
        client=ScriptedClient([response(made), response({"corrections": []})]),
    )
    page = html.render(run)
    assert "Quote not found" in page
    assert 'href="#s1"' not in page


def test_without_the_text_there_are_cards_but_no_links_into_it(run):
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
    parse_strictly(page)
    assert page.count('<article class="document">') == 1
    assert json.loads(found.to_json())["searched"] == 2


def test_lists_missing_quotes_apart_and_shows_the_cost_of_claims():
    text = "The ferry carried 900 people in 2020."
    reply = answer(claim(text), claim("The ferry carried <b>400</b> people in 1999."))
    second = response({"corrections": []})
    made = summarize(
        text,
        settings=Settings(model="m"),
        client=ScriptedClient([response(reply), second]),
    )
    priced = replace(made, usage=replace(made.usage, cost_usd=0.01))
    page = html.render(priced)
    (apart,) = re.findall(r'<section class="apart".*?</section>', page, re.S)
    assert "carried &lt;b&gt;400&lt;/b&gt; people in 1999" in apart
    assert "carried 900 people" not in apart
    assert page.count("$0.0050, its share of the run") == 2
    assert "its share of the run" not in html.render(made)
    assert 'class="apart"' not in html.render(replace(made, claims=made.claims[:1]))
