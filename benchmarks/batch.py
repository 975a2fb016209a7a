"""Compare a batch with a bare loop of the same requests, and with the ideal schedule.

    python benchmarks/batch.py [--documents 12000]

The loopback server (tests/support/faulty_server.py, without faults) answers at once, or
after 0.05 to 2 s. The bare loop sends the requests of the batch through `AsyncOpenAI`
and ignores the answers; the batch renders, counts, validates, grounds, and stores. Both
take turns, and every figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import heapq
import json
import random
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import openai

from claimcheck import Batch, Document, Limits, RunStore, Settings
from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.llm.openai_client import OpenAIClient
from tests.support.batches import run_faulty_server

ROUNDS = 3
DELAYS_S = (0.05, 2.0)


def make_texts(count):
    """Return different texts of the size of a news story, 2.5 kB."""
    rng = random.Random(5)
    verbs = "planted counted sold bought moved closed opened lost".split()
    texts = []
    for number in range(count):
        sentences = [
            f"The city of town {number}-{line} {rng.choice(verbs)} "
            f"{rng.randint(2, 9999)} trees in {1900 + line} years."
            for line in range(45)
        ]
        texts.append(" ".join(sentences))
    return texts


def make_settings(url):
    return Settings(engine="llm", model="m", base_url=url, api_key="not-needed")


def build_bodies(texts, url):
    """Return the request bodies that a batch sends for these texts."""
    plan = Plan.from_settings(make_settings(url), Limits())
    client = OpenAIClient(plan.settings)
    bodies = []
    for text in texts:
        document = Document.from_text(text)
        flow = build_run_flow(document, plan.settings, "llm", check=False)
        bodies.append(client.build_body(next(flow)[0]))
    return bodies


async def time_bare_loop(bodies, url, concurrency, http_client=None):
    """Return the seconds that the requests take without claimcheck."""
    pending = iter(bodies)
    async with openai.AsyncOpenAI(
        base_url=url, api_key="not-needed", max_retries=0, http_client=http_client
    ) as client:

        async def worker():
            for body in pending:
                await client.chat.completions.create(**body)

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(concurrency)))
        return time.perf_counter() - started


async def time_batch(texts, url, concurrency):
    """Return the seconds that a batch takes, without reading its source."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RunStore(Path(folder) / "runs.db") as store,
    ):
        rows = Path(folder) / "rows.jsonl"
        lines = [
            json.dumps({"id": str(number), "text": text}) + "\n"
            for number, text in enumerate(texts)
        ]
        rows.write_text("".join(lines))
        batch = Batch(store, make_settings(url), Limits(concurrency=concurrency))
        batch.add(str(rows))
        started = time.perf_counter()
        progress = await batch.run()
        assert progress.done == len(texts), progress
        return time.perf_counter() - started


def compare_throughput(count):
    """Print documents per second against a server that answers at once."""
    texts = make_texts(count)
    loop_times, batch_times = [], []
    with run_faulty_server() as (url, _):
        bodies = build_bodies(texts, url)
        asyncio.run(time_bare_loop(bodies[:50], url, 64))  # imports and connections
        for _ in range(ROUNDS):
            loop_times.append(asyncio.run(time_bare_loop(bodies, url, 64)))
            batch_times.append(asyncio.run(time_batch(texts, url, 64)))
    loop_s, batch_s = statistics.median(loop_times), statistics.median(batch_times)
    print(
        f"instant answers, {count} documents of 2.5 kB, concurrency 64, "
        f"openai {version('openai')}"
    )
    print(f"  bare loop of AsyncOpenAI   {count / loop_s:6.0f} per second   1.00")
    ratio = loop_s / batch_s
    print(
        f"  claimcheck batch           {count / batch_s:6.0f} per second   {ratio:.2f}"
    )


def compare_schedule(count):
    """Print how close a batch comes to the ideal schedule if answers take time."""
    texts = make_texts(count)
    with run_faulty_server(delays=DELAYS_S) as (url, _):
        batch_s = asyncio.run(time_batch(texts, url, 32))
        delays = [compute_delay(body) for body in build_bodies(texts, url)]
    # each answer goes to the slot that is free first
    slots = [0.0] * 32
    for delay in delays:
        heapq.heappush(slots, heapq.heappop(slots) + delay)
    ideal_s = max(slots)
    print(f"answers after 0.05 to 2 s, {count} documents, concurrency 32")
    print(f"  ideal schedule   {ideal_s:6.2f} s   1.00")
    print(f"  claimcheck batch {batch_s:6.2f} s   {batch_s / ideal_s:.2f}   (goal 1.1)")
    if find_spec("langextract"):
        with run_faulty_server(delays=DELAYS_S) as (url, counts):
            seconds = time_langextract(texts, url, 32)
            ideal_s = counts()["delayed_s"] / 32
        name = f"LangExtract {version('langextract')}"
        ratio = seconds / ideal_s
        print(
            f"  {name:<16} {seconds:6.2f} s   {ratio:.2f}   "
            "of the ideal schedule of its own requests"
        )


def compute_delay(body):
    """Return how long the server takes to answer this request."""
    digest = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()
    return random.Random(digest).uniform(*DELAYS_S)


def time_langextract(texts, url, concurrency):
    """Return the seconds LangExtract takes; each document is one chunk.

    Needs the environment that `make .venv-bench/.done` builds.
    """
    import langextract as lx
    from langextract.factory import ModelConfig

    example = lx.data.ExampleData(
        text="The ferry carried 900 people.",
        extractions=[lx.data.Extraction("claim", "The ferry carried 900 people.")],
    )
    endpoint = {"base_url": url, "api_key": "not-needed"}
    documents = [
        lx.data.Document(text=text, document_id=str(number))
        for number, text in enumerate(texts)
    ]
    started = time.perf_counter()
    results = lx.extract(
        documents,
        prompt_description="List the claims, with exact quotes.",
        examples=[example],
        config=ModelConfig(
            model_id="gpt-m", provider="OpenAILanguageModel", provider_kwargs=endpoint
        ),
        max_char_buffer=100_000,
        batch_length=concurrency,
        max_workers=concurrency,
        use_schema_constraints=False,
        fence_output=False,
        show_progress=False,
    )
    assert len(list(results)) == len(texts)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=12_000)
    options = parser.parse_args()
    compare_throughput(options.documents)
    compare_schedule(min(options.documents, 400))


if __name__ == "__main__":
    main()
