"""Batches beside a bare loop of the same calls, and beside the ideal schedule; on a loopback server, in one run.

    python benchmarks/batch.py [--documents 12000]

The server (tests/faults/server.py, without faults) answers at once, or after 0.05 to 2 s. The bare loop sends the very
requests of the batch through `AsyncOpenAI` and does nothing with the answers; the batch renders, counts, validates,
grounds and stores. Every figure is the median of the rounds, taken in turn.
"""

from __future__ import annotations

import argparse
import asyncio
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


def documents(count):
    """News-sized documents, each its own: 2.5 kB."""
    chance = random.Random(5)
    verbs = "planted counted sold bought moved closed opened lost".split()
    return [
        " ".join(
            f"The city of town {number}-{line} {chance.choice(verbs)} {chance.randint(2, 9999)} trees in {1900 + line} years."
            for line in range(45)
        )
        for number in range(count)
    ]


def bodies_of(texts, url):
    """The bodies that a batch sends for these texts."""
    plan = Plan.from_settings(settings(url), Limits())
    client = OpenAIClient(plan.settings)
    flows = (
        build_run_flow(Document.from_text(text), plan.settings, "llm", check=False)
        for text in texts
    )
    return [client.build_body(next(flow)[0]) for flow in flows]


def settings(url):
    return Settings(engine="llm", model="m", base_url=url, api_key="not-needed")


async def bare(bodies, url, concurrency, http_client=None):
    waiting = iter(bodies)
    async with openai.AsyncOpenAI(
        base_url=url, api_key="not-needed", max_retries=0, http_client=http_client
    ) as client:

        async def worker():
            for body in waiting:
                await client.chat.completions.create(**body)

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(concurrency)))
        return time.perf_counter() - started


async def batched(texts, url, concurrency):
    with (
        tempfile.TemporaryDirectory() as folder,
        RunStore(Path(folder) / "runs.db") as store,
    ):
        rows = Path(folder) / "rows.jsonl"
        import json

        rows.write_text(
            "".join(
                json.dumps({"id": str(n), "text": text}) + "\n"
                for n, text in enumerate(texts)
            )
        )
        batch = Batch(store, settings(url), Limits(concurrency=concurrency))
        batch.add(str(rows))
        started = time.perf_counter()
        progress = await batch.run()
        assert progress.done == len(texts), progress
        return time.perf_counter() - started


def throughput(count):
    texts = documents(count)
    with run_faulty_server() as (url, _):
        bodies = bodies_of(texts, url)
        asyncio.run(bare(bodies[:50], url, 64))
        alone, ours = [], []
        for _ in range(ROUNDS):
            alone.append(asyncio.run(bare(bodies, url, 64)))
            ours.append(asyncio.run(batched(texts, url, 64)))
    one, other = statistics.median(alone), statistics.median(ours)
    print(
        f"instant answers, {count} documents of 2.5 kB, concurrency 64, openai {version('openai')}"
    )
    print(f"  bare loop of AsyncOpenAI   {count / one:6.0f} a second   1.00")
    fast = find_spec("aiohttp")
    goal = "goal 1.2, with the extra `fast`" if fast else "goal 0.85"
    print(
        f"  claimcheck batch           {count / other:6.0f} a second   {one / other:.2f}   ({goal})"
    )


def schedule(count):
    """Answers that take 0.05 to 2 s, 32 at a time: beside what a perfect queue would take."""
    import hashlib
    import heapq
    import json

    texts = documents(count)
    with run_faulty_server(delays=(0.05, 2.0)) as (url, _):
        ours = asyncio.run(batched(texts, url, 32))
        delays = [
            random.Random(
                hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()
            ).uniform(0.05, 2.0)
            for body in bodies_of(texts, url)
        ]
    free = [0.0] * 32
    for delay in delays:
        heapq.heappush(free, heapq.heappop(free) + delay)
    ideal = max(free)
    print(f"answers after 0.05 to 2 s, {count} documents, concurrency 32")
    print(f"  ideal schedule   {ideal:6.2f} s   1.00")
    print(f"  claimcheck batch {ours:6.2f} s   {ours / ideal:.2f}   (goal 1.1)")
    if find_spec("langextract"):
        with run_faulty_server(delays=(0.05, 2.0)) as (url, counts):
            seconds = langextract_s(texts, url, 32)
            ideal = counts()["delayed_s"] / 32
        name = f"LangExtract {version('langextract')}"
        print(
            f"  {name:<16} {seconds:6.2f} s   {seconds / ideal:.2f}   of an ideal schedule of its own requests"
        )


def langextract_s(texts, url, concurrency):
    """Seconds that LangExtract takes for the same documents, each in one piece; it needs `make .venv-bench/.done`."""
    import langextract as lx
    from langextract.factory import ModelConfig

    example = lx.data.ExampleData(
        text="The ferry carried 900 people.",
        extractions=[lx.data.Extraction("claim", "The ferry carried 900 people.")],
    )
    served = {"base_url": url, "api_key": "not-needed"}
    started = time.perf_counter()
    found = lx.extract(
        [
            lx.data.Document(text=text, document_id=str(number))
            for number, text in enumerate(texts)
        ],
        prompt_description="List the claims, with exact quotes.",
        examples=[example],
        config=ModelConfig(
            model_id="gpt-m", provider="OpenAILanguageModel", provider_kwargs=served
        ),
        max_char_buffer=100_000,
        batch_length=concurrency,
        max_workers=concurrency,
        use_schema_constraints=False,
        fence_output=False,
        show_progress=False,
    )
    assert len(list(found)) == len(texts)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=12_000)
    given = parser.parse_args()
    throughput(given.documents)
    schedule(min(given.documents, 400))


if __name__ == "__main__":
    main()
