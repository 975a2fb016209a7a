"""Streams of events are joined, however they are written."""

import json

import pytest

from claimcheck.llm.completion import ErrorInAnswerError, parse_completion
from claimcheck.llm.stream import BrokenStreamError

PIECES = ['{"claims"', ': ["Malmö\u2028", ', "1]}"]
ANSWER = "".join(PIECES)
END = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
DONE = "data: [DONE]\n\n"


def chunk(delta, **fields):
    return {"model": "m", "choices": [{"index": 0, "delta": delta, **fields}]}


def write(*events, indent=None):
    written = [json.dumps(event, ensure_ascii=False, indent=indent) for event in events]
    return "".join(
        f"data: {event}".replace("\n", "\ndata: ") + "\n\n" for event in written
    )


CHUNKS = [chunk({"content": piece}) for piece in PIECES]
TOOL = [
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    for piece in PIECES
]
ONE_LINE = json.dumps(END)
MESSAGE = {"role": "assistant", "content": ANSWER}


@pytest.mark.parametrize(
    "text",
    [
        write(*CHUNKS, END),
        write(*CHUNKS) + DONE,
        write(*CHUNKS) + "data: [done]\n\n",
        write(*CHUNKS) + 'data: "[DONE]"\n\n',
        write(*CHUNKS, END).replace("\n", "\r\n"),
        write(*CHUNKS, END).replace("\n\n", "\n"),
        write(*CHUNKS, END).replace("data: ", "data:"),
        ":\n\n" + write(*CHUNKS, END).replace("data: ", "id: 7\nevent: x\ndata: "),
        write(*CHUNKS, END, indent=1),
        write(7, None, {"choices": None}, *CHUNKS, END),
        write(*([event] for event in CHUNKS)) + DONE,
        write(*TOOL, END),
        write(*(chunk({"content": [{"text": piece}]}) for piece in PIECES), END),
        write(*(chunk({"reasoning": "So. ", "content": piece}) for piece in PIECES), END),
        write({"choices": [{"message": MESSAGE, "finish_reason": "stop"}]}),
        write(*({"choices": [{"text": piece}]} for piece in PIECES), END),
        write(*({"choices": [{"delta": piece}]} for piece in PIECES), END),
        write(*CHUNKS[:1], {"choices": [{"index": 1, "delta": {"content": "x"}}]}, *CHUNKS[1:], END),
        "\n".join(json.dumps(event) for event in (*CHUNKS, END)),
        "\n".join(json.dumps({"message": {"content": piece}, "done": False}) for piece in PIECES) + '\n{"done": true}\n',
    ],
)  # fmt: skip
def test_joins_the_events(text):
    assert parse_completion(text.encode()).text == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        write(*CHUNKS, {"error": {"message": "upstream died"}}),
        write(*CHUNKS[:1], {"type": "error", "message": "upstream died"}) + DONE,
        'event: error\ndata: {"message": "upstream died"}\n\n',
        write(*CHUNKS[:1], chunk({}, error={"message": "upstream died"})),
    ],
)
def test_an_error_on_the_way_is_the_error_of_the_answer(text):
    with pytest.raises(ErrorInAnswerError, match="upstream died"):
        parse_completion(text.encode())


def test_an_error_after_the_answer_does_not_cost_it():
    text = write(*CHUNKS, END, {"error": {"message": "too late"}})
    assert parse_completion(text.encode()).text == ANSWER


@pytest.mark.parametrize("length", [20, 90, -1])
def test_a_stream_that_breaks_off_is_no_answer(length):
    with pytest.raises(BrokenStreamError):
        parse_completion(write(*CHUNKS)[:length].encode())


def test_many_pieces_take_time_in_proportion_to_their_number():
    pieces = [chunk({f"x{number}": "y", "content": "z"}) for number in range(20_000)]
    text = parse_completion(write(*pieces, END).encode()).text
    assert text == "z" * 20_000
