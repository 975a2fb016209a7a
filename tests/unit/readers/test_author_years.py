"""Citations by author and year, and the references that they mean."""

import pytest

from claimcheck.readers.author_years import list_reference_keys
from claimcheck.readers.citations import parse_draft
from claimcheck.readers.draft_page import render_markdown

REFERENCES = """

## References

Smith, J., & Lee, A. (2019). *The ferry of Oslo in 1950*. ferry.txt
Müller K, Weiß A, Kim B. Der Turm von 1868. J Sea. 2018;12:1990-1999. tower.txt
World Health Organization. (2020). Report on piers. who.pdf
Lee, Ann. Ferries of Norway. Oslo: Fjord, 1999.
van der Berg, P. (2021a). One. one.txt
van der Berg, P. (2021b). Two. two.txt
"""
BOOK = "Lee, Ann. Ferries of Norway. Oslo: Fjord, 1999."


def read(text):
    draft = parse_draft(render_markdown(text + REFERENCES))
    return [(item.claim, *item.sources, *item.undefined) for item in draft.cited]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It sank in May (Smith & Lee, 2019).", ("It sank in May.", "ferry.txt")),
        ("It sank [Smith and Lee 2019, p. 4].", ("It sank.", "ferry.txt")),
        ("It sank (Smith et al., 2019; Müller et al., 2018).", ("It sank.", "ferry.txt", "tower.txt")),
        ("It leans (vgl. Muller u. a. 2018, S. 4).", ("It leans.", "tower.txt")),
        ("The pier closed (WHO, 2020).", ("The pier closed.", "who.pdf")),
        ("Ferries are old (Lee, 1999).", ("Ferries are old.", BOOK)),
        ("They are old (van der Berg, 2021a, 2021b).", ("They are old.", "one.txt", "two.txt")),
        ("They are old (see Kim, 2017).", ("They are old.", "(Kim, 2017)")),
        ("It sank (Smith & Kim, 2019).", ("It sank.", "(Smith & Kim, 2019)")),
        ("Smith and Lee (2019) found that it sank in May.", ("It sank in May.", "ferry.txt")),
        ("According to Müller et al. (2018), it was built in 1868.", ("It was built in 1868.", "tower.txt")),
        ("The World Health Organization (2020) reported that it closed then.", ("It closed then.", "who.pdf")),
        ("It ([Smith, 2019](a.txt)) sank in May.", ("It sank in May.", "a.txt")),
    ],
)  # fmt: skip
def test_a_citation_means_the_reference_with_its_authors_and_year(text, cited):
    assert read(text) == [cited]


@pytest.mark.parametrize(
    "text",
    [
        "It opened again (May 2019) and closed.",
        "They won twice (Olympics 2012) in a row.",
        "It was built by the harbor (1868).",
        "It sank (in 2019, at night).",
    ],
)
def test_other_years_in_brackets_cite_nothing(text):
    assert read(text) == []


def test_without_such_references_a_place_and_a_year_are_no_citation():
    text = "The treaty (Paris, 2015) was signed [1].\n\n# References\n\n1. a.txt\n"
    (item,) = parse_draft(render_markdown(text)).cited
    assert (item.claim, item.undefined) == ("The treaty (Paris, 2015) was signed.", ())


def test_unused_references_are_listed_once():
    draft = parse_draft(render_markdown(f"It sank (Smith & Lee, 2019).{REFERENCES}"))
    assert draft.unused == ("tower.txt", "who.pdf", BOOK, "one.txt", "two.txt")


@pytest.mark.parametrize(
    "entry", ["", "2019", "https://a.example/2019", "(2019)", "..."]
)
def test_a_reference_without_authors_has_no_key(entry):
    assert list_reference_keys(entry) == []
