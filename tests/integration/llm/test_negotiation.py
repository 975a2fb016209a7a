"""What an endpoint refuses, in whatever words, is left out of what it is sent."""

import asyncio
import json

import pytest

from claimcheck import (
    Document,
    Settings,
    acheck,
    asummarize,
    check,
    errors,
    summarize,
)
from claimcheck.llm.negotiation import get_dialect, learn_refusal
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.llm.refusal import Refusal, read_error_body
from tests.support.endpoint import completion, error, serve_picky
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = "Mercury has no moons. Venus is hot."
ANSWER = json.dumps(answer(claim("Venus is hot.")))
GOOD = completion(ANSWER)


def run_at(url, **settings):
    chosen = {"seed": 5, "max_output_tokens": 99, "attempts": 1} | settings
    return Settings(engine="llm", model="m", base_url=url, **chosen)


def with_field(name):
    return lambda body: name in body


def with_format(*types):
    return lambda body: body.get("response_format", {}).get("type") in types


def with_keyword(*words):
    def has_keyword(body):
        sent = json.dumps(body.get("response_format", {}))
        return any(f'"{word}"' in sent for word in words)

    return has_keyword


def is_unstreamed(body):
    return "stream" not in body


def has_system_role(body):
    return any(message["role"] == "system" for message in body["messages"])


def fastapi(*path):
    item = {"type": "x", "loc": ["body", *path], "msg": "Extra inputs not permitted"}
    return {"detail": [item]}


BAD_REQUEST = {"error": "Bad Request"}
OLD_LIMIT = "max_completion_tokens"
# what the endpoint refuses, how, what is left out then, the format, the most requests
REFUSALS = {
    "temperature, deprecated": (with_field("temperature"), 400, error("`temperature` is deprecated for this model."), {"temperature"}, "json_schema", 2),
    "temperature, as text": (with_field("temperature"), 400, "temperature: only 1 is allowed", {"temperature"}, "json_schema", 2),
    "temperature, 422": (with_field("temperature"), 422, {"message": "Unsupported parameter: temperature"}, {"temperature"}, "json_schema", 2),
    "temperature, 500": (with_field("temperature"), 500, {"detail": "Temperature is fixed"}, {"temperature"}, "json_schema", 2),
    "temperature, unnamed": (with_field("temperature"), 400, BAD_REQUEST, {"temperature"}, "json_schema", 3),
    "seed, by its path": (with_field("seed"), 422, fastapi("seed"), {"seed"}, "json_schema", 2),
    "seed, nested": (with_field("seed"), 422, {"object": "error", "message": fastapi("seed")}, {"seed"}, "json_schema", 2),
    "seed, unnamed": (with_field("seed"), 400, BAD_REQUEST, {"seed"}, "json_schema", 2),
    "limit, renamed": (with_field(OLD_LIMIT), 400, error(f"Unrecognized request argument supplied: {OLD_LIMIT}"), {OLD_LIMIT}, "json_schema", 2),
    "limit, by its param": (with_field(OLD_LIMIT), 400, error("no", param=OLD_LIMIT), {OLD_LIMIT}, "json_schema", 2),
    "limit, in HTML": (with_field(OLD_LIMIT), 400, f"<html><body>Unknown {OLD_LIMIT}</body></html>", {OLD_LIMIT}, "json_schema", 2),
    "limit, unnamed": (with_field(OLD_LIMIT), 422, {"detail": "Unprocessable"}, {OLD_LIMIT}, "json_schema", 4),
    "any limit": (lambda body: {OLD_LIMIT, "max_tokens"} & body.keys(), 400, error("max_tokens is not allowed"), {OLD_LIMIT, "max_tokens"}, "json_schema", 3),
    "a keyword": (with_keyword("maxItems"), 400, error("In context=('properties', 'claims'), 'maxItems' is not permitted."), {"schema.maxItems"}, "json_schema", 2),
    "strict": (with_keyword("strict"), 400, [error('Unknown name "strict": Cannot find field.')], {"schema.strict"}, "json_schema", 2),
    "json_schema": (with_format("json_schema"), 400, {"error": "response_format of type json_schema is not supported"}, set(), "json_object", 2),
    "json_schema, FastAPI": (with_format("json_schema"), 422, fastapi("response_format", "type"), set(), "json_object", 2),
    "json_schema, unnamed": (with_format("json_schema"), 400, error("Request contains an invalid argument."), set(), "json_object", 9),
    "json_schema, 500": (with_format("json_schema"), 500, error("Failed to parse grammar"), set(), "json_object", 4),
    "every format": (with_format("json_schema", "json_object"), 400, {"error": "'response_format.type' must be 'text'"}, set(), "text", 3),
    "every format, unnamed": (with_field("response_format"), 400, error("Bad Request"), set(), "text", 10),
    "temperature and seed": (lambda body: {"temperature", "seed"} & body.keys(), 400, error("seed and temperature are fixed"), {"temperature", "seed"}, "json_schema", 3),
    "the system role": (has_system_role, 400, error("System role not supported"), {"system_role"}, "json_schema", 2),
    "the system role, in a template": (has_system_role, 500, {"error": "Only user and assistant roles are supported!"}, {"system_role"}, "json_schema", 2),
    "temperature, in a 200": (with_field("temperature"), 200, error("temperature is unsupported", type="invalid_request_error"), {"temperature"}, "json_schema", 2),
    "json_schema, by a router": (with_format("json_schema"), 404, error("No endpoints support: json_schema", code=404), set(), "json_object", 2),
    "temperature and seed, unnamed": (lambda body: {"temperature", "seed"} & body.keys(), 400, BAD_REQUEST, {"temperature", "seed"}, "json_schema", 12),
    "json_schema and seed, unnamed": (lambda body: with_format("json_schema")(body) or "seed" in body, 400, BAD_REQUEST, {"temperature", "seed"}, "json_object", 14),
    "everything, unnamed": (lambda body: len(body) > 2, 400, BAD_REQUEST, {"temperature", "seed", OLD_LIMIT, "max_tokens"}, "text", 15),
    "temperature, 403": (with_field("temperature"), 403, error("temperature is fixed for you"), {"temperature"}, "json_schema", 2),
    "temperature, inside a 200": (with_field("temperature"), 200, {"error": "temperature is not supported"}, {"temperature"}, "json_schema", 2),
    "json_schema, 503": (with_format("json_schema"), 503, error("Failed to compile grammar"), set(), "json_object", 4),
    "the system role, as path": (has_system_role, 422, fastapi("messages", 0, "role"), {"system_role"}, "json_schema", 2),
    "the system role, in a tag": (has_system_role, 400, error("Input tag 'system' found, expected: 'assistant', 'user'"), {"system_role"}, "json_schema", 2),
    "a user's message first": (has_system_role, 400, error("A conversation must start with a user message."), {"system_role"}, "json_schema", 2),
    "the system role, unnamed": (has_system_role, 400, BAD_REQUEST, {"system_role"}, "json_schema", 10),
    "no stream, unnamed": (is_unstreamed, 400, BAD_REQUEST, set(), "json_schema", 11),
    "no stream": (is_unstreamed, 400, {"detail": "Non-streaming requests are not supported"}, set(), "json_schema", 2),
    "an answer at once": (is_unstreamed, 400, error("This model only support stream mode, please enable the stream parameter."), set(), "json_schema", 2),
}  # fmt: skip


def test_leaves_out_what_is_refused_and_remembers_it():
    """One server for all: the model's name says what it refuses."""
    names = list(REFUSALS)

    def refuse(body):
        test, status, content, *_ = REFUSALS[body["model"]]
        return (status, content) if test(body) else None

    with serve_picky(refuse, GOOD) as (url, received):
        for name in names:
            _, _, _, left_out, response_format, most = REFUSALS[name]
            settings = Settings(
                engine="llm",
                model=name,
                base_url=url,
                seed=5,
                max_output_tokens=99,
                attempts=1,
            )
            received.clear()
            run = summarize(TEXT, settings=settings)
            signature = run.signature
            assert [item.quote for item in run.claims] == ["Venus is hot."], name
            assert signature.response_format == response_format, name
            assert set(get_dialect(settings).left_out) >= left_out, name
            assert len(received) == run.usage.requests <= most, name
            assert {key for key in left_out if key in signature.settings} == left_out
            assert all(signature.settings[key] is None for key in left_out - {"seed"})
            limit = received[-1].get("max_tokens")
            assert limit == (99 if left_out == {OLD_LIMIT} else None), name
            received.clear()
            asyncio.run(asummarize(TEXT, settings=settings))
            assert len(received) == 1, f"{name}: learned once"


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 4096 tokens. However, you requested "
        "4500 tokens (500 in the messages, 4000 in the completion).",
        "'max_tokens' is too large: 4000. This model's maximum context length is 4096 "
        "tokens and your request has 500 input tokens (4000 > 4096 - 500).",
    ],
)
def test_asks_for_no_room_where_the_window_has_less(message):
    def refuse(body):
        asks_for_room = {OLD_LIMIT, "max_tokens"} & body.keys()
        return (400, error(message)) if asks_for_room else None

    with serve_picky(refuse, GOOD) as (url, received):
        settings = run_at(url, max_output_tokens=4000)
        assert summarize(TEXT, settings=settings).claims
        assert len(received) == 3
        # The next request may be shorter.
        assert get_dialect(settings).left_out == frozenset()


def test_a_refused_text_is_not_tried_forever():
    settings = {"temperature": 0.5}

    def refuse(body):
        if "Saturn" in body["messages"][-1]["content"]:
            return 400, {"detail": "Unprocessable text"}
        return None

    with serve_picky(refuse, GOOD) as (url, received):
        counts = []
        for number in range(5):
            received.clear()
            with pytest.raises(errors.EndpointError, match="HTTP 400: Unprocessable"):
                summarize(
                    f"Saturn has {number} rings.", settings=run_at(url, **settings)
                )
            counts.append(len(received))
        assert counts[0] <= 15
        assert counts[3:] == [1, 1]  # given up
        # accepted once, so the next refusal is about the text
        other = run_at(url, **settings, context_tokens=99_999)
        assert summarize(TEXT, settings=other).claims
        assert get_dialect(other).left_out == frozenset()
        received.clear()
        with pytest.raises(errors.EndpointError):
            summarize("Saturn has rings.", settings=other)
        assert len(received) == 1


def test_a_server_that_recovers_after_a_500_does_not_lose_its_schema():
    down = [True]

    def refuse(body):
        if "response_format" in body and down[0]:
            return 500, error("oops")
        return None

    with serve_picky(refuse, GOOD) as (url, _):
        settings = run_at(url)
        run = summarize(TEXT, settings=settings)
        assert run.signature.response_format == "text"
        down[0] = False
        run = summarize(TEXT, settings=settings)
        assert run.signature.response_format == "json_schema"


def test_learns_from_a_refusal_in_a_batch_file():
    client = ScriptedClient([response(answer())])
    settings = run_at("http://127.0.0.1:9/v1")
    summarize(TEXT, settings=settings, client=client)
    body = OpenAIClient(settings).build_body(client.requests[0])
    refusal = Refusal(400, read_error_body(error("no", param="temperature")))
    assert learn_refusal(settings, body, refusal)
    again = OpenAIClient(settings).build_body(client.requests[0])
    assert "temperature" not in again
    assert not learn_refusal(settings, again, refusal)
    assert not learn_refusal(settings, again, Refusal(429, refusal.details))


def test_unset_fields_are_never_sent():
    with serve_picky(lambda _: None, GOOD) as (url, received):
        settings = run_at(url, temperature=None, seed=None)
        run = summarize(TEXT, settings=settings)
    assert not {"temperature", "seed"} & received[0].keys()
    assert run.signature.settings["temperature"] is None
    assert settings.temperature is None


def test_one_of_many_requests_finds_out_and_the_others_wait():
    # Too many sentences for one request about all claims.
    planets = [f"Planet {number} has moons." for number in range(80)]
    claims, document = planets[:8], Document.from_text(" ".join(planets))
    item = {"number": 1, "rationale": "So.", "label": "supported", "evidence": [1]}
    verdict = completion(json.dumps({"verdicts": [item]}))

    def refuse(body):
        return (400, BAD_REQUEST) if "response_format" in body else None

    with serve_picky(refuse, verdict) as (url, received):
        result = check(claims, document, settings=run_at(url))
        assert len(result.verdicts) == 8
        # each is refused once; one searches; each is answered
        assert len(received) <= 8 + 11 + 8
        received.clear()
        settings = run_at(url.replace("127.0.0.1", "localhost"))
        asyncio.run(acheck(claims, document, settings=settings))
        assert len(received) <= 8 + 11 + 8
