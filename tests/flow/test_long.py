"""Long documents: passages, splits, failures, rounds; on a client that makes its answers from what it is shown."""

import asyncio
import json
from dataclasses import dataclass, field, replace

import pytest

from claimcheck import Document, Match, ModelResponse, Settings, Usage, asummarize, errors, summarize, tokens
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.reports import common, markdown, text
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import halve_passage, split_into_passages
from tests.faults.server import answer_to
from tests.flow.scripted import run_async, run_sync

TOWNS = 400
TEXT = "\n\n".join(
    f"In the year {1000 + number}, the town of Aldbury number {number} counted {number * 37} houses. "
    f"The mayor said that {number} of them were empty."
    for number in range(TOWNS)
)
SETTINGS = Settings(engine="llm", model="m", passage_tokens=2_000)


@dataclass
class ReadingClient:
    """`truncate`: a passage that holds this is answered in full only when it is short. `fail`: one that never is."""

    truncate: str = "\0"
    fail: str = "\0"
    no_summary: bool = False
    requests: list = field(default_factory=list)

    def complete(self, request):
        self.requests.append(request)
        body = {
            "messages": [{"role": item.role, "content": item.content} for item in request.messages],
            "response_format": {"json_schema": {"name": request.schema_name.replace(".", "_")}},
        }
        shown = request.messages[1].content
        usage = Usage(requests=1, input_tokens=100, output_tokens=50)
        answer = ModelResponse(json.dumps(answer_to(body)), "stop", None, "m", "json_schema", usage)
        if self.truncate in shown and len(shown) > 3_000:
            return replace(answer, finish_reason="length")
        if self.fail in shown and request.schema_name == "claims.answer":
            raise errors.EndpointError("HTTP 500", 4)
        if self.no_summary and request.schema_name == "digest.answer":
            return replace(answer, text=None, refusal="no")
        return answer

    async def acomplete(self, request):
        await asyncio.sleep(0)
        return self.complete(request)


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request):
    def go(client, text=TEXT, settings=SETTINGS):
        return request.param(Document.from_text(text, title="Aldbury"), settings, client)

    return go


def sent(client, schema):
    return [request for request in client.requests if request.schema_name == schema]


def test_claims_come_from_every_passage_in_order_and_the_summary_is_linked_to_them(run):
    client = ReadingClient()
    made = run(client)
    assert made.passages == len(sent(client, "claims.answer")) > 5
    assert [claim.match for claim in made.claims] == [Match.EXACT] * (6 * made.passages)
    starts = [claim.spans[0].start for claim in made.claims]
    assert starts == sorted(starts)
    ids = {claim.id for claim in made.claims}
    assert made.summary.sentences
    assert all(
        sentence.claim_ids and ids.issuperset(sentence.claim_ids) for sentence in made.summary.sentences
    )
    assert (made.failures, find_run_inconsistencies(made)) == ((), [])
    assert made.signature.prompts.keys() == {"claims", "digest", "repair", "json-only", "requote"}
    assert made.usage.requests == len(client.requests)


def test_a_passage_is_told_what_stands_before_it_and_nothing_is_left_out(run):
    client = ReadingClient()
    run(client)
    shown = [request.messages[1].content for request in sent(client, "claims.answer")]
    assert "context begins" not in shown[0]
    assert all("context begins\n" in text for text in shown[1:])
    own = "".join(text.partition("passage begins\n")[2].partition("passage ends")[0] for text in shown)
    assert [number for number in range(TOWNS) if f"Aldbury number {number} counted" not in own] == []


def test_what_is_sent_stays_within_a_fifth_of_the_document_with_passages_as_they_are_by_default():
    text = "\n\n".join(f"{TEXT} Part {part} of the chronicle ends here." for part in range(3))
    document = Document.from_text(text)
    client = ReadingClient()
    summarize(document, settings=replace(SETTINGS, passage_tokens=Settings().passage_tokens), client=client)
    total = sum(tokens.count(message.content) for request in client.requests for message in request.messages)
    assert len(sent(client, "claims.answer")) > 4
    assert total <= 1.2 * tokens.count(text)


def test_a_passage_whose_answer_is_cut_off_is_halved_and_asked_again(run):
    client = ReadingClient(truncate="Aldbury number 200 counted")
    made = run(client)
    assert made.failures == ()
    assert made.passages > len(split_into_passages(Reading(TEXT), "en", 2_000))
    assert [entry.status for entry in made.ledger] == ["read"]
    assert len(made.claims) == 6 * made.passages


def test_a_passage_that_fails_for_good_is_a_failure_with_its_characters_in_every_format(run):
    made = run(ReadingClient(fail="Aldbury number 200 counted"))
    (failure,) = made.failures
    assert (failure.cause, failure.message) == ("unanswered", "HTTP 500")
    assert "Aldbury number 200 counted" in TEXT[failure.start : failure.end]
    assert [entry.status for entry in made.ledger] == ["read", "failed", "read"]
    assert (made.ledger[1].start, made.ledger[1].end) == (failure.start, failure.end)
    assert made.summary is not None
    told = f"1 of {made.passages} passages failed: characters {failure.start:,}-{failure.end:,}"
    assert common.describe_failed_passages(made) == told
    assert told in text.render_run(made, width=200)
    assert told in markdown.render_run(made)
    assert find_run_inconsistencies(made) == []


def test_a_document_of_which_every_passage_fails_has_no_result_but_an_error(run):
    with pytest.raises(errors.EndpointError, match="HTTP 500"):
        run(ReadingClient(fail="Aldbury"))


def test_claims_stay_where_the_summary_of_them_fails(run):
    made = run(ReadingClient(no_summary=True))
    assert made.summary is None
    assert len(made.claims) > 30
    (failure,) = made.failures
    assert failure.message == "the summary of the claims could not be written: the model refused: no"
    assert [entry.status for entry in made.ledger] == ["read"]  # all of it was
    assert find_run_inconsistencies(made) == []


def test_a_summary_of_many_claims_takes_rounds(run):
    client = ReadingClient()
    made = run(client, settings=replace(SETTINGS, passage_tokens=300))
    digests = sent(client, "digest.answer")
    assert len(digests) > 2
    last = digests[-1].messages[1].content
    assert "1. It says:" in last  # made of the sentences of the rounds before
    ids = {claim.id for claim in made.claims}
    assert all(
        sentence.claim_ids and ids.issuperset(sentence.claim_ids) for sentence in made.summary.sentences
    )


def test_the_same_claim_in_two_passages_is_one_with_both_places(run):
    twice = "The harbour of Aldbury was closed on 3 May 1420."
    text = f"{twice}\n\n{TEXT}\n\n{twice}"

    class First(ReadingClient):
        """Lists that claim alone."""

        def complete(self, request):
            answer = super().complete(request)
            if request.schema_name != "claims.answer":
                return answer
            listed = json.loads(answer.text)["claims"]
            own = request.messages[1].content.partition("passage begins\n")[2].partition("passage ends")[0]
            quotes = [twice] if twice in own else []
            return replace(
                answer,
                text=json.dumps(
                    {"claims": [listed[0] | {"quote": quote, "text": quote} for quote in quotes]}
                ),
            )

    made = run(First(), text)
    (claim,) = made.claims
    assert claim.spans[0].start == 0
    assert [(span.start, span.text) for span in claim.also_at] == [(len(text) - len(twice), twice)]
    assert "; also 803:1" in common.format_claim_location(claim, common.build_line_index(made))


def test_a_sentence_that_stands_in_several_passages_is_found_in_its_own(run):
    text = TEXT.replace("The mayor said that 7 of them were empty.", "Nobody knows why.").replace(
        "The mayor said that 390 of them were empty.", "Nobody knows why."
    )

    class Late(ReadingClient):
        """Lists it for the last passage alone."""

        def complete(self, request):
            answer = super().complete(request)
            if request.schema_name != "claims.answer":
                return answer
            listed = json.loads(answer.text)["claims"]
            shown = request.messages[1].content.partition("passage ends")[0]
            late = "Aldbury number 390 counted" in shown
            claims = [
                listed[0] | {"quote": "Nobody knows why.", "text": "Nobody knows why houses are empty."}
            ]
            return replace(answer, text=json.dumps({"claims": claims if late else []}))

    (claim,) = run(Late(), text).claims
    assert claim.spans[0].start == text.rindex("Nobody knows why.")


def test_passages_tile_the_view_and_keep_to_the_budget():
    reading = Reading(TEXT)
    for budget in (100, 300, 5_000):
        parts = split_into_passages(reading, "en", budget)
        assert "".join(reading.text[part.start : part.end] for part in parts) == reading.text
        assert max(part.tokens for part in parts) <= budget
        assert all(tokens.count(reading.text[part.start : part.end]) <= 1.05 * part.tokens for part in parts)
    smallest = min(split_into_passages(reading, "en", 300), key=lambda part: part.tokens)
    assert smallest.tokens > 150  # about the same length, no crumbs


def test_a_long_text_in_one_paragraph_is_cut_in_time_with_its_length():
    import time

    sentence = "In the year 1900, the town of Aldbury counted its houses, and the mayor said so. "
    seconds = []
    for count in (1_500, 6_000):
        reading = Reading(sentence * count)
        started = time.process_time()
        split_into_passages(reading, "en", 6_000)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0]  # four times the text; quadratic would be sixteen


def test_a_sentence_longer_than_a_passage_is_cut_between_words():
    reading = Reading("word " * 3_000)
    parts = split_into_passages(reading, "en", 500)
    assert len(parts) > 5
    assert all(reading.text[part.start : part.end].strip().startswith("word") for part in parts)
    assert (
        halve_passage(
            Reading("One sentence only."),
            "en",
            split_into_passages(Reading("One sentence only."), "en", 500)[0],
        )[1:]
        == ()
    )


def test_without_a_model_a_long_document_has_as_many_claims_as_passages_would_give():
    made = summarize(TEXT, settings=Settings(engine="extractive", max_claims=5, passage_tokens=2_000))
    assert len(made.claims) == 5 * -(-made.document.tokens // 2_000)


def test_a_flow_that_does_not_block_asks_for_its_passages_together():
    under_way, most = 0, 0

    class Slow(ReadingClient):
        async def acomplete(self, request):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.01)
            under_way -= 1
            return self.complete(request)

    asyncio.run(asummarize(TEXT, settings=SETTINGS, client=Slow()))
    assert most > 5
