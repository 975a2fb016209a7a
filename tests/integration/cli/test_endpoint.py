"""Commands against an endpoint: failures, refused keys, `doctor`."""

from claimcheck import Run
from tests.support.command import claimcheck
from tests.support.endpoint import completion, error, serve_script
from tests.support.paths import SEED


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
