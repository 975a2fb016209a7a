"""Draw the pictures of the documentation from real output: `make pictures`.

Needs chromium.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from model import draw
from playwright.sync_api import sync_playwright

from claimcheck import Document, RunStore, Settings, check, summarize
from claimcheck.reports import html
from claimcheck.server import pages
from claimcheck.server.config import ServerConfig
from claimcheck.store.history import History

HERE = Path(__file__).parent
SEED = HERE.parent.parent / "seeds" / "us-russia-venezuela-talks.txt"
CLAIMS = [
    "TASS quoted Ryabkov as saying the talks were difficult but frank.",
    "Oil exports were declining by about 500,000 barrels a month.",
    "Ryabkov said Russia was increasingly concerned by U.S. sanctions on the Latin "
    "American country.",
    "The talks in Rome lasted two hours.",
]
HOVERED = {"summary": ".text .mark >> nth=1", "check": "#c2 .claim"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


def main() -> None:
    program = shutil.which("chromium") or sys.exit("chromium is not installed")
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="talks.txt")
    settings = Settings(engine="extractive")
    (HERE / "model.svg").write_text(draw(), encoding="utf-8")
    pages_by_name = {
        "summary": html.render(summarize(document, settings=settings)),
        "check": html.render(check(CLAIMS, document, settings=settings)),
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        pages_by_name["serve"] = _render_start_page(
            document, settings, Path(folder) / "runs.db"
        )
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        for name, text in pages_by_name.items():
            path = Path(folder) / f"{name}.html"
            path.write_text(text, encoding="utf-8")
            page = browser.new_page(viewport={"width": 1200, "height": 680})
            page.goto(path.as_uri())
            # What is in view already: hovering over anything else would scroll.
            if hovered := HOVERED.get(name):
                page.locator(hovered).first.hover()
            page.wait_for_timeout(300)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


def _render_start_page(document: Document, settings: Settings, path: Path) -> str:
    """Return the start page of `claimcheck serve`, with three runs.

    They are those of the seed and of two articles of the tests.
    """
    articles = [
        HERE.parent.parent / "tests" / "articles" / name
        for name in ("ferry.txt", "heat.txt")
    ]
    with RunStore(path) as store:
        for article in articles:
            text = article.read_text(encoding="utf-8")
            summarize(
                Document.from_text(text, source=article.name),
                settings=settings,
                store=store,
            )
        summarize(document, settings=settings, check=True, store=store)
        return pages.render_home(
            ServerConfig(settings, path, None), History(store), None
        )


if __name__ == "__main__":
    main()
