"""When a document was published, as far as it says so."""

from datetime import date

import pytest

from claimcheck.english.publication import find_publication_date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Title\n\n12 September 2026\n\nText.", (date(2026, 9, 12), "text")),
        ("Published: March 3, 2021\nText.", (date(2021, 3, 3), "text")),
        ("Fri, 07 Jun 2024 09:00:00 +0200\n\nText.", (date(2024, 6, 7), "text")),
        ("Posted by Ann Lee on June 7, 2024\n\nText.", (date(2024, 6, 7), "text")),
        ("Date: 7 June 2024\n\n8 June 2024\n\nText.", (date(2024, 6, 7), "text")),
        ("Date: 7 June 2024\nText.\n\nDate: 9 June 2024\nText.", None),
        ("Text. https://a.example/2019/03/20/x", None),
        ("Permalink: https://a.example/2019/03/20/x", (date(2019, 3, 20), "url")),
        ("T. https://a.example/2019/03/20/x and https://a.example/2020/03/20/y", None),
        (
            "T.\nOriginal url:\nhttps://a.example/2019/03/20/x\n"
            "https://a.example/2020/03/20/y",
            (date(2019, 3, 20), "url"),
        ),
        (
            "The treaty of 5 May 1955 was signed by ministers of nine states in the old"
            " town hall of Bonn.",
            None,
        ),
        ("https://a.example/2019/13/45/x", None),
    ],
)
def test_finds_the_publication_date(text, found):
    assert find_publication_date(text) == found


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Results\n\nOSLO, October 24, 2024 - Norvik reports.", date(2024, 10, 24)),
        (
            "Oslo, Norway, Oct. 24, 2024 (NEWSWIRE) -- Norvik reports.",
            date(2024, 10, 24),
        ),
        ("NEW YORK, 5 May 2011 (AP) — Norvik reports.", date(2011, 5, 5)),
        ("SALEM, Ore. — July 24, 2024 — Norvik reports.", date(2024, 7, 24)),
        ("OSLO -- July 24, 2024 -- Norvik reports.", date(2024, 7, 24)),
        ("OSLO, July 24, 2024. Norvik reports.", date(2024, 7, 24)),
        (
            "Published 20 March 2019\n\nOSLO, October 24, 2024 - Norvik reports.",
            date(2019, 3, 20),
        ),
        ("Results\n\nBy Ann Lee, 14 May 2024\n\nNorvik reports.", date(2024, 5, 14)),
        ("By Ann Lee, Oslo | May 14, 2024\n\nNorvik reports.", date(2024, 5, 14)),
        ("Ann Lee | 14 May 2024 | 3 min read\n\nNorvik reports.", date(2024, 5, 14)),
        ("By the end of the year, 14 May 2024 was forgotten.", None),
        ("LONDON, May 5 (Reuters) - Norvik reports.", None),
        ("Ann Lee was born in Oslo, May 3, 1950 - and lived there.", None),
        ("She left Oslo — July 24, 2024 — and came back.", None),
        ("USA troops left Oslo, May 3, 1950 - and came back.", None),
        ("A line.\n" * 400 + "OSLO, October 24, 2024 - Norvik reports.", None),
    ],
)
def test_takes_the_publication_date_from_a_dateline(text, published):
    found = find_publication_date(text)
    assert (found and found[0]) == published


@pytest.mark.parametrize(
    "text",
    [
        "Date of the accident: May 3, 1999\n\nText.",
        "May 3, 2019 - a ferry sank\n\nText.",
        "May 3, 2019: version 4.2 is out\n\nText.",
        "Changes\n\nMay 3, 2019\n\nFixes.\n\nJune 4, 2019\n\nMore.",
        "Text. See https://a.example/2019/03/20/another-story-of-people",
    ],
)
def test_does_not_guess_a_publication_date(text):
    assert find_publication_date(text) is None


def test_takes_the_date_from_the_address_of_the_text_itself():
    text = "City trees cut heat\n\nText. https://a.example/2019/03/20/trees-cut-heat"
    assert find_publication_date(text) == (date(2019, 3, 20), "url")
