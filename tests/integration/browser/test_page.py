"""The pages of the server in a real browser: submit, watch, read, check, export."""

import base64
import json
import zipfile
from pathlib import Path

import html5lib
import pytest

from claimcheck import Run, Settings
from tests.support.hostile import HOSTILE
from tests.support.paths import AXE, SEED
from tests.support.waiting import wait_until
from tests.support.web import FERRY, run_server, serve_held_model

DROP = """([name, text, kind]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: kind }));
  const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
  for (const event of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(event, options));
}"""


@pytest.fixture
def api(tmp_path):
    with run_server(tmp_path / "s.db") as client:
        yield client


@pytest.fixture
def visit(browser):
    """Open pages of a server; record their console messages and requests."""
    contexts = []

    def go(api, path="/", **options):
        size = {"width": 1300, "height": 900}
        context = browser.new_context(
            **{"viewport": size, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.dismiss = lambda dialog: (
            page.complaints.append("dialog"),
            dialog.dismiss(),
        )
        page.on("dialog", page.dismiss)
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(f"{str(api.base_url).rstrip('/')}{path}")
        return page

    yield go
    for context in contexts:
        context.close()


def list_foreign_requests(page, api):
    return [
        url
        for url in page.requests
        if not url.startswith((str(api.base_url), "data:", "blob:"))
    ]


def test_a_pasted_text_becomes_a_report_and_is_listed(visit, api):
    page = visit(api)
    page.fill("[name=text]", SEED.read_text(encoding="utf-8"))
    page.fill("[name=title]", "Talks")
    page.check("[name=check]")
    page.click("[type=submit]")
    page.wait_for_url("**/runs/1-1")
    assert page.locator(".card").count() == 20
    assert page.locator(".mark").count() >= 20
    page.click(".brand a")
    assert page.locator(".past-runs li").count() == 1
    assert "20 claims" in page.inner_text(".past-runs")
    assert (page.complaints, list_foreign_requests(page, api)) == ([], [])


def test_a_dropped_file_shows_its_progress(visit, tmp_path):
    with (
        serve_held_model() as model,
        run_server(tmp_path / "s.db", model.settings()) as api,
    ):
        page = visit(api)
        page.evaluate(DROP, ["ferry.md", f"# Ferries\n\n{FERRY}\n", "text/markdown"])
        assert "ferry.md" in page.inner_text("#chosen")
        page.click("[type=submit]")
        page.locator(
            "#stages li", has_text="summary and claims: 0 of 1 answered"
        ).wait_for()
        assert page.locator("#stages li.past").inner_text() == "reading the document"
        assert page.is_disabled("[type=submit]")
        model.released.set()
        page.wait_for_url("**/runs/*")
        assert "ferry.md" in page.inner_text("header")
    assert page.complaints == []


def test_stopping_or_leaving_cancels_the_job(visit, tmp_path):
    with (
        serve_held_model() as model,
        run_server(tmp_path / "s.db", model.settings()) as api,
    ):
        page = visit(api)
        for number, leave in enumerate(
            (lambda: page.click("#stop"), lambda: page.goto("about:blank")), 1
        ):
            page.fill("[name=text]", f"{FERRY} It was trip {number}.")
            page.click("[type=submit]")
            page.locator("#stages li", has_text="0 of 1 answered").wait_for()
            wait_until(lambda number=number: model.requests == number)
            leave()
            if number == 1:
                assert "Stopped" in page.inner_text("#status")
                assert page.is_enabled("[type=submit]")
            wait_until(lambda number=number: model.disconnects == number)
            wait_until(lambda: api.get("/api/about").json()["open_jobs"] == 0)


def test_errors_appear_beside_the_form(visit, api):
    page = visit(api)
    page.click("[type=submit]")
    assert page.inner_text("#status") == "Enter a text or an address, or choose a file."
    page.fill("[name=url]", "http://127.0.0.1:9/")
    page.click("[type=submit]")
    page.locator("#status.error", has_text="private address").wait_for()
    page.fill("[name=url]", "")
    page.evaluate(DROP, ["broken.pdf", "%PDF-1.4 broken", "application/pdf"])
    page.click("[type=submit]")
    page.locator("#status.error", has_text="broken.pdf").wait_for()
    page.click("#remove-file")
    page.evaluate(DROP, ["large.txt", "word " * 4_000_000, "text/plain"])
    page.click("[type=submit]")
    page.locator("#status.error", has_text="too large").wait_for()
    assert page.goto(f"{api.base_url}/runs/7-7").status == 404
    assert "this run does not exist" in page.inner_text("main")


def test_a_claim_is_checked_against_added_evidence(visit, api, tmp_path):
    api.post("/api/runs", json={"text": FERRY})
    page = visit(api, "/runs/1-1")
    page.click("button.recheck")
    page.click("#recheck [type=submit]")
    assert (
        page.inner_text("#recheck-status")
        == "Enter a text or an address, or choose a file."
    )
    page.keyboard.press("Escape")
    page.click("button.recheck")
    (tmp_path / "report.txt").write_text("In 2020 the ferry carried 700 people.")
    page.set_input_files("#recheck [name=files]", tmp_path / "report.txt")
    page.click("#recheck [type=submit]")
    later = page.locator("#c1 .later")
    later.wait_for()
    assert "Refuted" in later.inner_text()
    assert "report.txt" in later.inner_text()
    later.locator("a").click()
    page.wait_for_url("**/checks/1")
    assert "700 people" in page.inner_text(".documents")
    assert (page.complaints, list_foreign_requests(page, api)) == ([], [])


def test_a_person_decides_about_a_claim(visit, api):
    api.post("/api/runs", json={"text": FERRY})
    page = visit(api, "/runs/1-1")
    page.click("button.decide")
    assert not page.is_visible("#decide [name=text]")
    page.select_option("#decide [name=action]", "edited")
    page.fill("#decide [name=text]", "It carried 900 people.")
    assert page.input_value("#decide [name=speaker]") == "the document"
    page.fill("#decide [name=speaker]", "Ines Mora")
    page.select_option("#decide [name=verdict]", "supported")
    page.fill("#decide [name=by]", "Ann <b>")
    page.click("#decide [type=submit]")
    decided = page.locator("#c1 .decision")
    decided.wait_for()
    assert decided.inner_text().startswith("Edited and judged supported by Ann <b>")
    assert page.inner_text("#c1 .claim") == "It carried 900 people."
    (decision,) = api.get("/api/runs/1-1").json()["decisions"]
    assert (decision["action"], decision["verdict"]) == ("edited", "supported")
    assert decision["speaker"] == "Ines Mora"
    assert "Ines Mora" in page.inner_text("#c1 .head")
    # Only what was changed is decided.
    page.click("button.decide")
    page.select_option("#decide [name=action]", "edited")
    page.fill("#decide [name=speaker]", "Bo Larsen")
    page.click("#decide [type=submit]")
    page.locator("#c1 .head", has_text="Bo Larsen").wait_for()
    *_, last = api.get("/api/runs/1-1").json()["decisions"]
    assert (last["text"], last["speaker"]) == (None, "Bo Larsen")
    assert page.complaints == []


def test_deleting_a_run_asks_for_confirmation(visit, api):
    api.post("/api/runs", json={"text": FERRY})
    page = visit(api, "/runs/1-1")
    page.click("#delete")  # the dialog is dismissed
    assert page.complaints == ["dialog"]
    assert api.get("/api/runs/1-1").status_code == 200
    page.remove_listener("dialog", page.dismiss)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#delete")
    page.wait_for_url("**/")
    assert "None yet" in page.inner_text("main")


def test_every_export_downloads_a_named_file(visit, api, tmp_path):
    api.post("/api/runs", json={"text": FERRY, "check": True})
    page = visit(api, "/runs/1-1")
    page.click(".exports summary")
    names = []
    for link in page.locator(".exports a").all():
        with page.expect_download() as waiting:
            link.click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        names.append(path.name)
    assert names == [
        f"run-1-1.{ending}"
        for ending in ("json", "html", "md", "txt", "csv", "parquet", "jsonld", "zip")
    ]
    assert Run.from_json((tmp_path / "run-1-1.json").read_bytes()).verdicts
    assert "manifest.json" in zipfile.ZipFile(tmp_path / "run-1-1.zip").namelist()


def test_a_check_exports_as_claimreview_for_a_known_publisher(visit, api, tmp_path):
    given = {
        "claims": [{"text": "The ferry carried 700 people."}],
        "evidence": [{"text": FERRY}],
    }
    api.post("/api/checks", json=given)
    assert (
        visit(api, "/checks/1").locator(".exports form").count() == 0
    )  # the publisher is unknown
    known = Settings(
        engine="extractive", publisher_name="Desk", publisher_url="https://example.org"
    )
    with run_server(tmp_path / "s.db", known) as desk:
        page = visit(desk, "/checks/1")
        page.click(".exports summary")
        page.fill("[name=review_url]", "https://example.org/review")
        with (
            page.expect_response("**/api/checks/1?**") as answer,
            page.expect_download() as waiting,
        ):
            page.click(".exports [type=submit]")
        assert answer.value.headers["content-type"] == "application/ld+json"
        (review,) = json.loads(Path(waiting.value.path()).read_bytes())
    assert review["url"].startswith("https://example.org/review")
    assert page.complaints == []


def test_hostile_text_never_runs_on_a_server_page(visit, api):
    text = "\n\n".join(
        f"The ferry carried {number} people {item}."
        for number, item in enumerate(HOSTILE, 100)
    )
    name = HOSTILE[0].replace("/", "")
    given = {
        "data": base64.b64encode(text.encode()).decode(),
        "name": f"{name}.txt",
        "title": HOSTILE[0],
    }
    made = api.post("/api/runs", json=given)
    claim = made.json()["claims"][0]["id"]
    api.post(
        f"/api/runs/1-1/claims/{claim}/checks",
        json={"evidence": [{"text": text, "title": HOSTILE[1]}]},
    )
    for path in ("/", "/runs/1-1", "/checks/1"):
        page = visit(api, path)
        page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None
        assert page.complaints == []
        assert list_foreign_requests(page, api) == []
        html5lib.HTMLParser(strict=True).parse(api.get(path).text)


@pytest.mark.skipif(
    not AXE.exists(), reason="needs axe-core from npm (make test installs it)"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(visit, api, tmp_path, scheme):
    api.post(
        "/api/runs", json={"text": SEED.read_text(encoding="utf-8"), "check": True}
    )
    claim = api.get("/api/runs/1-1").json()["claims"][0]["id"]
    evidence = {"evidence": [{"text": "The talks ended on Wednesday, 20 March."}]}
    api.post(f"/api/runs/1-1/claims/{claim}/checks", json=evidence)

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    if scheme == "dark":
        rules = ["color-contrast"]  # all others find the same in both

    def violations(page):
        # Cards outside the window have no size until they are scrolled to.
        page.evaluate(
            "for (const card of document.querySelectorAll('.card'))"
            " card.style.contentVisibility = 'visible'"
        )
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run({runOnly: rules})", rules)["violations"]
        return [
            (item["id"], [node["html"][:90] for node in item["nodes"][:3]])
            for item in found
        ]

    for path in ("/", "/runs/1-1", "/checks/1", "/runs/9-9"):
        page = visit(api, path, color_scheme=scheme)
        assert violations(page) == [], path
        if path == "/runs/1-1":
            page.locator("button.recheck").first.click()
            assert violations(page) == [], "dialog"
    with run_server(tmp_path / "t.db", token="a-long-and-random-token") as locked:
        assert violations(visit(locked, "/", color_scheme=scheme)) == []


def test_the_token_lets_a_browser_in(visit, tmp_path):
    with run_server(tmp_path / "t.db", token="a-long-and-random-token") as api:
        page = visit(api)
        page.fill("[name=token]", "wrong")
        page.click("[type=submit]")
        assert "token is wrong" in page.inner_text("main")
        page.fill("[name=token]", "a-long-and-random-token")
        page.click("[type=submit]")
        page.fill("[name=text]", FERRY)
        page.click("[type=submit]")
        page.wait_for_url("**/runs/1-1")


def test_the_api_docs_load_nothing_from_elsewhere(visit, api):
    page = visit(api, "/docs")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() == 10
    assert (page.complaints, list_foreign_requests(page, api)) == ([], [])


def test_every_page_fits_a_phone(visit, api):
    api.post("/api/runs", json={"text": SEED.read_text(encoding="utf-8")})
    for path in ("/", "/runs/1-1"):
        page = visit(api, path, viewport={"width": 360, "height": 740})
        if path != "/":
            page.click(".exports summary")
            box = page.locator(".exports ul").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
