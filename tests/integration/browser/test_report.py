"""The HTML report in a real browser: links, filters, keyboard, accessibility, and safety."""

from dataclasses import replace

import pypdfium2
import pytest

from claimcheck import Document, Settings, Statement, check, summarize
from claimcheck.reports import html
from claimcheck.reports.html import overview
from tests.support.hostile import HOSTILE, hostile_run
from tests.support.paths import AXE, SEED
from tests.support.scripted import ScriptedClient, answer, claim, response

EXTRACTIVE = Settings(engine="extractive")


@pytest.fixture(scope="module")
def run():
    return summarize(
        Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt"),
        settings=EXTRACTIVE,
        check=True,
    )


@pytest.fixture(scope="module")
def unchecked_run():
    return summarize(
        Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt"),
        settings=EXTRACTIVE,
    )


@pytest.fixture
def page(open_page, unchecked_run):
    return open_page(html.render(unchecked_run))


def classes(page, selector):
    return page.locator(selector).first.get_attribute("class").split()


def test_opens_from_disk_without_messages_or_requests(page):
    assert (page.said, len(page.asked)) == ([], 1)
    assert page.title().endswith("- claimcheck")
    assert page.locator(".card").count() == 20


def test_hovering_highlights_the_other_side(page):
    page.locator(".mark").nth(3).hover()
    number = page.locator(".mark").nth(3).get_attribute("data-claims")
    assert "on" in classes(page, f"#c{number}")
    page.locator("#c2").hover()
    assert "on" in classes(page, ".mark[data-claims='2']")
    assert "on" not in classes(page, f"#c{number}")
    page.locator("#c4").focus()
    assert "on" in classes(page, ".mark[data-claims='4']")
    page.locator("#s5").focus()
    assert "on" in classes(page, "#c5")


def test_clicking_the_text_leads_to_the_card_and_back(page):
    page.locator(".mark[data-claims='12']").first.click()
    assert page.evaluate("document.activeElement.id") == "c12"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.claims") == "12"
    page.locator("#c1 .where").click()
    assert page.evaluate("location.hash") == "#s1"


def test_the_keyboard_moves_between_claims(page):
    for key, active in (("j", "c1"), ("j", "c2"), ("k", "c1")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == active
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("jj")  # letters in a field are letters
    assert page.locator("#search").input_value() == "jj"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_filters_and_search_narrow_the_claims(page):
    page.locator("select[name=speaker]").select_option("Elliot Abrams")
    shown = page.locator(".card:visible")
    speakers = {card.get_attribute("data-speaker") for card in shown.all()}
    assert (speakers, page.locator("#shown").inner_text()) == (
        {"Elliot Abrams"},
        f"{shown.count()} of 20 claims",
    )
    page.locator("select[name=speaker]").select_option("")
    page.locator("#search").fill("oil exports barrels")
    assert 0 < page.locator(".card:visible").count() < 5
    page.locator("#search").fill("")
    page.locator("input[name=worth]").fill("0.7")
    worths = [
        float(card.get_attribute("data-worth"))
        for card in page.locator(".card:visible").all()
    ]
    assert worths
    assert min(worths) >= 0.7
    page.locator("input[name=worth]").fill("0")
    page.locator("select[name=kind]").select_option("quantity")
    assert {
        card.get_attribute("data-kind") for card in page.locator(".card:visible").all()
    } == {"quantity"}


def test_filters_by_verdict_and_check_worthiness(open_page):
    text = "The ferry carried 900 people in 2020. It is the oldest ship of the line. In 2021 it carried 400 people."
    reply = answer(
        claim("The ferry carried 900 people in 2020."),
        claim(
            "In 2021 it carried 400 people.",
            "In 2021 it carried 300 people.",
            check_worthiness=0.9,
        ),
    )
    client = ScriptedClient([response(reply), response({"corrections": []})])
    run = summarize(text, settings=Settings(model="m"), client=client)
    checked = check(run, text, settings=EXTRACTIVE)
    page = open_page(html.render(replace(run, verdicts=checked.verdicts)))

    def shown():
        return [
            card.get_attribute("data-claims")
            for card in page.locator(".card:visible").all()
        ]

    assert shown() == ["2", "1"]  # what needs attention is first
    refuted = page.locator("button[data-tag=refuted]")
    assert refuted.inner_text() == "1 refuted"
    refuted.click()
    assert shown() == ["2"]
    assert refuted.get_attribute("aria-pressed") == "true"
    assert not page.locator(".group").last.is_visible()
    refuted.click()
    page.locator("input[name=worth]").fill("0.7")
    assert shown() == ["2"]
    page.locator("input[name=worth]").fill("0")
    assert shown() == ["2", "1"]


def test_a_refuted_sentence_of_the_summary_leads_to_its_evidence(open_page):
    text = "The ferry carried 900 people in 2020."
    reply = answer(
        claim(text),
        sentences=[{"text": "The ferry carried 700 people in 2020.", "claims": [1]}],
    )
    run = summarize(
        text, settings=Settings(model="m"), client=ScriptedClient([response(reply)])
    )
    sentence = Statement.of("The ferry carried 700 people in 2020.")
    checked = check([sentence], text, settings=EXTRACTIVE)
    page = open_page(html.render(replace(run, verdicts=checked.verdicts)))
    answered = page.locator(".side li .answer").first
    assert "Refuted The claim says “700 people”" in answered.inner_text()
    link = answered.locator(".evidence a")
    anchor = link.get_attribute("href")
    link.press("Enter")
    assert page.evaluate("location.hash") == anchor
    assert page.locator(anchor).bounding_box()["y"] < 900


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1300)])
def test_axe_finds_no_violation(open_page, run, scheme, width):
    if not AXE.exists():
        pytest.skip("needs axe-core from npm: make .browser/.done")
    page = open_page(
        html.render(run), color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)["violations"]
    assert [
        (item["id"], [node["html"][:90] for node in item["nodes"][:3]])
        for item in found
    ] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_an_overview(open_page, run, scheme):
    if not AXE.exists():
        pytest.skip("needs axe-core from npm: make .browser/.done")
    entries = [
        overview.BatchDocument("1", "x", "done", "", run),
        overview.BatchDocument("2", "y", "failed", "refused: no", None),
    ]
    page = open_page(
        overview.render("runs.db", "batch 1", entries), color_scheme=scheme
    )
    assert (page.said, len(page.asked)) == ([], 1)
    # the policy lets no other script run, so axe is given to the page by the driver
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [
        (item["id"], [node["html"][:90] for node in item["nodes"][:3]])
        for item in found
    ] == []


def test_on_a_phone_nothing_is_wider_than_the_screen(open_page, run):
    page = open_page(html.render(run), viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_toggles_between_dark_and_light(page):
    def shade():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    before = shade()
    page.locator("#theme").click()
    after = shade()
    page.locator("#theme").click()
    assert (before != after, shade()) == (True, before)


def test_prints_the_text_and_every_card(open_page, run):
    page = open_page(html.render(run))
    page.emulate_media(media="print")
    assert not page.locator("#filter").is_visible()
    assert all(card.is_visible() for card in page.locator(".card").all())


def test_an_article_with_its_claims_prints_on_three_pages(open_page, run):
    assert len(run.document.text) > 2800
    printed = open_page(html.render(run)).pdf(format="A4", prefer_css_page_size=True)
    with pypdfium2.PdfDocument(printed) as pages:
        assert len(pages) <= 3
        assert "Summary" in pages[0].get_textpage().get_text_bounded()


def test_hostile_text_never_runs(open_page):
    page = open_page(html.render(hostile_run()))
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    assert "dialog" not in page.said
    assert len(page.asked) == 1
    shown = page.locator(".text").inner_text()
    assert all(part in shown for part in HOSTILE if part.isprintable())
    for key in ("j", "Enter", "?", "Escape"):
        page.keyboard.press(key)
    page.locator(".mark").first.hover()
    assert page.evaluate("window.pwned") is None


def test_marks_cover_exactly_their_claims_after_any_characters(open_page):
    text = "🙂🙂 The \U0001d573 ferry carried 900 people in 2020. שלום עולם. It was built in Gdansk in 1998."
    run = summarize(text, settings=EXTRACTIVE)
    page = open_page(html.render(run))
    for number, found in enumerate(run.claims, 1):
        marked = "".join(
            page.locator(f".mark[data-claims~='{number}']").all_text_contents()
        )
        assert marked == "".join(span.text for span in found.spans)


def repeat_run(run, times):
    """Return the run of a text that repeats another one, which alone is read."""
    text = run.document.full_text
    claims, ledger = [], []
    for n in range(times):
        moved, lines = n * len(text), n * text.count("\n")
        for found in run.claims:
            spans = (
                replace(
                    span,
                    start=span.start + moved,
                    end=span.end + moved,
                    line=span.line + lines,
                )
                for span in found.spans
            )
            claims.append(replace(found, id=f"{found.id}{n}", spans=tuple(spans)))
        ledger += (
            replace(entry, start=entry.start + moved, end=entry.end + moved)
            for entry in run.ledger
        )
    return replace(
        run,
        document=Document.from_text(text * times),
        claims=tuple(claims),
        ledger=tuple(ledger),
        summary=None,
    )


def test_a_large_document_is_laid_out_only_where_it_is_read(open_page):
    sentences = [
        f"In the year {1000 + n}, the town of Aldbury {n} counted {n * 37} houses and the mayor was glad of it. "
        for n in range(1_200)
    ]
    text = "".join(
        f"{sentence}\n\n" if place % 6 == 0 else sentence
        for place, sentence in enumerate(sentences)
    )
    settings = Settings(engine="extractive", max_claims=300, max_claims_per_passage=40)
    run = repeat_run(summarize(text, settings=settings), 10)
    assert len(run.document.text) > 1_000_000
    assert len(run.claims) > 1_900
    page = open_page(html.render(run))
    page.locator(".card").first.wait_for(state="visible")
    for selector in (".card > *", ".text p > *"):
        laid_out, total = page.evaluate(
            """async selector => {
              const nodes = [...document.querySelectorAll(selector)];
              // Layout of what comes into view takes two frames.
              for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
              const isLaidOut = node => node.checkVisibility({contentVisibilityAuto: true});
              return [nodes.filter(isLaidOut).length, nodes.length];
            }""",
            selector,
        )
        assert 0 < laid_out < total / 20, selector


def test_a_check_shows_its_claims_beside_the_evidence(open_page):
    found = check(
        ["Oil exports were declining by about 500,000 barrels a month."],
        Document.from_text(SEED.read_text(encoding="utf-8"), source="seed.txt"),
        settings=EXTRACTIVE,
    )
    page = open_page(html.render(found))
    assert page.locator("#c1 .badge").first.inner_text() == "Refuted"
    page.locator("#c1 .evidence a").first.press("Enter")
    assert page.evaluate("location.hash") == "#e1"
