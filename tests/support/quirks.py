"""A model endpoint that answers as real ones do, according to bug reports.

    http://127.0.0.1:PORT/MODE/CLIENT/v1/chat/completions
Each mode is a form of answers or errors from public bug reports; no provider was
asked. Requests are counted for each mode and client, because some modes answer the
first request differently. The answers are made from the document in the request.
"""

from __future__ import annotations

import email.utils
import gzip
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.loopback import Handler, serve_handler

WINDOW = 1_800  # tokens of four characters; for modes with a small window
LONG_PASSAGE = 600
_DOCUMENT = re.compile(
    r"^(\S+) (?:document|passage) begins\n(.*?)\n\1 (?:document|passage) ends",
    re.M | re.S,
)


@dataclass(frozen=True)
class Reply:
    """An HTTP response; `body` is sent as JSON unless it is text or bytes."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Mode = Callable[[dict, int], Reply]


def list_sentences(body):
    """Return the sentences of the document in a request, and at least one."""
    user = "\n".join(
        item["content"] for item in body["messages"] if item["role"] == "user"
    )
    found = _DOCUMENT.search(user)
    text = found[2] if found else user
    sentences = [item.strip() for item in re.split(r"(?<=[.!?])\s+", text)]
    return [item for item in sentences if item] or ["x"]


def find_schema(body):
    """Return the schema in a request, even in its first message, or {}."""
    response_format = body.get("response_format") or {}
    if "json_schema" in response_format:
        return response_format["json_schema"]["schema"]
    first = body["messages"][0]["content"]
    start = first.find("{", first.find("JSON Schema:"))
    if start < 0:
        return {}
    return json.JSONDecoder().raw_decode(first, start)[0]


def build_answer(body, claims=3):
    """Return an answer that follows the schema of a request."""
    properties = find_schema(body).get("properties", {})
    sentences = list_sentences(body)
    listed = {"claims": [build_claim(item) for item in sentences[:claims]]}
    digest = {
        "headline": "What happened",
        "sentences": [{"text": sentences[0], "claims": [1]}],
        "key_points": [{"text": f"About {sentences[0][:20]}", "claims": [1]}],
        "positions": [],
        "open_questions": [],
    }
    if "headline" in properties:
        return {**listed, **digest} if "claims" in properties else digest
    if "claims" in properties:
        return listed
    if "verdicts" in properties:
        claims = re.findall(r"^\d+\. ", body["messages"][-1]["content"], re.M)
        count = len(claims) or 1
        return {"verdicts": [build_verdict(number + 1) for number in range(count)]}
    if "corrections" in properties:
        return {"corrections": []}
    return {name: _example(schema) for name, schema in properties.items()}


def build_verdict(number):
    return {
        "number": number,
        "rationale": "It says so.",
        "label": "supported",
        "evidence": [1],
    }


def build_claim(sentence):
    return {
        "quote": sentence,
        "text": sentence,
        "kind": "event",
        "speaker": None,
        "check_worthiness": 0.8,
    }


def _example(schema):
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "x", "integer": 1, "number": 1, "boolean": True}.get(
        schema.get("type"), []
    )


def write(body):
    """Return a good answer as JSON."""
    return json.dumps(build_answer(body), ensure_ascii=False)


def complete(body, content, finish="stop", **message):
    """Return a completion with this content."""
    count_in = sum(len(item["content"]) for item in body["messages"]) // 4
    count_out = len(content or "") // 4
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": body.get("model", "m"),
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": {
                    "role": "assistant",
                    "content": content,
                    "refusal": None,
                    **message,
                },
            }
        ],
        "usage": {
            "prompt_tokens": count_in,
            "completion_tokens": count_out,
            "total_tokens": count_in + count_out,
        },
    }


def good(body):
    return Reply(complete(body, write(body)))


MODES: dict[str, Mode] = {}
ABOUT: dict[str, str] = {}


def add(name, about, mode):
    MODES[name] = mode
    ABOUT[name] = about


def answers(name, about, spell):
    """Add a mode whose answers are spelled in another way."""
    add(name, about, lambda body, _: Reply(complete(body, spell(body))))


def edited(name, about, edit):
    """Add a mode that edits the object of each answer in place."""

    def spell(body):
        fields = build_answer(body)
        edit(fields)
        return json.dumps(fields)

    answers(name, about, spell)


def finishes(name, about, reason, share=1.0):
    """Add a mode with this finish reason, and this share of each answer."""

    def mode(body, _):
        text = write(body)
        return Reply(complete(body, text[: int(len(text) * share)], reason))

    add(name, about, mode)


def counts(name, about, usage):
    """Add a mode that reports this usage."""

    def mode(body, _):
        completion = complete(body, write(body)) | {"usage": usage}
        if usage == "missing":
            del completion["usage"]
        return Reply(completion)

    add(name, about, mode)


def refuses(name, about, test, status, content):
    """Add a mode that refuses the requests for which the test is true."""
    add(
        name,
        about,
        lambda body, _: Reply(content, status) if test(body) else good(body),
    )


def fails(name, about, reply, times=None):
    """Add a mode that always fails, or the first few times."""

    def mode(body, count):
        return reply if times is None or count <= times else good(body)

    add(name, about, mode)


def error(message, type="invalid_request_error", param=None, code=None, **more):
    """Return the body of an error in OpenAI's form."""
    return {
        "error": {"message": message, "type": type, "param": param, "code": code}
    } | more


def has(name):
    return lambda body: name in body


def has_format(*types):
    return lambda body: (body.get("response_format") or {}).get("type") in types


def has_keyword(*words):
    def test(body):
        sent = json.dumps(body.get("response_format") or {})
        return any(f'"{word}"' in sent for word in words)

    return test


def count_tokens(body):
    return sum(len(item["content"]) for item in body["messages"]) // 4


# How the answer is wrapped.
answers("think_plain", "reasoning before the answer",
        lambda body: f"<think>\nLet me list claims.\n</think>\n\n{write(body)}")  # fmt: skip
answers("think_brace", "reasoning with braces",
        lambda body: '<think>\nI must give an object like {"claims": []}.\n</think>\n\n' + write(body))  # fmt: skip
answers("fence", "in a code fence", lambda body: f"```json\n{write(body)}\n```")
answers("fence_pre", "a sentence with braces, then a code fence",
        lambda body: f"Here is the result for {{document}}:\n```json\n{write(body)}\n```")  # fmt: skip
answers("trail", "a sentence after the answer",
        lambda body: f"{write(body)}\n\nLet me know if you need anything else.")  # fmt: skip
answers("twice", "the answer twice", lambda body: f"{write(body)}\n{write(body)}")
answers("bom", "a byte-order mark first", lambda body: f"\ufeff{write(body)}")
answers("array_wrap", "the object in a list", lambda body: f"[{write(body)}]")
answers("py_literal", "Python's notation", lambda body: repr(build_answer(body)))
answers("trailing_comma", "commas after the last item",
        lambda body: re.sub(r"\}\]", "},]", write(body)))  # fmt: skip
answers("ascii_esc", "escapes instead of letters", lambda body: json.dumps(build_answer(body)))  # fmt: skip
add("parts", "content as a list of parts",
    lambda body, _: Reply(complete(body, "") | {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": [{"type": "text", "text": write(body)}]}}]}))  # fmt: skip
add("toolcall", "the answer in a tool call",
    lambda body, _: Reply(complete(body, None, "tool_calls", tool_calls=[{"id": "1", "type": "function", "function": {"name": "json", "arguments": write(body)}}])))  # fmt: skip
add("reasoning_ok", "reasoning in fields of its own",
    lambda body, _: Reply(complete(body, write(body), reasoning_content="I think", reasoning="I think")))  # fmt: skip
add("reasoning_len", "tokens used up by reasoning, no answer",
    lambda body, _: Reply(complete(body, None, "length", reasoning_content="I think and think")))  # fmt: skip


# What is in the answer.
def _edit_claims(**changes):
    def edit(fields):
        for claim in fields.get("claims", ()):
            claim.update(changes)

    return edit


def _spoil_second(fields):
    if len(fields.get("claims", ())) > 1:
        fields["claims"][1]["kind"] = "fact"


def _write_numbers_as_text(fields):
    _edit_claims(check_worthiness="0.8")(fields)
    for verdict in fields.get("verdicts", ()):
        verdict["evidence"] = ["1"]


def _write_null_for_lists(fields):
    if "positions" in fields:
        fields["positions"] = None
    for verdict in fields.get("verdicts", ()):
        verdict["evidence"] = None


def _drop_a_speaker(fields):
    if fields.get("claims"):
        del fields["claims"][0]["speaker"]


def _write_nul(fields):
    if fields.get("claims"):
        fields["claims"][0]["text"] += "\u0000"
        if "headline" in fields:
            fields["headline"] = "What\u0000 happened"


def _repeat_a_key(body):
    fields = build_answer(body)
    if not fields.get("claims"):
        return json.dumps(fields)
    first, rest = fields["claims"][:2], fields["claims"][2:]
    other = json.dumps({key: fields[key] for key in fields if key != "claims"})
    start = f'{{"claims": {json.dumps(first)}, "claims": {json.dumps(rest)}'
    return f"{start}}}" if other == "{}" else f"{start}, {other[1:]}"


edited("extra_keys", "a key too many", lambda fields: fields.update(confidence=0.9))
edited("extra_in_claim", "a key too many in each claim", _edit_claims(source="document"))  # fmt: skip
edited("one_bad_kind", "an unknown kind in one claim", _spoil_second)
edited("strnum", "numbers as text", _write_numbers_as_text)
edited("nullarr", "null for lists", _write_null_for_lists)
edited("misskey", "a key too few", _drop_a_speaker)
edited("worth10", "8 on a scale from 0 to 1", _edit_claims(check_worthiness=8))
edited("lone_surr", "half of a surrogate pair", _edit_claims(reason="ok \ud83d"))
edited("nulchar", "NUL in texts", _write_nul)
answers("dupkeys", "the same key twice", _repeat_a_key)

# Why the answer ended.
finishes("trunc_stop", "cut off, called `stop`", "stop", 0.6)
finishes("fr_max_tokens", "cut off, called `max_tokens`", "max_tokens", 0.6)
finishes("fr_model_length", "cut off, called `model_length`", "model_length", 0.6)
finishes("fr_Length", "cut off, called `Length`", "Length", 0.6)
finishes("fr_end_turn", "a full answer, called `end_turn`", "end_turn")
finishes("fr_STOP", "a full answer, called `STOP`", "STOP")
finishes("fr_null", "a full answer, `finish_reason` null", None)
finishes("fr_int", "a full answer, `finish_reason` 1", 1)
finishes("fr_empty", "a full answer, `finish_reason` empty", "")
finishes("fr_safety", "no answer, called `SAFETY`", "SAFETY", 0)


def _cut_if_long(body, _):
    text = write(body)
    if len("".join(list_sentences(body))) // 4 > LONG_PASSAGE:
        return Reply(complete(body, text[: len(text) // 2], "length"))
    return good(body)


add("lenbig", "answers about long passages cut off", _cut_if_long)

# What the answer cost.
counts("u_missing", "no `usage`", "missing")
counts("u_null", "`usage` null", None)
counts("u_float", "tokens as floats", {"prompt_tokens": 10.0, "completion_tokens": 5.0, "total_tokens": 15.0})  # fmt: skip
counts("u_half", "half tokens", {"prompt_tokens": 10.5, "completion_tokens": 5.2, "total_tokens": 15.7})  # fmt: skip
counts("u_str", "tokens as text", {"prompt_tokens": "10", "completion_tokens": "5"})
counts("u_neg", "negative tokens", {"prompt_tokens": -1, "completion_tokens": -1, "total_tokens": -1})  # fmt: skip
counts("u_total", "only `total_tokens`, always 500", {"total_tokens": 500})
counts("u_list", "`usage` as a list", [])
counts("u_inout", "`input_tokens` and `output_tokens`", {"input_tokens": 10, "output_tokens": 5})  # fmt: skip

# Errors inside a 200, and empty answers.
_RATE_IN_200 = error("Provider returned error", code=429, metadata={"raw": "rate-limited upstream"})  # fmt: skip
fails("err200_once", "429 inside a 200, once", Reply(_RATE_IN_200), 1)
fails("err200", "502 inside a 200", Reply(error("Provider returned error", code=502)))
add("empty_once", "an empty answer, once",
    lambda body, count: Reply(complete(body, "" if count == 1 else write(body))))  # fmt: skip
add("nochoice_once", "no choices, once",
    lambda body, count: Reply(complete(body, "") | {"choices": []}) if count == 1 else good(body))  # fmt: skip

# Settings that are refused.
_MCT = "max_completion_tokens"


def _forbid(name, value):
    """Return Mistral's error for an extra field."""
    detail = {
        "type": "extra_forbidden",
        "loc": ["body", name],
        "msg": "Extra inputs are not permitted",
        "input": value,
    }
    return {"object": "error", "message": {"detail": [detail]}, "code": None}


refuses("no_mct_openai", f"`{_MCT}`: 400, named", has(_MCT), 400, error(f"Unrecognized request argument supplied: {_MCT}"))  # fmt: skip
refuses("no_mct_param", f"`{_MCT}`: 400, as parameter", has(_MCT), 400, error(f"Unsupported parameter: '{_MCT}' is not supported with this model. Use 'max_tokens' instead.", param=_MCT, code="unsupported_parameter"))  # fmt: skip
refuses("no_mct_mistral", f"`{_MCT}`: 422, as path", has(_MCT), 422, _forbid(_MCT, 100))
refuses("no_seed_mistral", "`seed`: 422, as path", has("seed"), 422, _forbid("seed", 7))
refuses("no_temp_o1", "`temperature` 0: 400, as parameter", has("temperature"), 400, error("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", param="temperature", code="unsupported_value"))  # fmt: skip
refuses("no_temp_anthropic", "`temperature`: 400, deprecated", has("temperature"), 400, error("`temperature` is deprecated for this model."))  # fmt: skip
refuses("no_temp_422", "`temperature`: 422", has("temperature"), 422, error("Unsupported parameter: temperature"))  # fmt: skip

# Response formats that are refused.
refuses("azure_kw", "schemas with limits: 400, one keyword named", has_keyword("maxItems", "minItems", "minimum", "maximum", "pattern"), 400, error("Invalid schema for response_format 'summary_answer': In context=('properties', 'claims'), 'maxItems' is not permitted.", param="response_format"))  # fmt: skip
refuses("no_strict_gemini", "`strict`: 400, named", has_keyword("strict"), 400, error('Invalid JSON payload received. Unknown name "strict": Cannot find field.'))  # fmt: skip
refuses("no_schema_any", "`json_schema`: 400, named", has_format("json_schema"), 400, error("This model does not support response format `json_schema`. See supported models."))  # fmt: skip
refuses("no_schema_unhelpful", "any format: 400 Bad Request", has("response_format"), 400, error("Bad Request"))  # fmt: skip
refuses("no_schema_invalidarg", "`json_schema`: 400, unnamed", has_format("json_schema"), 400, error("Request contains an invalid argument."))  # fmt: skip
refuses("no_schema_500", "`json_schema`: 500", has_format("json_schema"), 500, error("Failed to parse grammar"))  # fmt: skip
refuses("lm_studio", "`json_object`: 400, error as text", has_format("json_object"), 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"})  # fmt: skip
refuses("str_schema", "`json_schema`: 400, error as text", has_format("json_schema"), 400, {"error": "response_format of type json_schema is not supported by this model"})  # fmt: skip
refuses("str_object", "any format: 400, error as text", has("response_format"), 400, {"error": "'response_format.type' must be 'text'"})  # fmt: skip
refuses("detail_schema", "`json_schema`: 422, FastAPI's error", has_format("json_schema"), 422, {"detail": [{"type": "literal_error", "loc": ["body", "response_format", "type"], "msg": "Input should be 'text' or 'json_object'", "input": "json_schema"}]})  # fmt: skip

# Roles and streams.
refuses("need_system_user", "the system role: 400", lambda body: any(item["role"] == "system" for item in body["messages"]), 400, error("System role not supported"))  # fmt: skip
refuses("alternate", "more than two messages: 400", lambda body: len(body["messages"]) > 2, 400, error("Conversation roles must alternate user/assistant/user/assistant/..."))  # fmt: skip
refuses("stream_only", "no stream: 400", lambda body: not body.get("stream"), 400, error("This model only support stream mode, please enable the stream parameter to access the model."))  # fmt: skip


def _stream(body, _):
    """Answer with events, even if no stream was requested."""
    start = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [({"role": "assistant", "content": write(body)}, None), ({}, "stop")]
    events = []
    for delta, reason in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        events.append(f"data: {json.dumps({**start, 'choices': [choice]})}\n\n")
    text = "".join([*events, "data: [DONE]\n\n"])
    return Reply(text, headers={"content-type": "text/event-stream"})


add("sse_always", "always a stream", _stream)


# Windows.
def _refuse_long(body, _):
    count = count_tokens(body)
    if count <= WINDOW:
        return good(body)
    message = (
        f"This model's maximum context length is {WINDOW} tokens. However, your "
        f"messages resulted in {count} tokens. Please reduce the length of the messages."
    )
    return Reply(error(message, param="messages", code="context_length_exceeded"), 400)


def _read_only_300(body, _):
    completion = complete(body, write(body))
    read = min(300, count_tokens(body))
    completion["usage"] = {"prompt_tokens": read, "completion_tokens": 50}
    return Reply(completion)


add("ctx", f"requests above {WINDOW:,} tokens: 400", _refuse_long)
fails("str_ctx", "every request is too long: 400, error as text", Reply({"error": "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input"}, 400))  # fmt: skip
add("ollama_cut", "reads 300 tokens, without a word", _read_only_300)

# The account.
fails("quota", "429 insufficient_quota", Reply(error("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", code="insufficient_quota"), 429))  # fmt: skip
fails("quota_type", "429 insufficient_quota, as type only", Reply(error("You exceeded your current quota", "insufficient_quota"), 429))  # fmt: skip
fails("pay402", "402", Reply(error("Insufficient Balance", "unknown_error"), 402))
fails("str_401", "401, FastAPI's error", Reply({"detail": "Invalid token: the subscription has ended"}, 401))  # fmt: skip
fails("html_403", "403, an HTML page", Reply("<html><head><title>Blocked by gateway</title></head><body>Your IP is blocked</body></html>", 403, {"content-type": "text/html"}))  # fmt: skip
fails("toggle", "402 inside a 200, once", Reply(error("Insufficient credits", code=402)), 1)  # fmt: skip

# Passing and other failures.
fails("over529", "529 overloaded, twice", Reply({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, 529), 2)  # fmt: skip
fails("ra_bad", "429, `Retry-After: soon`, once", Reply(error("slow down"), 429, {"retry-after": "soon"}), 1)  # fmt: skip
fails("ra_long", "429, `Retry-After` of a day", Reply(error("daily limit; try again tomorrow"), 429, {"retry-after": "86400"}))  # fmt: skip
fails("text_503", "503, plain text", Reply("upstream connect error or disconnect/reset before headers", 503, {"content-type": "text/plain"}))  # fmt: skip
fails("cf_filter400", "a content filter: 400", Reply(error("The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", None, "prompt", "content_filter"), 400))  # fmt: skip


def _retry_at_a_date(body, count):
    if count > 1:
        return good(body)
    date = email.utils.formatdate(time.time() + 1, usegmt=True)
    return Reply(error("slow down"), 429, {"retry-after": date})


def _compress(body, _):
    data = gzip.compress(json.dumps(complete(body, write(body))).encode())
    return Reply(data, headers={"content-encoding": "gzip"})


def _wait(body, _):
    time.sleep(0.3)
    return good(body)


add("ra_date", "429, `Retry-After` as a date, once", _retry_at_a_date)
add("gzip", "compressed answers", _compress)
add("slow", "slow answers", _wait)


@contextmanager
def serve_quirks():
    """Serve all modes; yield the address and the counts of (mode, client).

    An unknown mode answers as it should.
    """
    seen, lock = Counter(), threading.Lock()

    class Quirks(Handler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            mode, client = self.path.split("/")[1:3]
            with lock:
                seen[mode, client] += 1
                count = seen[mode, client]
            reply = MODES[mode](body, count) if mode in MODES else good(body)
            self.answer(reply.body, reply.status, **reply.headers)

        def do_GET(self):
            model = {"id": "m", "object": "model", "created": 1, "owned_by": "x"}
            data = [model | {"max_model_len": 4096}]
            self.answer({"object": "list", "data": data})

    with serve_handler(Quirks) as url:
        yield url.removesuffix("/v1"), seen
