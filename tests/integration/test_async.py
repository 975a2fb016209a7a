"""`asummarize` and `acheck` without a model leave the event loop to other tasks."""

import asyncio

import pytest

from claimcheck import Document, Settings, acheck, asummarize, check, errors, summarize
from tests.support.paths import SEED

EXTRACTIVE = Settings(engine="extractive")
# A loop that waits for each step of a flow turns once a step, some 10 to 40 times here.
MIN_TURNS = 50


async def count_turns(work):
    """Return the result, and how often the event loop turned meanwhile."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    return await task, turns


@pytest.fixture(scope="module")
def long_text():
    return SEED.read_text(encoding="utf-8") * 5


def test_the_loop_turns_while_a_document_is_summarized(long_text):
    summarize("Venus is hot.", settings=EXTRACTIVE)  # loads what is loaded once
    run, turns = asyncio.run(
        count_turns(asummarize(long_text, settings=EXTRACTIVE, check=True))
    )
    assert turns > MIN_TURNS
    expected = summarize(long_text, settings=EXTRACTIVE, check=True)
    assert (run.claims, run.verdicts) == (expected.claims, expected.verdicts)


def test_the_loop_turns_while_claims_are_checked(long_text):
    claims = ["Oil exports were declining by about 500,000 barrels a month."] * 5
    evidence = [long_text, Document.from_text("The ferry carried 900 people.")]
    result, turns = asyncio.run(
        count_turns(acheck(claims, evidence, settings=EXTRACTIVE))
    )
    assert turns > MIN_TURNS
    assert result.verdicts == check(claims, evidence, settings=EXTRACTIVE).verdicts


def test_errors_come_through_the_thread():
    with pytest.raises(errors.InputError, match="has no words"):
        asyncio.run(asummarize("...", settings=EXTRACTIVE))
