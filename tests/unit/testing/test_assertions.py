"""The assertions: what passes, and what a failure says."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimcheck import Document, Settings, errors, summarize
from claimcheck.testing import assert_grounded, assert_supported
from tests.support.scripted import ScriptedClient, answer, claim, response

FERRY = Document.from_text("The ferry carried 900 people in 2020.", source="ferry.txt")


def test_supported_text_passes():
    assert_supported("The ferry carried 900 people in 2020.", FERRY)
    assert_supported(["The ferry carried 900 people."], [FERRY])


def test_a_failure_names_the_claim_the_reason_and_the_evidence():
    with pytest.raises(AssertionError) as raised:
        assert_supported("The ferry carried 700 people in 2020.", FERRY)
    assert str(raised.value) == (
        "1 of 1 claim not supported:\n"
        "  refuted: The ferry carried 700 people in 2020.\n"
        "    The claim says “700 people”, the evidence “900 people”. Of "
        "verdicts like this, 9 in 10 were right on unseen data.\n"
        "    “The ferry carried 900 people in 2020.” (ferry.txt, 1:1)"
    )


def test_unknown_claims_fail_unless_they_are_allowed():
    with pytest.raises(AssertionError, match="not enough evidence: It sank in May"):
        assert_supported(["It sank in May 1987."], FERRY)
    assert_supported(["It sank in May 1987."], FERRY, allow_unknown=True)


def test_a_text_without_checkable_claims_is_checked_by_its_sentences():
    with pytest.raises(AssertionError, match="not supported"):
        assert_supported("Be kind.", FERRY)


def test_quotes_of_the_document_pass_and_others_name_the_closest():
    assert_grounded(["The ferry carried 900 people"], FERRY)
    with pytest.raises(AssertionError, match="closest: “The ferry carried 900"):
        assert_grounded("The ferry carried 700 people in 2020.", FERRY)
    with pytest.raises(ValueError, match="source"):
        assert_grounded("anything")


def test_exact_refuses_a_quote_that_is_only_similar():
    source = "The old ferry carried people across the wide fjord in the year 2020."
    similar = "The old ferry carries people across a wide fjord in the year 2020."
    assert_grounded([similar], source)
    assert_grounded(["the OLD ferry carried people"], source, exact=True)
    with pytest.raises(AssertionError, match="only similar: “The old ferry"):
        assert_grounded([similar], source, exact=True)
    client = ScriptedClient([response(answer(claim(similar)))])
    run = summarize(source, settings=Settings(model="m"), client=client)
    assert_grounded(run)
    with pytest.raises(AssertionError, match="1 of 1 quote not grounded"):
        assert_grounded(run, exact=True)


def test_a_run_with_an_invented_claim_fails():
    assert_grounded(summarize(FERRY, settings=Settings(engine="extractive")))
    reply = answer(claim("The ferry carried 900 people in 2020.", "It carried 7."))
    client = ScriptedClient([response(reply), response({"corrections": []})])
    run = summarize(FERRY, settings=Settings(model="m"), client=client)
    with pytest.raises(AssertionError, match="7"):
        assert_grounded(run)


def test_nothing_to_assert_is_an_error():
    with pytest.raises(errors.InputError, match="the list is empty"):
        assert_grounded([], FERRY)
    with pytest.raises(errors.InputError, match="the list is empty"):
        assert_grounded(replace(summarize(FERRY), claims=()))


@pytest.mark.parametrize(
    "fail",
    [
        lambda: assert_supported(["The ferry carried 700 people in 2020."], FERRY),
        lambda: assert_grounded(["700 people"], FERRY),
    ],
)
def test_a_failure_is_shown_at_the_line_of_the_test(fail):
    with pytest.raises(AssertionError) as raised:
        fail()
    assert raised.traceback.filter(raised)[-1].path == Path(__file__)


def test_a_heading_must_not_be_refuted():
    text = "# Ferry carried {} people\n\n## Key findings about ferries\n\nThe ferry carried 900 people in 2020."
    assert_supported(text.format(900), FERRY)
    with pytest.raises(AssertionError, match="refuted: Ferry carried 700 people"):
        assert_supported(text.format(700), FERRY)
    with pytest.raises(AssertionError, match="1 of 1 claim not supported"):
        assert_supported("# The mayor of Graz resigned", FERRY)
