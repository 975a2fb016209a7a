"""What a time means, given the date of publication if it is known."""

from datetime import date

import pytest

from claimcheck.english.time_resolution import (
    find_first_time,
    find_times,
    find_year_before,
    resolve_relative_times,
)

WEDNESDAY = date(2019, 3, 20)


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
        ("It will stop on 10 March.", "10 March", None),
        ("It stopped on Friday, March 22.", "Friday, March 22", None),
        ("It will stop on Friday, March 22.", "Friday, March 22", "2019-03-22"),
        ("It was due on Friday.", "Friday", None),
        ("The meeting is Tuesday.", "Tuesday", None),
        ("The meeting was Tuesday.", "Tuesday", "2019-03-19"),
        ("The deadline is March 3.", "March 3", None),
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
def test_resolves_dates_from_the_publication_date(text, written, resolved):
    found = find_first_time(text, WEDNESDAY)
    assert (found.text, found.resolved) == (written, resolved)


def test_does_not_resolve_a_weekday_without_a_publication_date():
    assert find_first_time("The talks ended on Tuesday.", None).resolved is None


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("In 1942 they met, and in February they left.", ["1942", None]),
        ("On 5 May 2011 it passed; on 7 June it was signed.", ["2011-05-05", None]),
        ("It began in 2018, and in September it ended.", ["2018", "2018-09"]),
        # February of 2018, or of 2019
        ("It began in 2018, and in February it ended.", ["2018", None]),
        ("It began in 1942. On Tuesday it ended.", ["1942", "2019-03-19"]),
    ],
)
def test_does_not_date_a_month_in_a_paragraph_about_another_year(text, resolved):
    assert [when.resolved for when in find_times(text, WEDNESDAY)] == resolved


def test_finds_the_last_year_named_before_in_the_paragraph():
    text = (
        "It was 1999.\n\n"
        "In 1942 they met. In 1,985 days they left; in 2020-21 they came. Then"
    )
    assert find_year_before(text, len(text)) == 1942
    assert find_year_before(text, text.index("In 1942")) is None
    assert find_year_before(text + " word" * 200, len(text) + 1_000) is None
    assert find_first_time("They left in February.", WEDNESDAY).resolved == "2019-02"
    assert (
        find_first_time("They left in February.", WEDNESDAY, context_year=1942).resolved
        is None
    )


MAY_14 = date(2024, 5, 14)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("It adjourned until Wednesday, January 29, 1997.", ["1997-01-29"]),
        ("They met on Monday, 13 May 2024, in Oslo.", ["2024-05-13"]),
        ("They met on Monday the 13th of May.", [None]),
        ("They will vote on Friday, May 31.", ["2024-05-31"]),
        ("They voted on Friday, 10 May.", ["2024-05-10"]),
        ("They met in 1997 and voted on Thursday, May 1.", ["1997", "1997-05-01"]),
        ("They met on 13 May 2024, a Monday.", ["2024-05-13", None]),
        ("They met Monday (13 May 2024).", [None, "2024-05-13"]),
        ("Prices fall by 40 percent on Black Friday.", []),
        ("They signed it on Good Friday.", []),
        ("The Easter Monday match was lost.", []),
        ("The Sunday Times said so.", []),
        ("Sheffield Wednesday lost.", []),
        ("It is open Monday to Friday.", [None, None]),
        ("It is open every Friday.", [None]),
        ("It rained on a Friday.", [None]),
        ("They agreed to meet on Friday.", [None]),
        ("They are meeting on Friday.", [None]),
        ("They may close it on Friday.", [None]),
        ("It is closed until Friday.", [None]),
        ("They wait for Friday's vote.", [None]),
        ("It was closed on Friday.", ["2024-05-10"]),
        ("On Friday it was closed.", ["2024-05-10"]),
        ("It was late. On Friday Mr Lind left.", ["2024-05-10"]),
        ("Officials said Friday that it was late.", ["2024-05-10"]),
    ],
)
def test_a_weekday_is_dated_only_if_it_is_certain(text, resolved):
    assert [when.resolved for when in find_times(text, MAY_14)] == resolved


@pytest.mark.parametrize(
    "text",
    [
        "The law takes effect June 1.",
        "The fiscal year ends Sept. 30, when 400 jobs will go.",
        "He was born on May 3 in Oslo.",
        "It opened on March 3 last year.",
        "Wednesday marks 40 years since the yard closed.",
        "Since Friday 13 the yard has lost 30 orders.",
        "Critics praised Tuesday's Child for its songs.",
        "It closed in June.",
    ],
)
def test_a_day_that_may_be_another_one_is_not_dated(text):
    assert find_first_time(text, date(2024, 5, 14)).resolved is None


def test_no_bracket_parts_a_range_from_its_year():
    assert resolve_relative_times("on May 12-13, 2024, it fell", WEDNESDAY) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("PORT ELLERY, March 12, 2024 - The bridge closes from July 1.", "July 1"),
        ("OSLO, June 4 (NEWSWIRE) - The city will buy 40 buses.", None),
        ("Ann was born in Oslo, May 3, 1950 - a Wednesday.", "May 3, 1950"),
    ],
)
def test_the_date_of_a_dateline_is_not_when_something_happens(text, written):
    found = find_first_time(text, WEDNESDAY)
    assert (found and found.text) == written
