"""Numbers and times: their value where the text makes it certain."""

from datetime import date

import pytest

from claimcheck.english.dates import find_first_time, find_publication_date, find_times, find_year_before
from claimcheck.english.quantities import find_quantities

WEDNESDAY = date(2019, 3, 20)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("some 3 million people", [("3 million people", 3e6, "people")]),
        ("below a million barrels a day", [("a million barrels a day", 1e6, "barrels/day")]),
        ("It cost $1.2 billion.", [("$1.2 billion", 1.2e9, "USD")]),
        ("fell 7% and 2.5 percent", [("7%", 7.0, "%"), ("2.5 percent", 2.5, "%")]),
        ("twenty-five ships", [("twenty-five ships", 25.0, "ships")]),
        ("two hundred thousand people", [("two hundred thousand people", 2e5, "people")]),
        ("In 2015 it closed on May 4.", []),
        ("It opened on 3 May, closed on 4 Sept, and 12 of them may leave.", [("12", 12.0, None)]),
        ("the 3rd of 5:30 v2.1.3", []),
        ("one of them, no one", []),
        ("350万人, 3,5 Millionen, 1.200.000", []),  # better none than a wrong value
        ("1,250,000 euros", [("1,250,000 euros", 1.25e6, "euros")]),
        ("almost NOK 4 billion", [("NOK 4 billion", 4e9, "NOK")]),
        ("EUR42m and A$5", [("EUR42m", 4.2e7, "EUR"), ("A$5", 5.0, "AUD")]),
        ("5 million Canadian dollars", [("5 million Canadian dollars", 5e6, "Canadian dollars")]),
        ("They try 3 times, in all 96.", [("3 times", 3.0, "times"), ("96", 96.0, None)]),
        ("ABC7, CO2, MP3", []),
        ("in the twenty-first century", []),
        ("Part 2 of Game 6, No. 13 seed", []),
        ("eighteen and a half years", [("eighteen and a half years", 18.5, "years")]),
        ("two and a half million people", [("two and a half million people", 2.5e6, "people")]),
        ("two separate rooms", [("two separate rooms", 2.0, "rooms")]),
        ("500 large international companies", [("500 large international companies", 500.0, "companies")]),
        ("33.6 trillion cubic metres", [("33.6 trillion cubic metres", 3.36e13, "cubic metres")]),
        ("12 million free meals a day", [("12 million free meals a day", 1.2e7, "meals/day")]),
    ],
)
def test_quantities(text, found):
    assert [(item.text, item.value, item.unit) for item in find_quantities(text)] == found


@pytest.mark.parametrize(
    ("text", "written", "resolved"),
    [
        ("The talks ended on Tuesday.", "Tuesday", "2019-03-19"),
        ("They met on Wednesday.", "Wednesday", "2019-03-20"),
        ("They will meet on Friday.", "Friday", None),
        ("They met last Friday.", "last Friday", None),
        ("It began in January.", "in January", "2019-01"),
        ("It began in November.", "in November", "2018-11"),
        ("He was re-elected last year.", "last year", "2018"),
        ("It will stop on 4 October.", "4 October", "2019-10-04"),
        ("It stopped on 4 October.", "4 October", "2018-10-04"),
        ("It was on 5 May 2011.", "5 May 2011", "2011-05-05"),
        ("since 2015", "since 2015", "2015"),
        ("She sued in March 2016.", "in March 2016", "2016-03"),
        ("It was lost in early May, 2011.", "in early May, 2011", "2011-05"),
        ("It opened in March and April 2016.", "in March", "2016-03"),
        ("It opened in March or in April 2016.", "in March", "2016-03"),
        ("It was open on May 3-5, 2016.", "May 3", "2016-05-03"),
        ("It was open from May 3 to 5, 2016.", "May 3", "2016-05-03"),
        ("It was open from 3 March to 5 April 2016.", "3 March", "2016-03-03"),
        ("It was open on May 31 and June 31, 2016.", "May 31", "2016-05-31"),
        ("In March, 20 people came.", "In March", "2019-03"),
        ("It began in March. 2016 was wet.", "in March", "2019-03"),
        ("Hours earlier, it rained.", "Hours earlier", None),
        ("people today live longer", "today", None),
    ],
)
def test_times(text, written, resolved):
    found = find_first_time(text, WEDNESDAY)
    assert (found.text, found.resolved) == (written, resolved)


def test_without_a_publication_date_tuesday_is_only_tuesday():
    assert find_first_time("The talks ended on Tuesday.", None).resolved is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Title\n\n12 September 2026\n\nText.", (date(2026, 9, 12), "text")),
        ("Published: March 3, 2021\nText.", (date(2021, 3, 3), "text")),
        ("Text. https://a.example/2019/03/20/x", (date(2019, 3, 20), "url")),
        ("T. https://a.example/2019/03/20/x and https://a.example/2020/03/20/y", None),
        (
            "T.\nOriginal url:\nhttps://a.example/2019/03/20/x\nhttps://a.example/2020/03/20/y",
            (date(2019, 3, 20), "url"),
        ),
        (
            "The treaty of 5 May 1955 was signed by ministers of nine states in the old town hall of Bonn.",
            None,
        ),
        ("https://a.example/2019/13/45/x", None),
    ],
)
def test_the_publication_date(text, found):
    assert find_publication_date(text) == found


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("In 1942 they met, and in February they left.", ["1942", None]),
        ("On 5 May 2011 it passed; on 7 June it was signed.", ["2011-05-05", None]),
        ("It began in 2018, and in September it ended.", ["2018", "2018-09"]),
        ("It began in 2018, and in February it ended.", ["2018", None]),  # of 2018, or of 2019
        ("It began in 1942. On Tuesday it ended.", ["1942", "2019-03-19"]),
    ],
)
def test_a_month_is_of_the_year_that_is_told_of(text, resolved):
    assert [when.resolved for when in find_times(text, WEDNESDAY)] == resolved


def test_the_year_told_of_is_the_last_one_named_before_in_the_paragraph():
    text = "It was 1999.\n\nIn 1942 they met. In 1,985 days they left; in 2020-21 they came. Then"
    assert find_year_before(text, len(text)) == 1942
    assert find_year_before(text, text.index("In 1942")) is None
    assert find_year_before(text + " word" * 200, len(text) + 1_000) is None
    assert find_first_time("They left in February.", WEDNESDAY).resolved == "2019-02"
    assert find_first_time("They left in February.", WEDNESDAY, told=1942).resolved is None


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Results\n\nOSLO, October 24, 2024 - Norvik reports.", date(2024, 10, 24)),
        ("Oslo, Norway, Oct. 24, 2024 (NEWSWIRE) -- Norvik reports.", date(2024, 10, 24)),
        ("NEW YORK, 5 May 2011 (AP) — Norvik reports.", date(2011, 5, 5)),
        ("Published 20 March 2019\n\nOSLO, October 24, 2024 - Norvik reports.", date(2019, 3, 20)),
        ("LONDON, May 5 (Reuters) - Norvik reports.", None),
        ("Ann Lee was born in Oslo, May 3, 1950 - and lived there.", None),
        ("USA troops left Oslo, May 3, 1950 - and came back.", None),
        ("A line.\n" * 400 + "OSLO, October 24, 2024 - Norvik reports.", None),
    ],
)
def test_a_dateline_dates_the_text(text, published):
    found = find_publication_date(text)
    assert (found and found[0]) == published
