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


RSS = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Fact Desk</title>
<item><title>No, the ferry did not sink</title><link>https://facts.example/2</link>
<pubDate>Thu, 02 May 2024 10:00:00 GMT</pubDate><description>It did not.</description>
</item>
<item><title>Ferry</title><content:encoded><![CDATA[<p>Text</p>
<script type="application/ld+json">{json.dumps(REVIEW)}</script>]]></content:encoded>
</item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Fact Desk</title><entry>
<title>Did the ferry sink?</title><link href="https://facts.example/3"/>
<updated>2024-05-03T00:00:00Z</updated></entry></feed>"""


def test_a_feed_has_claim_reviews_or_else_titles(tmp_path):
    (tmp_path / "feed.xml").write_text(RSS)
    title, review = read_known_claims(str(tmp_path / "feed.xml"))
    assert review == KNOWN
    assert title == KnownClaim(
        text="No, the ferry did not sink",
        publisher="Fact Desk",
        reviewed=date(2024, 5, 2),
        url="https://facts.example/2",
    )


def test_an_atom_feed_is_a_feed_whatever_its_name(tmp_path):
    (tmp_path / "download").write_text(ATOM)
    (known,) = read_known_claims(str(tmp_path / "download"))
    assert (known.text, known.reviewed) == ("Did the ferry sink?", date(2024, 5, 3))


@pytest.mark.parametrize("text", ["The ferry sank.\n", "<rss><channel/></rss>"])
def test_a_file_without_known_claims_says_what_to_give(tmp_path, text):
    (tmp_path / "known.txt").write_text(text)
    with pytest.raises(errors.InputError, match="no known claim; give ClaimReview"):
        read_known_claims(str(tmp_path / "known.txt"))


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
