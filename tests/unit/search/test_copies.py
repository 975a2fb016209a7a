"""A shortened or reprinted text is a copy; another report of the event is not."""

from claimcheck.search.copies import CopyFinder

REPORT = (
    "The harbor of Varberg was closed on Monday after a ferry ran aground in the fog. "
    "All 212 passengers were brought ashore in lifeboats within two hours. “We heard a "
    "loud noise and the lights went out,” one of them said. The company expects to "
    "resume its service by the end of the week, once divers have inspected the hull."
)
OTHER = (
    "A ferry with more than two hundred people on board hit a rock near Varberg on "
    "Monday morning. Nobody was hurt, the coast guard reported. “We heard a loud noise "
    "and the lights went out,” a passenger told the local radio station. The ship is "
    "forty years old and was repaired in Gothenburg last winter, according to its owner."
)


def find(text):
    copies = CopyFinder()
    copies.add("first", REPORT)
    return copies.find(text)


def test_the_same_text_with_other_typography_is_a_copy():
    text = REPORT.replace("“", '"').replace("”", '"').replace(" ", "\n")
    assert find(text) == "first"


def test_a_shortened_text_is_a_copy():
    assert find(REPORT[: len(REPORT) * 2 // 3]) == "first"


def test_a_copy_among_other_news_is_a_copy():
    assert find(f"{OTHER} {REPORT} {OTHER}") == "first"


def test_a_report_with_the_same_quotation_is_not_a_copy():
    assert find(OTHER) is None


def test_a_single_sentence_is_too_short_to_tell():
    assert find("The harbor of Varberg was closed on Monday.") is None
