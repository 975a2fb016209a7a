"""A completion is read tolerantly; what is not one says where and why."""

import json

import pytest

from claimcheck.llm.completion import (
    Completion,
    ErrorInAnswerError,
    NoCompletionError,
    TokenCounts,
    build_completion,
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
    ("usage", "counts"),
    [
        ({"prompt_tokens": 9.0, "completion_tokens": 3.5}, TokenCounts(9, 0, 4, 0)),
        ({"prompt_tokens": "9", "completion_tokens": "3"}, TokenCounts(9, 0, 3, 0)),
        ({"input_tokens": 9, "output_tokens": 3}, TokenCounts(9, 0, 3, 0)),
        ({"prompt_tokens": 9, "total_tokens": 12}, TokenCounts(9, 0, 3, 0)),
        ({"total_tokens": 12}, TokenCounts(11, 0, 1, 0, is_divided=False)),
        ({"prompt_tokens": "many", "completion_tokens": 3}, TokenCounts(0, 0, 3, 0)),
        ({"prompt_tokens": -1, "completion_tokens": -1, "total_tokens": -1}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": True, "completion_tokens": float("inf")}, None),
        ([], None),
        ("12 tokens", None),
        (7, None),
    ],
)
def test_no_shape_of_usage_costs_the_answer(usage, counts):
    choices = [{"message": {"content": "x"}, "finish_reason": 1}]
    completion = build_completion({"choices": choices, "usage": usage, "model": 7})
    assert completion == Completion(None, "x", None, None, counts)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"text": "b"}, "c"]}, "abc"),
        ({"content": [{"type": "thinking", "thinking": []}]}, ""),
        ({"content": [{"type": "text", "text": {"value": "a"}}, 7]}, "a"),
        ({"content": {"type": "text", "text": "a"}}, "a"),
        ({"content": {"claims": []}}, '{"claims": []}'),
        ({"content": "", "reasoning_content": '{"a": 1}'}, '{"a": 1}'),
        ({"content": None, "reasoning": '{"a": 1}'}, '{"a": 1}'),
        ({"content": None, "reasoning": "I think"}, None),
        ({"content": "a", "reasoning_content": "{b}"}, "a"),
        ({"tool_calls": [{"function": {"arguments": '{"a": 1}'}}]}, '{"a": 1}'),
        ({"tool_calls": [{"function": {"arguments": {"a": 1}}}]}, '{"a": 1}'),
        ({"function_call": {"name": "f", "arguments": "{}"}}, "{}"),
        ({"tool_calls": [7], "function_call": 7}, None),
        (
            {
                "content": "I call a tool.",
                "tool_calls": [{"function": {"arguments": '{"a": 1}'}}],
            },
            '{"a": 1}',
        ),
        (
            {
                "content": "I call {a tool}.",
                "tool_calls": [{"function": {"arguments": '{"a": 1}'}}],
            },
            'I call {a tool}.\n{"a": 1}',
        ),
        ({"content": False, "thinking": '{"a": 1}'}, '{"a": 1}'),
        (
            {"tool_calls": [{"function": {"arguments": item}} for item in ("{}", {})]},
            "{}\n{}",
        ),
        ({"content": [{"type": "tool_use", "input": {"a": 1}}]}, '{"a": 1}'),
        ({"content": [{"type": "output_json", "json": {"a": 1}}]}, '{"a": 1}'),
        ({"content": [{"type": "json", "content": "{}"}]}, "{}"),
        ({"content": None, "thinking": 'So: {"a": 1}'}, 'So: {"a": 1}'),
        (
            {"content": "", "reasoning_details": [{"text": 'So: {"a": 1}'}]},
            'So: {"a": 1}',
        ),
    ],
)
def test_finds_the_answer_wherever_the_endpoint_puts_it(message, text):
    assert parse({"choices": [{"message": message}]}).text == text


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),
        ("end_turn", "stop"),
        ("STOP", "stop"),
        ("", None),
        ("SAFETY", "content_filter"),
        ("paused", "paused"),
    ],
)
def test_knows_other_words_for_why_an_answer_ended(word, reason):
    choices = [{"message": {"content": "x"}, "finish_reason": word}]
    assert parse({"choices": choices}).finish_reason == reason


def test_adds_up_a_stream():
    events = [
        {"model": "m", "choices": [{"delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"delta": {"content": "a\u2028"}}]},
        {"choices": [{"delta": {"content": "b"}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}},
    ]
    lines = [f"data: {json.dumps(event, ensure_ascii=False)}" for event in events]
    stream = ": ping\n\n" + "\r\n\r\n".join(lines) + "\n\ndata: [DONE]\n\n"
    assert parse_completion(stream.encode()) == Completion(
        "m", "a\u2028b", "length", None, TokenCounts(9, 0, 3, 0)
    )
    with pytest.raises(json.JSONDecodeError, match="the stream broke off"):
        parse_completion("\n\n".join(lines[:2]).encode())
    with pytest.raises(ErrorInAnswerError, match="sent an error: busy"):
        parse_completion(b'data: {"error": {"message": "busy", "code": 503}}\n\n')


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"error": {"message": "no credit", "code": 402}}, 402),
        ({"error": {"message": "no credit", "code": "503"}, "choices": []}, 503),
        ({"error": "no credit"}, None),
        ({"choices": [{"error": {"message": "no credit", "code": 502}}]}, 502),
        ({"error": "no credit", "choices": [{"message": {"content": ""}}]}, None),
        (
            {
                "error": {"message": "no credit", "metadata": {"raw": '{"code": 402}'}},
                "choices": [{"message": {"content": ""}}],
            },
            402,
        ),
        ({"status": "error", "message": "no credit"}, None),
    ],
)
def test_an_error_instead_of_an_answer_keeps_its_words_and_status(value, status):
    with pytest.raises(
        ErrorInAnswerError, match="the endpoint sent an error: no credit"
    ) as caught:
        parse(value)
    assert caught.value.details.status == status


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "the body: expected an object"),
        (7, "the body: expected an object"),
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


@pytest.mark.parametrize(
    "choice",
    [
        {"delta": {"content": "{}"}},
        {"text": "{}"},
        {"message": {"content": None, "parsed": {"a": 1}}},
    ],
)
def test_finds_an_answer_in_other_fields(choice):
    completion = parse_completion(json.dumps({"choices": [choice]}).encode())
    assert json.loads(completion.text) in ({}, {"a": 1})


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (
            {"prompt_tokens": 9, "completion_tokens": 3, "cached_tokens": 4},
            TokenCounts(9, 4, 3, 0),
        ),
        (
            {
                "prompt_tokens": 9,
                "prompt_cache_hit_tokens": 4,
                "prompt_cache_miss_tokens": 5,
                "completion_tokens": 3,
            },
            TokenCounts(9, 4, 3, 0),
        ),
        (
            {"input_tokens": 9, "cache_read_input_tokens": 40, "output_tokens": 3},
            TokenCounts(49, 40, 3, 0),
        ),
        (
            {
                "input_tokens": 9,
                "input_tokens_details": {"cached_tokens": 4},
                "output_tokens": 3,
                "output_tokens_details": {"reasoning_tokens": 2},
            },
            TokenCounts(9, 4, 3, 2),
        ),
    ],
)
def test_counts_cached_tokens_by_any_name(usage, counts):
    assert parse({"choices": [], "usage": usage}).tokens == counts


JSON = '{"claims": []}'


@pytest.mark.parametrize(
    "value",
    [
        {"choices": {"message": {"content": JSON}}},
        {"choices": [{"message": JSON}]},
        {"choices": [JSON]},
        [{"choices": [{"message": {"content": JSON}}]}],
        {"code": 0, "data": {"choices": [{"message": {"content": JSON}}]}},
        {"choices": [{"message": {"content": ""}}, {"message": {"content": JSON}}]},
        {"choices": [{"message": {"reasoning_details": [{"text": JSON}]}}]},
        {"choices": [{"message": {"tool_calls": {"function": {"arguments": JSON}}}}]},
        {"type": "message", "content": [{"type": "text", "text": JSON}]},
        {"message": {"role": "assistant", "content": JSON}, "done": True},
        {"candidates": [{"content": {"parts": [{"text": f"```json\n{JSON}"}]}}]},
        {"object": "response", "output_text": JSON},
        {"output": {"choices": [{"message": {"content": JSON}}]}, "request_id": "x"},
        {"choices": None, "output": {"text": JSON}},
        {"code": 200, "message": "success", "data": {"choices": [{"text": JSON}]}},
    ],
)
def test_finds_an_answer_in_shapes_of_other_apis(value):
    assert JSON in parse(value).text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"success": False, "message": "Model overloaded"}, "Model overloaded"),
        ({"code": "1261", "msg": "Prompt is too long"}, "Prompt is too long"),
        ({"base_resp": {"status_code": 2, "status_msg": "busy"}, "choices": None}, "busy"),
        ({"detail": "Model is loading"}, "Model is loading"),
    ],
)  # fmt: skip
def test_an_error_in_another_shape_keeps_its_words(value, message):
    with pytest.raises(ErrorInAnswerError, match=message):
        parse(value)


def test_a_part_may_be_a_refusal():
    part = {"type": "refusal", "refusal": "I can't."}
    assert parse({"choices": [{"message": {"content": [part]}}]}).refusal == "I can't."


def test_reads_a_completion_that_was_encoded_twice():
    completion = json.dumps({"choices": [{"message": {"content": "x"}}]})
    assert parse_completion(json.dumps(completion).encode()).text == "x"


def test_a_refusal_beside_an_answer_is_none():
    message = {"content": "{}", "refusal": "None"}
    assert parse({"choices": [{"message": message}]}).refusal is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_reads_an_answer_in_any_encoding_of_unicode(encoding):
    completion = '{"choices": [{"message": {"content": "Malmö"}}]}'
    assert parse_completion(completion.encode(encoding)).text == "Malmö"


def test_a_byte_that_is_not_utf_8_does_not_cost_the_answer():
    completion = '{"choices": [{"message": {"content": "Malmö"}}]}'
    assert parse_completion(completion.encode("latin-1")).text == "Malm\ufffd"
