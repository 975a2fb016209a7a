"""The real client against a server on loopback that misbehaves, sync and async."""

import asyncio
import json
import socket

import pytest

from claimcheck import Settings, asummarize, errors, summarize
from tests.support.endpoint import DROP, completion, error, serve_script
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim

TEXT = "Mercury has no moons. Venus is hot."
GOOD = completion(json.dumps(answer(claim("Venus is hot."))))
SOON = {"retry-after-ms": "1"}
KEY = "sk-test-0123456789abcdefghij"


def run_sync(settings):
    return summarize(TEXT, settings=settings)


def run_async(settings):
    return asyncio.run(asummarize(TEXT, settings=settings))


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def go(request):
    def run(url, **settings):
        base = {
            "engine": "llm",
            "model": "m",
            "base_url": url,
            "api_key": KEY,
            "attempts": 2,
        }
        return request.param(Settings(**(base | settings)))

    return run


def test_an_answer_becomes_a_run_with_its_usage(go):
    with serve_script((200, GOOD)) as (url, received):
        run = go(url, seed=5, max_output_tokens=99)
    assert [item.quote for item in run.claims] == ["Venus is hot."]
    usage = run.usage
    assert (usage.requests, usage.input_tokens, usage.cached_tokens) == (1, 1_000, 64)
    assert (usage.output_tokens, usage.reasoning_tokens) == (20, 5)
    assert usage.seconds > 0
    assert run.signature.model == "scripted-1"
    sent = received[0]
    assert (sent["seed"], sent["temperature"], sent["max_completion_tokens"]) == (
        5,
        0.0,
        99,
    )
    assert sent["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    "fault",
    [
        (429, error("slow down"), SOON),
        (500, error("oops"), SOON),
        (503, "<html>busy</html>", SOON),
        (200, "this is not JSON"),
        (200, ""),
        (200, completion("")),
        (200, completion(None, choices=False)),
        (200, error("Provider returned error", code=429), SOON),
        (200, {"choices": [{"error": {"message": "lost", "code": 502}}]}, SOON),
        (409, error("x"), SOON),
        (400, error("x"), {"x-should-retry": "true"} | SOON),
        DROP,
    ],
    ids=[
        "429",
        "500",
        "503",
        "200-text",
        "200-no-body",
        "200-empty-answer",
        "200-no-choice",
        "200-error",
        "200-error-in-choice",
        "409",
        "told-to-retry",
        "dropped",
    ],
)
def test_retries_a_transient_fault(go, fault):
    with serve_script(fault, (200, GOOD)) as (url, received):
        run = go(url)
    assert (len(received), run.usage.requests, run.failures) == (2, 2, ())


@pytest.mark.parametrize(
    ("fault", "raised", "message", "requests"),
    [
        ((401, error(f"Incorrect API key provided: {KEY}")), errors.AuthenticationError, r"refused the key .*check OPENAI_API_KEY .*Settings\(api_key", 1),
        ((403, error("not for you")), errors.AuthenticationError, r"refused access \(not for you\)", 1),
        ((403, error("Your input was flagged", code=403)), errors.FilteredError, "a content filter refused it", 1),
        ((400, error("API key not valid. Please pass a valid API key.")), errors.AuthenticationError, r"refused the key \(API key not valid", 1),
        ((429, error("monthly limit reached")), errors.AccountError, r"may send no more \(monthly limit reached\)", 1),
        ((405, "Method Not Allowed"), errors.UnknownModelError, "or the path is wrong", 1),
        ((407, "Proxy auth"), errors.SetupError, "the proxy requires a password", 1),
        ((200, '"busy"'), errors.EndpointError, "after 2 attempts: busy", 2),
        ((404, error("The model `m` does not exist")), errors.UnknownModelError, "has no model 'm'", 1),
        ((429, error("quota", code="insufficient_quota")), errors.AccountError, r"no credit left \(quota\); top it up", 1),
        ((429, error("quota", type="insufficient_quota")), errors.AccountError, "no credit left", 1),
        ((402, {"detail": "Pay first"}), errors.AccountError, r"no credit left \(Pay first\)", 1),
        ((400, error("Your credit balance is too low to access the API.")), errors.AccountError, "no credit left", 1),
        ((200, error("Insufficient credits", code=402)), errors.AccountError, "no credit left", 1),
        ((429, error("tomorrow"), {"retry-after": "86400"}), errors.RetryLaterError, r"accepts no requests until \d{4}-.*\(tomorrow\); run the same command again then", 1),
        ((503, "maintenance", {"retry-after": "1e300"}), errors.RetryLaterError, "accepts no requests until", 1),
        ((429, error("slow down"), SOON), errors.EndpointError, "HTTP 429 after 2 attempts: slow down", 2),
        ((500, error("oops"), SOON), errors.EndpointError, "HTTP 500 after 2 attempts: oops", 2),
        ((502, error("oops"), SOON | {"x-should-retry": "false"}), errors.EndpointError, "HTTP 502: oops", 1),
        ((503, "<html><title>Busy</title></html>", SOON), errors.EndpointError, "HTTP 503 after 2 attempts: Busy", 2),
        ((401, {"detail": "The subscription has ended"}), errors.AuthenticationError, r"refused the key \(The subscription has ended\)", 1),
        ((200, "<html><h1>Log in first</h1></html>"), errors.EndpointError, r"no JSON in the answer after 2 attempts \(Log in first\)", 2),
        ((200, b"\xff\xfe"), errors.EndpointError, "no JSON in the answer after 2 attempts", 2),
        ((200, error(f"no luck with {KEY}"), SOON), errors.EndpointError, r"an error instead of an answer after 2 attempts: no luck with \[key\]", 2),
        ((200, error("busy", code=502), SOON), errors.EndpointError, "HTTP 502 after 2 attempts: busy", 2),
        ((400, error("bad temperature")), errors.EndpointError, "HTTP 400: bad temperature", 2),
        ((400, error("Bad Request")), errors.EndpointError, "HTTP 400: Bad Request", 10),
        ((400, error("Bad Request", param="messages")), errors.EndpointError, "messages: Bad Request", 1),
        ((400, error("no", code="content_filter")), errors.FilteredError, "a content filter refused it", 1),
        (
            (400, error("request exceeds the available context size", type="exceed_context_size_error")),
            errors.ContextWindowError, "does not fit the context window of m", 1,
        ),
        (DROP, errors.UnreachableError, "no connection after 2 attempts: the connection was lost", 2),
    ],
)  # fmt: skip
def test_a_permanent_fault_has_its_own_error_without_the_key(
    go, fault, raised, message, requests
):
    with (
        serve_script(fault) as (url, received),
        pytest.raises(raised, match=message) as caught,
    ):
        go(url)
    assert len(received) == requests
    assert KEY not in str(caught.value)
    assert caught.value.exit_code == 3


def test_names_a_refused_connection(go):
    with serve_script((200, GOOD)) as (url, _):
        pass  # the port is free again
    with pytest.raises(
        errors.UnreachableError, match="check that the server is running"
    ):
        go(url, attempts=1)


def test_gives_up_on_an_endpoint_that_hangs(go):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(errors.UnreachableError, match=r"no answer within 0\.2 s"):
            go(url, attempts=1, timeout_s=0.2)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (completion('{"cl', finish_reason="length"), "truncated"),
        (completion(None, refusal="No."), "refused"),
        (completion(None, finish_reason="content_filter"), "filtered"),
        (completion(None, choices=False), "empty"),
        (completion("[]"), "invalid"),
    ],
)
def test_records_unusable_answers_as_failures(go, body, cause):
    with serve_script((200, body)) as (url, _):
        run = go(url)
    assert {failure.cause for failure in run.failures} == {cause}
    assert run.summary is None


def test_falls_back_when_the_endpoint_refuses_a_response_format(go):
    refusals = [
        (400, error("'response_format' of type json_schema is not supported")),
        (422, error("json_object: unknown response_format")),
    ]
    with serve_script(*refusals, (200, GOOD)) as (url, received):
        run = go(url)
    assert run.signature.response_format == "text"
    assert [body.get("response_format", {}).get("type") for body in received] == [
        "json_schema",
        "json_object",
        None,
    ]
    assert "JSON Schema" not in received[0]["messages"][0]["content"]
    assert '"check_worthiness"' in received[2]["messages"][0]["content"]


def test_omits_a_setting_the_model_refuses_and_signs_without_it(go):
    refusal = (
        400,
        error(
            "Unsupported value: 'temperature' does not support 0 with this model.",
            param="temperature",
        ),
    )
    with serve_script(refusal, (200, GOOD)) as (url, received):
        run = go(url)
    assert ["temperature" in body for body in received] == [True, False]
    assert run.signature.settings["temperature"] is None
    assert run.signature.response_format == "json_schema"


def test_names_a_missing_model_or_key_before_sending(go):
    with pytest.raises(errors.UnknownModelError, match="no model is named"):
        go("http://127.0.0.1:9/v1", model=None)
    with pytest.raises(errors.AuthenticationError, match="set OPENAI_API_KEY"):
        go(None, api_key=None)


def test_key_and_endpoint_come_from_the_environment_together(go, monkeypatch):
    keys = []

    class Endpoint(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            keys.append(self.headers["authorization"])
            self.answer(GOOD)

    with serve_handler(Endpoint) as url, serve_handler(Endpoint) as other:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment-1")
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert go(None, api_key=None).failures == ()
        # A key belongs to its endpoint: the environment's goes to no other.
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        assert go(other, api_key=None).failures == ()
        assert go(other, api_key="given").failures == ()
    assert keys == [
        "Bearer sk-from-the-environment-1",
        "Bearer not-needed",
        "Bearer given",
    ]


def test_an_answer_that_has_the_key_in_it_does_not_show_it(go):
    reply = completion(json.dumps(answer(claim("Venus is hot.", text=f"It is {KEY}."))))
    with serve_script((200, reply | {"model": f"m of {KEY}"})) as (url, _):
        run = go(url)
    assert run.claims[0].text == "It is [key]."
    assert KEY not in run.to_json()
