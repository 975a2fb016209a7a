"""The Responses API: the same requests and schemas, in its notation."""

import asyncio
import json

import pytest

from claimcheck import Settings, asummarize, check, errors, summarize
from claimcheck.api.cassettes import list_exchanges
from claimcheck.llm.negotiation import get_dialect
from claimcheck.testing import use_cassette
from tests.support.command import claimcheck
from tests.support.endpoint import error
from tests.support.responses_api import build_response, serve_responses
from tests.support.scripted import answer, claim

TEXT = "Mercury has no moons. Venus is hot."
ANSWER = json.dumps(answer(claim("Venus is hot.")))


def answer_well(body):
    return build_response(ANSWER)


def build_settings(url, **settings):
    base = {"engine": "llm", "model": "m", "base_url": url, "api": "responses"}
    return Settings(**(base | {"attempts": 1} | settings))


def run_sync(settings):
    return summarize(TEXT, settings=settings)


def run_async(settings):
    return asyncio.run(asummarize(TEXT, settings=settings))


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_sends_the_prompt_and_the_schema_and_stores_nothing(run):
    with serve_responses(answer_well) as (url, received):
        result = run(
            build_settings(url, max_output_tokens=99, reasoning_effort="low", seed=5)
        )
    (body,) = received
    assert [item["role"] for item in body["input"]] == ["system", "user"]
    form = body["text"]["format"]
    assert (form["type"], form["name"], form["strict"]) == (
        "json_schema",
        "summary_answer",
        True,
    )
    assert "claims" in form["schema"]["properties"]
    assert (body["store"], body["reasoning"]) == (False, {"effort": "low"})
    assert (body["max_output_tokens"], body["temperature"]) == (99, 0.0)
    assert [item.quote for item in result.claims] == ["Venus is hot."]
    signed = result.signature.settings
    assert (signed["api"], signed["reasoning_effort"]) == ("responses", "low")
    assert (result.signature.seed, signed["max_output_tokens"]) == (None, 99)


def test_counts_cached_and_reasoning_tokens():
    with serve_responses(answer_well) as (url, _):
        usage = run_sync(build_settings(url)).usage
    assert (usage.input_tokens, usage.cached_tokens) == (100, 64)
    assert (usage.output_tokens, usage.reasoning_tokens) == (20, 5)


def unsupported(name, param=None):
    return error(
        f"Unsupported parameter: '{name}' is not supported with this model.",
        type="invalid_request_error",
        param=param or name,
        code="unsupported_parameter",
    )


# what is refused, how, what is left out then
REFUSALS = {
    "temperature": (lambda body: "temperature" in body, unsupported("temperature"), "temperature"),
    "effort": (lambda body: "reasoning" in body, unsupported("reasoning.effort"), "reasoning_effort"),
    "store": (lambda body: "store" in body, {"detail": "Unsupported parameter: store"}, "store"),
    "limit": (lambda body: "max_output_tokens" in body, {"detail": "Unsupported parameter: max_output_tokens"}, "max_tokens"),
    "keyword": (lambda body: "maxItems" in json.dumps(body), error("Invalid schema for response_format 'summary_answer': In context=('properties', 'claims'), 'maxItems' is not permitted.", param="text.format.schema"), "schema.maxItems"),
    "strict": (lambda body: '"strict"' in json.dumps(body), error("Unknown parameter: 'text.format.strict'.", param="text.format.strict"), "schema.strict"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_leaves_out_what_is_refused(name):
    test, refusal, left_out = REFUSALS[name]

    def refuse(body):
        return refusal if test(body) else None

    with serve_responses(answer_well, refuse) as (url, received):
        settings = build_settings(url, reasoning_effort="high", max_output_tokens=99)
        run = run_sync(settings)
    assert (len(run.claims), run.failures, len(received)) == (1, (), 2)
    assert left_out in get_dialect(settings).left_out
    assert run.signature.settings.get(left_out, "gone") in (None, "gone")


@pytest.mark.parametrize(
    ("refusal", "requests"),
    [
        (error("Invalid value: 'json_schema'.", param="text.format.type"), 2),
        (error("text.format of type json_schema is not supported with this model."), 2),
        (error("Bad Request"), 10),
    ],
)
def test_asks_for_json_in_words_where_schemas_are_refused(refusal, requests):
    def refuse(body):
        form = body.get("text", {}).get("format", {})
        return refusal if form.get("type") == "json_schema" else None

    with serve_responses(answer_well, refuse) as (url, received):
        run = run_sync(build_settings(url))
    assert (len(run.claims), run.signature.response_format) == (1, "json_object")
    assert received[-1]["text"] == {"format": {"type": "json_object"}}
    assert "check_worthiness" in received[-1]["input"][0]["content"]
    assert len(received) <= requests


def test_reads_a_stream_where_the_endpoint_requires_one():
    def refuse(body):
        return None if body.get("stream") else error("Stream must be set to true")

    with serve_responses(answer_well, refuse) as (url, received):
        run = run_sync(build_settings(url))
    assert (len(run.claims), len(received)) == (1, 2)
    assert received[-1].keys() & {"stream", "stream_options"} == {"stream"}
    assert run.usage.cached_tokens == 64


def test_reads_a_stream_whose_last_event_repeats_nothing():
    item = build_response(ANSWER)["output"][-1]
    events = [
        {"type": "response.output_item.done", "item": item},
        {"type": "response.completed", "response": build_response("", output=[])},
    ]
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    with serve_responses(lambda body: stream) as (url, _):
        assert len(run_sync(build_settings(url)).claims) == 1


def cut_off(body):
    return build_response(ANSWER[:-90], status="incomplete", reason="max_output_tokens")


def thoughts_only(body):
    output = [{"type": "reasoning", "summary": []}]
    return build_response(
        "", status="incomplete", reason="max_output_tokens", output=output
    )


def refused(body):
    part = {"type": "refusal", "refusal": "I can't help with that."}
    output = [{"type": "message", "role": "assistant", "content": [part]}]
    return build_response("", output=output)


def filtered(body):
    return build_response("", status="incomplete", reason="content_filter", output=[])


@pytest.mark.parametrize(
    ("respond", "cause", "words"),
    [
        (cut_off, "truncated", "cut off"),
        (thoughts_only, "truncated", "used up its tokens"),
        (refused, "refused", "I can't help with that."),
        (filtered, "filtered", "content filter"),
    ],
)
def test_says_why_there_is_no_answer(respond, cause, words):
    with serve_responses(respond) as (url, _):
        run = run_sync(build_settings(url))
    assert run.failures[0].cause == cause
    assert words in run.failures[0].message


def test_retries_a_response_that_failed():
    responses = [
        build_response(
            "",
            status="failed",
            output=[],
            error={"code": "server_error", "message": "The model broke."},
        ),
        build_response(ANSWER),
    ]
    with serve_responses(lambda body: responses.pop(0)) as (url, received):
        run = run_sync(build_settings(url, attempts=2))
    assert (len(run.claims), len(received)) == (1, 2)


def test_says_what_failed():
    failed = {"code": "server_error", "message": "The model broke."}
    response = build_response("", status="failed", output=[], error=failed)
    with (
        serve_responses(lambda body: response) as (url, _),
        pytest.raises(errors.EndpointError, match="The model broke"),
    ):
        run_sync(build_settings(url))


def test_votes_differ_by_temperature_alone():
    item = {"number": 1, "rationale": "Yes.", "label": "supported", "evidence": [1]}
    verdicts = json.dumps({"verdicts": [item]})
    with serve_responses(lambda body: build_response(verdicts)) as (
        url,
        received,
    ):
        result = check(["Venus is hot."], TEXT, settings=build_settings(url, votes=3))
    assert result.verdicts[0].finding.label == "supported"
    assert {body["temperature"] for body in received} != {0.0}


def test_says_what_to_do_where_the_endpoint_has_no_such_api():
    with (
        serve_responses(answer_well) as (url, _),
        pytest.raises(errors.UnknownModelError, match="--api chat"),
    ):
        run_sync(build_settings(f"{url}/other/v2"))


def test_an_answer_with_another_effort_is_another_answer(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    with serve_responses(answer_well) as (url, received):
        command = [
            *("summarize", str(tmp_path / "a.txt"), "--model", "m"),
            *("--base-url", url, "--api", "responses", "--quiet"),
        ]
        assert claimcheck(*command).returncode == 0
        assert claimcheck(*command).returncode == 0
        assert len(received) == 1  # the second time, the answer was stored
        assert claimcheck(*command, "--reasoning-effort", "low").returncode == 0
    assert len(received) == 2


def test_doctor_lists_what_the_api_accepts():
    with serve_responses(answer_well) as (url, _):
        out = claimcheck(
            "doctor", "--base-url", url, "--model", "m", "--api", "responses"
        ).out
    assert "settings that it accepts: temperature, store, max_output_tokens" in out
    assert "refused, and therefore left out: seed" in out


def test_is_recorded_in_cassettes_and_replayed(tmp_path):
    path = tmp_path / "moons.json"
    with serve_responses(answer_well) as (url, received):
        settings = build_settings(url, cache=False)
        with use_cassette(path, record="once"):
            recorded = run_sync(settings)
    with use_cassette(path):
        replayed = run_sync(settings)
    assert (len(received), replayed.claims) == (1, recorded.claims)
    (exchange,) = list_exchanges(path)
    assert "Venus is hot." in str(exchange)
