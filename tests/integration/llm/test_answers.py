"""What becomes of answers that are good in part: over HTTP, sync and async.

The path of the URL says how the server writes its answers.
"""

import asyncio
import json
import re

import pytest

from claimcheck import Document, Settings, asummarize, check, schemas, summarize
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.run import Cause
from tests.support.command import claimcheck
from tests.support.faulty_server import build_answer, completion
from tests.support.loopback import Handler, serve_handler

TEXT = " ".join(
    f"The ferry number {number} carried {number}00 people in the year 19{number}."
    for number in range(11, 41)
)
SHORT = TEXT[: TEXT.index(" The ferry number 14")]
SENT: list[tuple[str, dict]] = []


def cut(body, share=0.4):
    text = json.dumps(build_answer(body))
    return text[: int(share * len(text))]


def spoil(body, **changed):
    """The answer, with its second claim changed."""
    answered = build_answer(body)
    if len(answered.get("claims", ())) > 1:
        answered["claims"][1] |= changed
    return json.dumps(answered)


def shown(body):
    match = re.search(r"(?:document|passage) begins\n(.*?)\n\w+ (?:document|passage) ends", str(
        body["messages"][1]["content"]), re.S)  # fmt: skip
    return match[1] if match else ""


def is_long(body):
    return len(shown(body)) > 500


def without_summary(body):
    answered = build_answer(body)
    if "claims" in answered:
        answered = {"claims": answered["claims"]}
    return json.dumps(answered)


ANSWERS = {
    "good": lambda body: json.dumps(build_answer(body)),
    "one_bad": lambda body: spoil(body, kind="fact"),
    "repaired": lambda body: spoil(
        body, kind="event" if len(body["messages"]) > 2 else "fact"
    ),
    "no_summary": without_summary,
    "cut_if_long": lambda body: cut(body) if is_long(body) else ANSWERS["good"](body),
    "always_cut": lambda body: cut(body, 0.6),
    "no_answer": lambda _: "",
    "half_a_summary": lambda body: cut(body, 0.97),
}


class Server(Handler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        mode = self.path.split("/")[1]
        SENT.append((mode, body))
        answered = completion(body, ANSWERS.get(mode, ANSWERS["good"])(body))
        sent_tokens = sum(len(item["content"]) for item in body["messages"]) // 4
        if mode == "window" and is_long(body):
            message = "This model's maximum context length is exceeded."
            error = {"message": message, "code": "context_length_exceeded"}
            return self.answer({"error": error}, 400)
        if mode == "no_answer":
            answered["choices"][0]["finish_reason"] = "length"
        if mode == "no_window":
            error = {"message": "longer than the context length"}
            return self.answer({"error": error}, 400)
        if mode == "small_window" and str(body["messages"]).count("The ferry") > 4:
            return self.answer({"error": {"message": "exceeds the context size"}}, 400)
        if mode == "silent_verdict":
            answered["usage"]["prompt_tokens"] = 260
        if mode == "silent":
            answered["usage"]["prompt_tokens"] = min(300, sent_tokens)
        return self.answer(answered)


@pytest.fixture(scope="module")
def url():
    with serve_handler(Server) as base_url:
        yield base_url.removesuffix("/v1")


@pytest.fixture(params=["sync", "async"])
def run(request, url):
    def go(mode, text=TEXT, **settings):
        SENT.clear()
        settings = Settings(
            engine="llm", model="m", base_url=f"{url}/{mode}/v1", **settings
        )
        document = Document.from_text(text)
        if request.param == "sync":
            result = summarize(document, settings=settings)
        else:
            result = asyncio.run(asummarize(document, settings=settings))
        assert schemas.find_problems("run", json.loads(result.to_json())) == ()
        assert find_run_inconsistencies(result) == []
        assert result.usage.requests == len(SENT)
        return result

    return go


def test_one_bad_claim_costs_one_claim(run):
    result = run("one_bad")
    assert len(result.claims) == 5
    (failure,) = result.failures
    assert failure.cause is Cause.INVALID
    assert "$.claims[1].kind: 'fact' is not one of" in failure.message
    # it is about the sentence of that claim, and no part of the document is unread
    assert "ferry number 12" in TEXT[failure.start : failure.end]
    assert failure.end - failure.start < 80
    assert {entry.status for entry in result.ledger} == {"read"}
    assert result.summary.sentences[0].claim_ids == (result.claims[0].id,)
    assert len(SENT) == 2


def test_asks_again_only_for_the_claim_that_is_not_valid(run):
    result = run("repaired")
    assert (len(result.claims), result.failures) == (6, ())
    assistant = json.loads(SENT[1][1]["messages"][2]["content"])
    assert [item["kind"] for item in assistant["claims"]] == ["fact"]
    properties = SENT[1][1]["response_format"]["json_schema"]["schema"]["properties"]
    assert list(properties) == ["claims"]


def test_writes_a_missing_summary_from_the_claims(run):
    result = run("no_summary")
    assert (len(result.claims), result.failures) == (6, ())
    assert result.summary.sentences[0].claim_ids
    assert len(SENT) == 2
    assert "ferry number 30" not in str(SENT[1][1]["messages"])
    assert "digest" in result.signature.prompts


def test_splits_a_short_document_whose_answer_is_cut_off(run):
    result = run("cut_if_long")
    assert result.failures == ()
    assert {entry.status for entry in result.ledger} == {"read"}
    # the first and the last part of the document
    assert result.claims[0].quote.startswith("The ferry number 11")
    assert result.claims[-1].spans[0].start > 0.7 * len(TEXT)
    assert len({claim.id for claim in result.claims}) == len(result.claims) > 12


def test_keeps_what_is_complete_of_answers_that_are_always_cut_off(run):
    result = run("always_cut", SHORT)
    assert result.claims
    assert {failure.cause for failure in result.failures} == {Cause.TRUNCATED}
    assert {entry.status for entry in result.ledger} >= {"read", "failed"}


def test_does_not_ask_without_end_if_every_answer_is_cut_off(run):
    result = run("always_cut", 4 * TEXT)
    assert len(SENT) <= 20  # the document, 16 parts and some, the summary
    assert len(result.claims) > 10
    assert any("the rest was not asked for" in item.message for item in result.failures)
    assert {entry.status for entry in result.ledger} >= {"read", "failed"}


def test_stops_early_if_no_answer_has_a_claim(run):
    result = run("no_answer", 4 * TEXT)
    assert len(SENT) <= 4
    assert {failure.cause for failure in result.failures} == {Cause.TRUNCATED}
    assert "used up its tokens before it answered" in result.failures[0].message


def test_keeps_the_claims_and_half_of_a_summary(run):
    result = run("half_a_summary")
    assert len(result.claims) == 6
    assert result.summary is not None
    assert {failure.cause for failure in result.failures} == {Cause.TRUNCATED}
    assert {entry.status for entry in result.ledger} == {"read"}


def test_halves_a_document_that_exceeds_the_window(run):
    result = run("window")
    assert result.failures == ()
    assert result.passages > 2
    assert result.claims[-1].spans[0].start > 0.7 * len(TEXT)


def test_names_the_settings_if_the_endpoint_cuts_off_the_request(run):
    result = run("silent")
    assert len(result.claims) == 6
    messages = {failure.message for failure in result.failures}
    assert any("num_ctx" in text and "context_tokens" in text for text in messages)
    assert {entry.status for entry in result.ledger} == {"failed"}


@pytest.mark.parametrize(
    ("mode", "expected", "message"),
    [
        ("one_bad", (3, 5), "invalid: an item of the answer was left out: $.claims[1]"),
        ("cut_if_long", (0, 13), ""),
        ("window", (0, 13), ""),
        ("no_window", (3, None), "context"),
        ("silent", (3, 6), "num_ctx"),
    ],
)
def test_the_command_writes_what_is_good_and_its_exit_code_tells(
    url, tmp_path, mode, expected, message
):
    code, claims = expected
    (tmp_path / "a.txt").write_text(TEXT)
    SENT.clear()
    result = claimcheck(
        "summarize", tmp_path / "a.txt", "--model", "m",
        "--base-url", f"{url}/{mode}/v1", "--format", "json",
    )  # fmt: skip
    assert result.returncode == code, result.err
    assert message in result.err
    if claims is not None:
        assert len(json.loads(result.out)["claims"]) >= claims
    else:
        assert len(SENT) < 12


def test_a_check_without_a_window_has_a_failure_for_each_claim(url):
    settings = Settings(engine="llm", model="m", base_url=f"{url}/no_window/v1")
    claims = ["The ferry number 11 carried 1100 people.", "Ferry number 12 sank."]
    result = check(claims, Document.from_text(TEXT), settings=settings)
    assert [failure.cause for failure in result.failures] == [Cause.UNANSWERED] * 2


def test_a_check_that_exceeds_the_window_is_repeated_with_fewer_passages(url):
    claims = ["The ferry carried people in the year 1911.", "Ferries carried people."]
    results = {}
    for mode in ("small_window", "silent_verdict"):
        SENT.clear()
        base_url = f"{url}/{mode}/v1"
        settings = Settings(engine="llm", model="m", base_url=base_url, top_k=40)
        results[mode] = check(claims, Document.from_text(TEXT), settings=settings)
    assert len(results["small_window"].verdicts) == 2
    assert results["silent_verdict"].verdicts == ()
    messages = [failure.message for failure in results["silent_verdict"].failures]
    assert all("num_ctx" in message for message in messages)
