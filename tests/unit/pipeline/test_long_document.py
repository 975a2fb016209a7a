"""Long documents, with a client that answers from the prompts it gets."""

import asyncio
import json
from dataclasses import replace

import pytest

from claimcheck import Document, Match, Settings, asummarize, errors, summarize, tokens
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.reports import caveats, locations, markdown, text
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_into_passages
from tests.support.chronicle import CHRONICLE, TOWNS, ReadingClient
from tests.support.scripted import run_async, run_sync

SETTINGS = Settings(engine="llm", model="m", passage_tokens=2_000, max_claims=200)


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request):
    def go(client, text=CHRONICLE, settings=SETTINGS):
        return request.param(
            Document.from_text(text, title="Aldbury"), settings, client
        )

    return go


def sent(client, schema):
    return [request for request in client.requests if request.schema_name == schema]


def test_finds_claims_in_every_passage_in_order_and_links_the_summary(run):
    client = ReadingClient()
    result = run(client)
    assert result.passages == len(sent(client, "claims.answer")) > 5
    assert [claim.match for claim in result.claims] == [Match.EXACT] * (
        6 * result.passages
    )
    starts = [claim.spans[0].start for claim in result.claims]
    assert starts == sorted(starts)
    ids = {claim.id for claim in result.claims}
    assert result.summary.sentences
    assert all(
        sentence.claim_ids and ids.issuperset(sentence.claim_ids)
        for sentence in result.summary.sentences
    )
    assert (result.failures, find_run_inconsistencies(result)) == ((), [])
    assert result.signature.prompts.keys() == {
        "claims",
        "digest",
        "repair",
        "json-only",
        "correct",
    }
    assert result.usage.requests == len(client.requests)


def test_every_passage_has_context_and_no_text_is_left_out(run):
    client = ReadingClient()
    run(client)
    prompts = [request.messages[1].content for request in sent(client, "claims.answer")]
    assert "tell who or what is meant, begins" not in prompts[0]
    assert all("tell who or what is meant, begins\n" in text for text in prompts[1:])
    own = "".join(
        text.partition("passage begins\n")[2].partition("passage ends")[0]
        for text in prompts
    )
    assert [
        number
        for number in range(TOWNS)
        if f"Aldbury number {number} counted" not in own
    ] == []


def test_default_passages_send_at_most_a_fifth_more_than_the_document():
    text = "\n\n".join(
        f"{CHRONICLE} Part {part} of the chronicle ends here." for part in range(3)
    )
    document = Document.from_text(text)
    client = ReadingClient()
    summarize(
        document,
        settings=replace(SETTINGS, passage_tokens=Settings().passage_tokens),
        client=client,
    )
    total = sum(
        tokens.count(message.content)
        for request in client.requests
        for message in request.messages
    )
    assert len(sent(client, "claims.answer")) > 4
    assert total <= 1.2 * tokens.count(text)


def test_keeps_the_claims_of_an_answer_that_was_cut_off_and_asks_for_the_rest(run):
    client = ReadingClient(truncate="Aldbury number 200 counted")
    result = run(client)
    assert result.failures == ()
    assert result.passages > len(split_into_passages(Reading(CHRONICLE), "en", 2_000))
    assert [entry.status for entry in result.ledger] == ["read"]
    starts = [claim.spans[0].start for claim in result.claims]
    assert starts == sorted(set(starts))
    assert len(starts) > 6 * len(split_into_passages(Reading(CHRONICLE), "en", 2_000))


def test_reports_a_failed_passage_with_its_characters_in_every_format(run):
    result = run(ReadingClient(fail="Aldbury number 200 counted"))
    (failure,) = result.failures
    assert (failure.cause, failure.message) == ("unanswered", "HTTP 500")
    assert "Aldbury number 200 counted" in CHRONICLE[failure.start : failure.end]
    assert [entry.status for entry in result.ledger] == ["read", "failed", "read"]
    assert (result.ledger[1].start, result.ledger[1].end) == (
        failure.start,
        failure.end,
    )
    assert result.summary is not None
    message = f"1 of {result.passages} passages failed: characters {failure.start:,}-{failure.end:,}"
    assert caveats.describe_failed_passages(result) == message
    assert message in text.render_run(result, width=200)
    assert message in markdown.render_run(result)
    assert find_run_inconsistencies(result) == []


def test_raises_an_error_when_every_passage_fails(run):
    with pytest.raises(errors.EndpointError, match="HTTP 500"):
        run(ReadingClient(fail="Aldbury"))


def test_keeps_the_claims_when_the_summary_fails(run):
    result = run(ReadingClient(no_summary=True))
    assert result.summary is None
    assert len(result.claims) > 30
    (failure,) = result.failures
    assert (
        failure.message
        == "the summary of the claims could not be written: the model refused: no"
    )
    assert [entry.status for entry in result.ledger] == ["read"]  # all of it was
    assert find_run_inconsistencies(result) == []


def test_a_summary_of_many_claims_takes_rounds(run):
    client = ReadingClient()
    result = run(client, settings=replace(SETTINGS, passage_tokens=300))
    digests = sent(client, "digest.answer")
    assert len(digests) > 2
    last = digests[-1].messages[1].content
    assert "1. It says:" in last  # the previous round's sentences
    ids = {claim.id for claim in result.claims}
    assert all(
        sentence.claim_ids and ids.issuperset(sentence.claim_ids)
        for sentence in result.summary.sentences
    )


def test_merges_the_same_claim_from_two_passages(run):
    twice = "The harbour of Aldbury was closed on 3 May 1420."
    text = f"{twice}\n\n{CHRONICLE}\n\n{twice}"

    class First(ReadingClient):
        """Lists that claim alone."""

        def complete(self, request):
            answer = super().complete(request)
            if request.schema_name != "claims.answer":
                return answer
            listed = json.loads(answer.text)["claims"]
            own = (
                request.messages[1]
                .content.partition("passage begins\n")[2]
                .partition("passage ends")[0]
            )
            quotes = [twice] if twice in own else []
            return replace(
                answer,
                text=json.dumps(
                    {
                        "claims": [
                            listed[0] | {"quote": quote, "text": quote}
                            for quote in quotes
                        ]
                    }
                ),
            )

    result = run(First(), text)
    (claim,) = result.claims
    assert claim.spans[0].start == 0
    assert [(span.start, span.text) for span in claim.also_at] == [
        (len(text) - len(twice), twice)
    ]
    assert "; also 803:1" in locations.format_claim_location(
        claim, locations.build_line_index(result.document)
    )


def test_grounds_a_repeated_sentence_in_its_own_passage(run):
    text = CHRONICLE.replace(
        "The mayor said that 7 of them were empty.", "Nobody knows why."
    ).replace("The mayor said that 390 of them were empty.", "Nobody knows why.")

    class Late(ReadingClient):
        """Lists it for the last passage alone."""

        def complete(self, request):
            answer = super().complete(request)
            if request.schema_name != "claims.answer":
                return answer
            listed = json.loads(answer.text)["claims"]
            prompts = request.messages[1].content.partition("passage ends")[0]
            late = "Aldbury number 390 counted" in prompts
            claims = [
                listed[0]
                | {
                    "quote": "Nobody knows why.",
                    "text": "Nobody knows why houses are empty.",
                }
            ]
            return replace(answer, text=json.dumps({"claims": claims if late else []}))

    (claim,) = run(Late(), text).claims
    assert claim.spans[0].start == text.rindex("Nobody knows why.")


@pytest.mark.parametrize("engine", ["llm", "extractive"])
def test_max_claims_is_the_maximum_of_a_document(engine):
    client = ReadingClient() if engine == "llm" else None
    settings = replace(SETTINGS, engine=engine, max_claims=20)
    result = summarize(CHRONICLE, settings=settings, client=client)
    assert len(result.claims) == 20
    reasons = {entry.reason for entry in result.ledger if entry.reason}
    assert reasons == {"over the limit"}


def test_the_claims_are_shared_over_the_passages():
    client = ReadingClient()
    settings = replace(SETTINGS, max_claims=40, max_claims_per_passage=5)
    result = summarize(CHRONICLE, settings=settings, client=client)
    requests = sent(client, "claims.answer")
    # The last passage is shorter than the others.
    wanted = [
        request.schema["properties"]["claims"]["maxItems"] for request in requests
    ]
    assert set(wanted) == {5, 3} or set(wanted) == {5}
    parts = [claim.spans[0].start * 4 // len(CHRONICLE) for claim in result.claims]
    assert set(parts) == {0, 1, 2, 3}


def test_the_ledger_names_a_passage_without_a_claim():
    class Silent(ReadingClient):
        def complete(self, request):
            answer = super().complete(request)
            is_silent = "Aldbury number 200 counted" in request.messages[1].content
            if is_silent and request.schema_name == "claims.answer":
                return replace(answer, text='{"claims": []}')
            return answer

    result = summarize(CHRONICLE, settings=SETTINGS, client=Silent())
    (entry,) = [item for item in result.ledger if item.reason]
    assert entry.reason == "the model found no claim here"
    assert "Aldbury number 200 counted" in CHRONICLE[entry.start : entry.end]


def test_asyncio_sends_passages_concurrently():
    in_flight, peak = 0, 0

    class Slow(ReadingClient):
        async def acomplete(self, request):
            nonlocal in_flight, peak
            in_flight += 1
            peak = max(peak, in_flight)
            await asyncio.sleep(0.01)
            in_flight -= 1
            return self.complete(request)

    asyncio.run(asummarize(CHRONICLE, settings=SETTINGS, client=Slow()))
    assert peak > 5
