"""The pictures of the documentation, from what the commands really write: `make pictures`. Needs chromium."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from claimcheck import Document, Settings, check, summarize
from claimcheck.reports import html

HERE = Path(__file__).parent
SEED = HERE.parent.parent / "seeds" / "us-russia-venezuela-talks.txt"
CLAIMS = [
    "TASS quoted Ryabkov as saying the talks were difficult but frank.",
    "Oil exports were declining by about 500,000 barrels a month.",
    "Ryabkov said Russia was concerned by U.S. sanctions.",
    "The talks in Rome lasted two hours.",
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main() -> None:
    program = shutil.which("chromium") or sys.exit("chromium is not installed")
    document = Document.from_text(SEED.read_text(encoding="utf-8"), source="talks.txt")
    settings = Settings(engine="extractive")
    pages = {
        "summary": html.render(summarize(document, settings=settings)),
        "check": html.render(check(CLAIMS, document, settings=settings)),
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        for name, text in pages.items():
            path = Path(folder) / f"{name}.html"
            path.write_text(text, encoding="utf-8")
            page = browser.new_page(viewport={"width": 1200, "height": 680})
            page.goto(path.as_uri())
            page.locator("#c2").hover()
            page.wait_for_timeout(300)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
