"""Commands against an endpoint: failures, refused keys, `doctor`."""

import json

import pytest

from claimcheck import Run
from tests.support.command import claimcheck
from tests.support.endpoint import completion, error, serve_picky, serve_script
from tests.support.paths import SEED
from tests.support.quirks import serve_quirks
from tests.support.scripted import answer, claim


def test_writes_a_failed_answer_and_exits_with_3(tmp_path):
    with serve_script((200, completion("{", finish_reason="length"))) as (url, _):
        done = claimcheck(
            "summarize", SEED, "--base-url", url, "--model", "m", "--format", "json"
        )
    run = Run.from_json(done.stdout)
    assert (done.returncode, run.failures[0].cause, run.summary) == (
        3,
        "truncated",
        None,
    )
    assert b"truncated: the answer was cut off" in done.stderr


def test_a_refused_key_exits_with_3_and_is_never_shown(tmp_path):
    key = "sk-proj-abcdefghij0123456789"
    with serve_script((401, error(f"Incorrect API key: {key}"))) as (url, _):
        done = claimcheck(
            "summarize",
            SEED,
            "--base-url",
            url,
            "--model",
            "m",
            environment={"OPENAI_API_KEY": key},
        )
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"refused the key" in done.stderr
    assert key.encode() not in done.stderr


def test_a_claim_that_its_quote_contradicts_fails_and_is_explained(tmp_path):
    document = tmp_path / "flood.txt"
    document.write_text("The flood was over by noon. Nobody died in it.\n")
    answered = answer(claim("Nobody died in it.", "9,999 people died in the flood."))
    with serve_script((200, completion(json.dumps(answered)))) as (url, _):
        arguments = ("summarize", document, "--base-url", url, "--model", "m")
        shown = claimcheck(*arguments)
        failing = claimcheck(*arguments, "--fail-on", "ungrounded")
    assert (shown.returncode, failing.returncode) == (0, 1)
    explained = " ".join(failing.stdout.decode().split())
    assert "1 of 1 claim: the text does not say what its quote says" in explained
    assert "“9,999” is not in its quote" in explained


def test_doctor_shows_where_settings_come_from_and_never_the_key(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("max_claims = 7\n")
    answer = '{"colour": "vermilion"}'  # as recorded
    with serve_script((200, completion(answer))) as (url, _):
        done = claimcheck(
            "doctor",
            "--model",
            "m",
            environment={
                "OPENAI_API_KEY": "sk-secret-key-0123456789",
                "OPENAI_BASE_URL": url,
            },
        )
    report = " ".join(done.stdout.decode().split())
    assert done.returncode == 0
    assert "model m flag" in report
    assert "max_claims 7 claimcheck.toml" in report
    assert "api_key set (not shown) environment OPENAI_API_KEY" in report
    assert "reachable" in report
    assert "response format: json_schema; schema: enforced" in report
    assert "secret-key" not in report + done.stderr.decode()


def test_doctor_fails_when_the_endpoint_does_not_answer():
    done = claimcheck("doctor", "--model", "m", "--base-url", "http://127.0.0.1:9/v1")
    assert done.returncode == 3
    assert b"FAILED" in done.stdout


def test_doctor_tests_the_schemas_of_real_requests():
    """The small schema is accepted, a keyword of the large ones is not."""

    def refuse(body):
        if '"maxItems"' in json.dumps(body):
            return 400, error("'maxItems' is not permitted")
        if "temperature" in body:
            return 422, {"detail": "temperature is fixed"}
        return None

    with serve_picky(refuse, completion('{"x": "vermilion"}')) as (url, received):
        done = claimcheck("doctor", "--model", "m", "--base-url", url)
    assert done.returncode == 0
    assert "response format: json_schema; schema: enforced" in done.out
    assert "left out: schema.maxItems, temperature\n    schema.*: answers" in done.out
    assert len(received) == 5  # three requests, two refused
    assert received[-1]["max_completion_tokens"] == 64


TAKES_ALL = "temperature, seed, max_completion_tokens"
DOCTOR = {
    "good": ("json_schema", TAKES_ALL, "nothing", "not required"),
    "azure_kw": ("json_schema", TAKES_ALL, "schema.maxItems, schema.maximum, schema.minItems, schema.minimum", "not required"),
    "no_strict_gemini": ("json_schema", TAKES_ALL, "schema.strict", "not required"),
    "no_schema_any": ("json_object", TAKES_ALL, "nothing", "not required"),
    "str_object": ("text", TAKES_ALL, "nothing", "not required"),
    "no_seed_mistral": ("json_schema", "temperature, max_completion_tokens", "seed", "not required"),
    "no_temp_anthropic": ("json_schema", "seed, max_completion_tokens", "temperature", "not required"),
    "no_mct_param": ("json_schema", "temperature, seed, max_tokens", "max_completion_tokens (sent as max_tokens)", "not required"),
    "need_system_user": ("json_schema", TAKES_ALL, "system_role", "not required"),
    "stream_only": ("json_schema", TAKES_ALL, "nothing", "required, so every answer is requested as a stream"),
}  # fmt: skip


@pytest.mark.parametrize("mode", DOCTOR)
def test_doctor_states_what_an_endpoint_takes_and_refuses(mode):
    response_format, takes, refuses, streaming = DOCTOR[mode]
    with serve_quirks() as (url, _):
        flags = ("--model", "m", "--base-url", f"{url}/{mode}/x/v1")
        done = claimcheck("doctor", *flags)
    assert done.returncode == 0, done.err
    assert f"response format: {response_format};" in done.out
    assert f"settings that it accepts: {takes}\n" in done.out
    assert f"refused, and therefore left out: {refuses}\n" in done.out
    assert f"streaming: {streaming}\n" in done.out
    assert "context window: 4,096 tokens; context_tokens is 128,000; set it" in done.out


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("pay402", "the account has no credit left (Insufficient Balance)"),
        ("str_401", "Invalid token: the subscription has ended"),
        ("text_503", "upstream connect error"),
    ],
)
def test_doctor_ends_with_the_words_of_an_endpoint_that_fails(mode, message):
    with serve_quirks() as (url, _):
        flags = ("--model", "m", "--base-url", f"{url}/{mode}/x/v1")
        done = claimcheck("doctor", *flags)
    assert (done.returncode, "FAILED" in done.out) == (3, True)
    assert message in done.err


def test_a_temperature_can_be_unset_by_a_flag_or_the_file(tmp_path):
    with serve_picky(lambda _: None, completion("{}")) as (url, received):
        flags = ("--model", "m", "--base-url", url)
        claimcheck("summarize", SEED, *flags, "--temperature", "unset")
        (tmp_path / "claimcheck.toml").write_text('temperature = "unset"\n')
        claimcheck("summarize", SEED, *flags)
        wrong = claimcheck("summarize", SEED, *flags, "--temperature", "none")
    assert received
    assert not any("temperature" in body for body in received)
    assert wrong.returncode == 2
    assert "give a number from 0 to 2, or unset" in wrong.err


def test_says_until_when_the_endpoint_takes_no_requests():
    wait = (429, error("slow down"), {"retry-after": "1"})
    with serve_script(wait, (200, completion("{}"))) as (url, _):
        flags = ("--model", "m", "--base-url", url, "--no-cache")
        done = claimcheck("summarize", SEED, *flags)
        assert done.err.count("the endpoint accepts no requests until ") == 1
    with serve_script(wait, (200, completion("{}"))) as (url, _):
        flags = ("--model", "m", "--base-url", url, "--no-cache", "--quiet")
        done = claimcheck("check", SEED, SEED, *flags)
        assert "accepts no requests" not in done.err
