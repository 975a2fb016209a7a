"""A completion is read tolerantly; what is not one says where and why."""

import json

import pytest

from claimcheck.llm.completion import (
    Completion,
    NoCompletionError,
    TokenCounts,
    parse_completion,
)

NOTHING = Completion(None, None, None, None, None)


def parse(value):
    return parse_completion(json.dumps(value).encode())


def test_reads_the_first_choice_and_the_token_counts():
    completion = parse(
        {
            "id": "chatcmpl-1",
            "model": "m-1",
            "choices": [
                {
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "{}", "refusal": None},
                },
                {"message": "not read"},
            ],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
        }
    )
    assert completion == Completion("m-1", "{}", "stop", None, TokenCounts(9, 4, 3, 2))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"choices": None, "usage": None},
        {"choices": []},
        {"choices": [{}]},
        {"choices": [{"message": None}], "usage": {}},
        {"error": None, "choices": []},
    ],
)
def test_any_field_may_be_missing(value):
    assert parse(value) == NOTHING


def test_missing_details_of_the_usage_are_zero():
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": None,
        "prompt_tokens_details": None,
    }
    assert parse({"usage": usage}).tokens == TokenCounts(9, 0, 0, 0)


def test_an_answer_beside_an_error_is_an_answer():
    value = {
        "error": {"message": "late"},
        "choices": [{"message": {"content": "x"}}],
    }
    assert parse(value).text == "x"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "the body: expected an object"),
        ({"choices": {"a": 1}}, "choices: expected a list"),
        ({"choices": ["x"]}, r"choices\[0\]: expected an object"),
        ({"choices": [{"message": "x"}]}, r"choices\[0\].message: expected an object"),
        ({"choices": [{"message": {"content": 7}}]}, "content: expected text"),
        ({"usage": {"prompt_tokens": "many"}}, "prompt_tokens: expected a number"),
        ({"usage": {"completion_tokens": -1}}, "completion_tokens: expected a number"),
        ({"error": {"message": "no credit"}}, "the endpoint sent an error: no credit"),
        ({"error": "no credit"}, "the endpoint sent an error: no credit"),
    ],
)
def test_what_is_not_a_completion_says_where(value, message):
    with pytest.raises(NoCompletionError, match=message):
        parse(value)


def test_bytes_that_are_not_json_can_be_told_from_json_that_is_no_completion():
    for content in (b"", b"<html>busy</html>", b"\xff\xfe"):
        with pytest.raises(json.JSONDecodeError):
            parse_completion(content)
    with pytest.raises(NoCompletionError, match="nested too deeply"):
        parse_completion(b"[" * 100_000)
