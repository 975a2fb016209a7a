"""Known claims in the files that publishers and data sets have."""

import json
from datetime import date

import pytest

from claimcheck import errors
from claimcheck.models.known import KnownClaim
from claimcheck.search.known_files import read_known_claims

REVIEW = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "claimReviewed": "The ferry sank.",
    "author": {"@type": "Organization", "name": "Fact Desk"},
    "datePublished": "2024-05-01",
    "url": "https://facts.example/ferry",
    "itemReviewed": {"@type": "Claim", "author": [{"@type": "Person", "name": "A. Blogger"}]},
    "reviewRating": {"@type": "Rating", "ratingValue": "1", "alternateName": "False"},
}  # fmt: skip
KNOWN = KnownClaim(
    text="The ferry sank.",
    speaker="A. Blogger",
    rating="False",
    publisher="Fact Desk",
    reviewed=date(2024, 5, 1),
    url="https://facts.example/ferry",
)
FEED = {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}, {"@type": "DataFeedItem", "item": None}]}  # fmt: skip
PAGE = f"""<!DOCTYPE html><html><head><script>var a = "ClaimReview";</script>
<script type="application/ld+json">{{"@type": "NewsArticle"}}</script>
<script type='application/ld+json; charset=utf-8'>{json.dumps([REVIEW])}</script>
<script type="application/ld+json">{{broken</script></head><body><p>Text</body></html>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.json", json.dumps(REVIEW)),
        ("list.jsonld", json.dumps([REVIEW])),
        ("types.json", json.dumps(REVIEW | {"@type": ["ClaimReview", "Article"]})),
        ("graph.jsonld", json.dumps({"@graph": [{"@type": "WebPage"}, REVIEW]})),
        ("feed.json", json.dumps(FEED)),
        ("page.html", PAGE),
        ("rows.jsonl", json.dumps(REVIEW) + "\n"),
    ],
)
def test_claim_reviews_are_found_wherever_they_are(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert read_known_claims(str(tmp_path / name)) == [KNOWN]


def test_order_is_kept(tmp_path):
    reviews = [REVIEW | {"claimReviewed": f"Claim {number}."} for number in range(5)]
    (tmp_path / "k.json").write_text(json.dumps({"@graph": reviews}))
    texts = [item.text for item in read_known_claims(str(tmp_path / "k.json"))]
    assert texts == [f"Claim {number}." for number in range(5)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k.csv", 'claim,verdict,date,url\n"The ferry, it sank.",False,2024-05-01,https://facts.example/\n'),
        ("k.tsv", "vclaim_id\tvclaim\trating\tdate\turl\n1\tThe ferry, it sank.\tFalse\t2024-05-01\thttps://facts.example/\n"),
        ("excel.csv", 'Claim-ID;claim;verdict;date;url\n1;"The ferry, it sank.";False;2024-05-01;https://facts.example/\n'),
        ("k.json", '[{"claim": "The ferry, it sank.", "verdict": "False", "date": "2024-05-01", "url": "https://facts.example/"}]'),
        ("k.jsonl", '{"text": "The ferry, it sank.", "label": "False", "reviewDate": "2024-05-01", "link": "https://facts.example/"}\n'),
    ],
)  # fmt: skip
def test_rows_of_data_sets_are_known_claims(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert read_known_claims(str(tmp_path / name)) == [
        KnownClaim(
            "The ferry, it sank.",
            rating="False",
            reviewed=date(2024, 5, 1),
            url="https://facts.example/",
        )
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("k.csv", "id,words\n1,The ferry sank.\n", "has no column with the claims. Name it one of: text, claim, "),
        ("k.jsonl", '{"text": "The ferry sank."}\n{"text": 7}\n{"x": 1}\n', "row 2 has no claim; row 3 has no claim. Give it as a string"),
        ("k.jsonl", '{"text": "The ferry sank."}\nnonsense\n', ":2: is not JSON"),
        ("k.html", "<html><body>No markup</body></html>", "has no known claim"),
        ("k.json", "[]", "has no known claim"),
    ],
)  # fmt: skip
def test_a_file_without_claims_says_what_it_needs(tmp_path, name, text, problem):
    (tmp_path / name).write_text(text)
    with pytest.raises(errors.InputError, match=problem):
        read_known_claims(str(tmp_path / name))


def test_hostile_text_is_cleaned(tmp_path):
    review = REVIEW | {"claimReviewed": "\x1b[31mThe\nferry \u202esank." + "x" * 9_999}
    (tmp_path / "k.json").write_text(json.dumps(review))
    (known,) = read_known_claims(str(tmp_path / "k.json"))
    assert known.text.startswith("[31mThe ferry sank.")
    assert len(known.text) == 2_000


@pytest.mark.parametrize(
    "header",
    ["Claim;Rating", "claim_reviewed;textual_rating", "Claim Reviewed;VERDICT"],
)
def test_names_of_columns_may_be_written_in_any_way(tmp_path, header):
    path = tmp_path / "known.csv"
    path.write_text(f"{header}\nIt sank.;False\n")
    (known,) = read_known_claims(str(path))
    assert (known.text, known.rating) == ("It sank.", "False")
