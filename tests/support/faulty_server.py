"""A server of chat completions with random faults, reproducible by their seed.

    python -m tests.support.faulty_server --port 8099

It is not a model: an answer is made from the document in the request, so that the same
request always has the same answer. A transient fault affects the first one or two
attempts at a request; an answer fault is in the answer itself. The digest of a request
and the seed decide whether there is a fault, and which.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field

TRANSIENT_FAULTS = (
    "429 with retry-after",
    "429",
    "500",
    "503 html",
    "dropped before",
    "dropped in the middle",
    "no json",
    "hangs",
)
ANSWER_FAULTS = (
    "truncated",
    "fails the schema",
    "refusal",
    "content filter",
    "empty choices",
    "duplicate claims",
    "invented quotes",
    "20 MB",
    "drips",
)
_DOCUMENT = re.compile(
    r"^(\w{8}) (?!earlier|about)[^\n]* begins?\n(.*?)\n\1 [^\n]* ends?$", re.S | re.M
)
_SENTENCE = re.compile(r"[^.!?\n]{12,}[.!?]")


@dataclass
class Behavior:
    """The behavior of the server, and its counts.

    `rate` is the share of requests with a fault. `delays_s` is the range of the time
    that an answer takes. If `hold` is not 0, only the first `hold` requests are
    answered until `released` is set.
    """

    seed: int = 1
    rate: float = 0.0
    delays_s: tuple[float, float] = (0.0, 0.0)
    hang_s: float = 30.0
    faults: tuple[str, ...] = TRANSIENT_FAULTS + ANSWER_FAULTS
    attempts: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    delayed_s: float = 0.0
    per_second: int = 0
    recent: deque = field(default_factory=deque)
    hold: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def is_over_rate(self) -> bool:
        """Return whether the rate limit is reached; refused requests do not count."""
        now = time.monotonic()
        while self.recent and self.recent[0] < now - 1:
            self.recent.popleft()
        if not self.per_second or len(self.recent) < self.per_second:
            self.recent.append(now)
            return False
        return True

    async def wait_until_released(self) -> None:
        """Wait while answers are held back."""
        if self.hold and self.attempts.total() > self.hold:
            await self.released.wait()

    def choose_fault(self, digest: str, attempt: int) -> str | None:
        rng = random.Random(f"{self.seed} {digest}")
        if rng.random() >= self.rate:
            return None
        fault = rng.choice(self.faults)
        return (
            None
            if fault in TRANSIENT_FAULTS and attempt > rng.choice((1, 1, 2))
            else fault
        )


def claim(quote):
    return {
        "quote": quote,
        "text": quote,
        "kind": "event",
        "speaker": None,
        "check_worthiness": 0.5,
    }


def build_answer(body):
    """Return an answer that a model could give.

    The claims are sentences of the document; the evidence is its first passage.
    """
    name = body.get("response_format", {}).get("json_schema", {}).get("name")
    if name is None:  # another tool's request, for benchmarks
        sentences = [
            match.group().strip()
            for match in _SENTENCE.finditer(body["messages"][-1]["content"])
        ][-6:]
        return {
            "extractions": [
                {"claim": sentence, "claim_attributes": {}} for sentence in sentences
            ]
        }
    document = "\n".join(
        match[2] for match in _DOCUMENT.finditer(body["messages"][1]["content"])
    )
    sentences = [match.group().strip() for match in _SENTENCE.finditer(document)][:6]
    if name == "verdict_answer":
        schema = body["response_format"]["json_schema"]["schema"]
        count = schema["properties"]["verdicts"]["minItems"]
        verdict = {
            "rationale": "The passage says so.",
            "evidence": [1],
            "label": "supported",
        }
        return {"verdicts": [{"number": n} | verdict for n in range(1, count + 1)]}
    if name == "match_answer":
        schema = body["response_format"]["json_schema"]["schema"]
        count = schema["properties"]["relations"]["minItems"]
        numbers = range(1, count + 1)
        return {"relations": [{"number": n, "relation": "same"} for n in numbers]}
    if name == "correct_answer":
        return {"corrections": []}
    if name == "claims_answer":
        return {"claims": [claim(sentence) for sentence in sentences]}
    linked = [
        {"text": f"It says: {sentence}", "claims": [1]} for sentence in sentences[:2]
    ] or [{"text": "It says nothing.", "claims": []}]
    rest = {
        "headline": "What it says",
        "sentences": linked,
        "key_points": [],
        "positions": [],
        "open_questions": [],
    }
    return (
        rest
        if name == "digest_answer"
        else {"claims": [claim(sentence) for sentence in sentences]} | rest
    )


def completion(body, content, *, finish_reason="stop", refusal=None, choices=True):
    input_tokens = sum(len(message["content"]) for message in body["messages"]) // 4
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "finish_reason": finish_reason, "message": message}
    output_tokens = len(content or "") // 4
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", "m"),
        "choices": [choice] if choices else [],
        "usage": {
            "prompt_tokens": input_tokens,
            "completion_tokens": output_tokens,
            "total_tokens": input_tokens + output_tokens,
        },
    }


def build_faulty_completion(fault, body):
    """Return a completion with the fault, if it is an answer fault."""
    answer = build_answer(body)
    text = json.dumps(answer)
    match fault:
        case "truncated":
            return completion(body, text[: len(text) // 2], finish_reason="length")
        case "refusal":
            return completion(body, None, refusal="I can't help with that.")
        case "content filter":
            return completion(body, "", finish_reason="content_filter")
        case "empty choices":
            return completion(body, None, choices=False)
        case "fails the schema":
            return completion(body, json.dumps({"claims": "many"}))
        case "duplicate claims" if "claims" in answer:
            return completion(
                body, json.dumps(answer | {"claims": answer["claims"] * 3})
            )
        case "invented quotes" if "claims" in answer:
            invented = [
                item | {"quote": "Nobody wrote these words anywhere."}
                for item in answer["claims"]
            ]
            return completion(body, json.dumps(answer | {"claims": invented}))
        case "20 MB":
            return completion(body, json.dumps(answer | {"padding": "x" * 20 * 2**20}))
    return completion(body, text)


class Server:
    def __init__(self, behavior):
        self.behavior = behavior

    async def serve(self, reader, writer):
        try:
            while await self._handle_request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _handle_request(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.I)
        body = await reader.readexactly(int(length[1])) if length else b""
        if head.startswith(b"GET /counts"):
            behavior = self.behavior
            counts = {
                "attempts": max(behavior.attempts.values(), default=0),
                "answered": max(behavior.answered.values(), default=0),
                "requests": behavior.attempts.total(),
                "tokens": behavior.tokens,
                "delayed_s": behavior.delayed_s,
                "struck": behavior.struck,
            }
            return await self._send(writer, 200, json.dumps(counts))
        if head.startswith(b"GET /release"):
            self.behavior.released.set()
            return await self._send(writer, 200, "{}")
        if head.startswith(b"GET /stop"):
            os._exit(0)
        if b"sk-wrong" in head:
            return await self._send(
                writer, 401, json.dumps({"error": {"message": "no such key"}})
            )
        return await self._answer(writer, json.loads(body))

    async def _answer(self, writer, body):
        behavior = self.behavior
        digest = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()
        behavior.attempts[digest] += 1
        fault = behavior.choose_fault(digest, behavior.attempts[digest])
        if behavior.is_over_rate():
            behavior.struck["over the rate"] += 1
            return await self._send(writer, 429, '{"error": {"message": "slow down"}}')
        behavior.struck[fault or "none"] += 1
        await behavior.wait_until_released()
        low, high = behavior.delays_s
        if high:
            delay_s = random.Random(digest).uniform(low, high)
            behavior.delayed_s += delay_s
            await asyncio.sleep(delay_s)
        completed = build_faulty_completion(fault, body)
        text = json.dumps(completed)
        match fault:
            case "429 with retry-after":
                return await self._send(writer, 429, "{}", "retry-after-ms: 20")
            case "429":
                return await self._send(writer, 429, "{}", "retry-after: 0")
            case "500":
                return await self._send(
                    writer, 500, '{"error": {"message": "oops"}}', "retry-after-ms: 5"
                )
            case "503 html":
                return await self._send(
                    writer, 503, "<html>busy</html>", "retry-after-ms: 5"
                )
            case "no json":
                return await self._send(writer, 200, "this is not JSON")
            case "dropped before":
                return False
            case "dropped in the middle":
                writer.write(
                    self._head(200, len(text)) + text[: len(text) // 2].encode()
                )
                await writer.drain()
                return False
            case "hangs":
                await asyncio.sleep(behavior.hang_s)
                return False
            case "drips":
                self._count(digest, completed)
                writer.write(self._head(200, len(text)))
                for start in range(0, len(text), len(text) // 8):
                    writer.write(text[start : start + len(text) // 8].encode())
                    await writer.drain()
                    await asyncio.sleep(0.02)
                return True
        self._count(digest, completed)
        return await self._send(writer, 200, text)

    def _count(self, digest, completed):
        self.behavior.answered[digest] += 1
        self.behavior.tokens += completed["usage"]["total_tokens"]

    def _head(self, status, length, *headers):
        lines = [
            f"HTTP/1.1 {status} X",
            "content-type: application/json",
            f"content-length: {length}",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _send(self, writer, status, text, *headers):
        writer.write(self._head(status, len(text.encode()), *headers) + text.encode())
        await writer.drain()
        return True


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--delays", type=float, nargs=2, default=(0.0, 0.0))
    parser.add_argument("--per-second", type=int, default=0)
    parser.add_argument("--hang", type=float, default=30.0)
    parser.add_argument("--hold", type=int, default=0)
    options = parser.parse_args()
    behavior = Behavior(options.seed, options.rate, tuple(options.delays), options.hang)
    behavior.per_second, behavior.hold = options.per_second, options.hold
    server = await asyncio.start_server(
        Server(behavior).serve, "127.0.0.1", options.port, limit=2**26, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
