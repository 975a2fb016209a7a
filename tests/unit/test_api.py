"""The public functions: which claims and evidence `check` accepts, and how its results belong to a run."""

import pytest

from claimcheck import (
    Document,
    Index,
    Label,
    Settings,
    check,
    errors,
    ground,
    summarize,
)
from tests.support.paths import SEED

SETTINGS = Settings(engine="extractive")
FERRY = "The night ferry carries 900 passengers. It was built in Gdansk in 1998. The day ferry stops in May."


def test_check_keeps_claim_ids_and_names_the_document_of_a_run(seed_run):
    found = check(seed_run, SEED, settings=SETTINGS)
    assert [verdict.subject for verdict in found.verdicts] == [
        claim.id for claim in seed_run.claims
    ]
    assert found.claimed_in.id == seed_run.document.id


def test_summarize_with_check_checks_the_summary_and_the_claims(seed_text):
    run = summarize(seed_text, settings=SETTINGS, check=True)
    texts = {item.text for item in (*run.summary.sentences, *run.summary.key_points)}
    assert len(run.verdicts) == len(texts) + len(run.claims)
    assert {verdict.label for verdict in run.verdicts} == {Label.SUPPORTED}
    assert run.unchecked == ()


@pytest.mark.parametrize(
    ("claims", "against", "problem"),
    [
        ([], FERRY, "claims: the list is empty"),
        (["..."], FERRY, "claim 1: has no words"),
        (
            ["ok claim", "x" * 50_000],
            FERRY,
            "claim 2: has 50,000 characters; the maximum is 10,000",
        ),
        ("one text", FERRY, "give a list with a string per claim"),
        (["a claim"], [], "against: is empty; name a source"),
        (["a claim"], "", "is empty"),
        ([{"text": "x is 3."}], FERRY, "claim 1: is of type dict; give a string"),
        (3, FERRY, "claims: got int; give a list"),
        (["a claim"], 3, "can't be of type int; give a string"),
        (["a claim"], [FERRY.encode()], "can't be of type bytes"),
    ],
)
def test_check_refuses_unusable_claims_and_evidence(claims, against, problem):
    with pytest.raises(errors.InputError, match=problem):
        check(claims, against, settings=SETTINGS)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("article.txt", "Path('article.txt')"),
        ("drafts/my article.docx", "Path('drafts/my article.docx')"),
        ("~/notes.markdown", "Path('~/notes.markdown')"),
        (r"C:\\texts\\report (2).pdf", "Path("),
        ("https://example.org/a", "Document.from_url('https://example.org/a')"),
        ("www.example.org/a", "Document.from_url('www.example.org/a')"),
    ],
)
def test_a_name_is_not_taken_for_a_text(name, advice):
    for function in (
        summarize,
        lambda text, settings: check(["A."], text, settings=settings),
    ):
        with pytest.raises(errors.InputError) as caught:
            function(name, settings=SETTINGS)
        assert advice in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "Mail it to ann@example.org today.",
        "See report.pdf. It is long.",
        "3.14",
    ],
)
def test_a_short_text_is_a_text(text):
    assert summarize(text, settings=SETTINGS).document.text == text


def test_check_refuses_an_empty_index(tmp_path):
    with (
        Index(tmp_path / "empty.db") as index,
        pytest.raises(errors.InputError, match="has no documents"),
    ):
        check(["a claim"], index, settings=SETTINGS)


def test_dates_the_evidence_that_a_check_cites():
    evidence = Document.from_text("By Ann Lee, 14 May 2024\n\nThe yard cost 4 million.")
    result = check(["The yard cost 4 million."], evidence)
    (document,) = result.documents
    assert (str(document.published), document.published_from) == ("2024-05-14", "text")


def test_only_documents_and_lists_of_quotes_are_accepted():
    with pytest.raises(errors.InputError, match="can't be of type int; give a string"):
        summarize(123, settings=SETTINGS)
    with pytest.raises(errors.InputError, match="quotes: got one string; give a list"):
        ground(FERRY, "built in Gdansk")
    with pytest.raises(errors.InputError, match="quote 2: is of type int"):
        ground(FERRY, ["built in Gdansk", 3])
