"""What a single command would cost, and the most that it may."""

import json
import re

import pytest

from tests.support.chronicle import CHRONICLE
from tests.support.command import claimcheck
from tests.support.faulty_server import build_answer, completion
from tests.support.loopback import Handler, serve_handler
from tests.support.paths import SEED

COUNTS = {}


class Endpoint(Handler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answered = completion(body, json.dumps(build_answer(body)))
        COUNTS["requests"] += 1
        COUNTS["tokens"] += answered["usage"]["total_tokens"]
        self.answer(answered)


@pytest.fixture
def flags():
    COUNTS.update(requests=0, tokens=0)
    with serve_handler(Endpoint) as url:
        yield ("--model", "m", "--base-url", url, "--no-cache")


def read_counts(text):
    return {
        name: int(number.replace(",", ""))
        for name, number in re.findall(
            r"^(requests|tokens in|tokens out) +(?:about )?([\d,]+)", text, re.M
        )
    }


def test_an_estimate_sends_and_stores_nothing(flags, tmp_path):
    store = tmp_path / "runs.db"
    done = claimcheck("summarize", SEED, *flags, "--estimate", "--store", store)
    with_check = claimcheck("summarize", SEED, *flags, "--estimate", "--check")
    assert (done.returncode, COUNTS["requests"], store.exists()) == (0, 0, False)
    assert read_counts(done.out)["requests"] == 1
    assert read_counts(with_check.out)["requests"] == 3  # two groups of verdicts
    assert "cost           unknown (no price for m" in done.out


LOG = "[1]: log.txt\n"


def test_the_estimates_are_close_to_what_is_sent(flags, tmp_path):
    claims = tmp_path / "claims.txt"
    claims.write_text("Ryabkov spoke.\nTASS quoted Ryabkov.\n")
    known = tmp_path / "known.csv"
    known.write_text("claim,rating\nRyabkov spoke in Moscow.,True\nTASS lied.,False\n")
    (tmp_path / "log.txt").write_text("The ferry sank in 2019.")
    draft = tmp_path / "draft.md"
    draft.write_text(f"The ferry sank in 2019 [1].\n\nIt {'sank ' * 9}[1].\n\n{LOG}")
    commands = (
        ("summarize", SEED, "--check"),
        ("cite", draft),
        ("match", claims, "--known", known),
        ("check", claims, SEED),
    )
    for command in commands:
        COUNTS.update(requests=0, tokens=0)
        estimate = read_counts(claimcheck(*command, *flags, "--estimate").out)
        claimcheck(*command, *flags)
        expected = estimate["tokens in"] + estimate["tokens out"]
        assert 0.5 <= COUNTS["tokens"] / expected <= 1.5, command
        if command[0] != "summarize":
            assert estimate["requests"] == COUNTS["requests"], command


def test_a_command_ends_before_it_exceeds_its_budget(flags, tmp_path):
    (tmp_path / "long.txt").write_text(CHRONICLE)
    done = claimcheck(
        "summarize", tmp_path / "long.txt", *flags, "--budget-tokens", "22000"
    )
    assert (done.returncode, done.stdout) == (3, b"")
    assert "the budget is used up: " in done.err
    assert "of 22,000 tokens have been spent" in done.err
    assert 0 < COUNTS["tokens"] <= 22_000
    COUNTS.update(requests=0, tokens=0)
    few = ("--budget-tokens", "10")
    done = claimcheck("check", SEED, SEED, *flags, *few)
    assert (done.returncode, COUNTS["requests"]) == (3, 0)


def test_a_budget_that_suffices_changes_nothing_else(flags):
    done = claimcheck("summarize", SEED, *flags, "--budget-tokens", "100000")
    # The scripted claims lack their speakers, so that they are asked for once more.
    assert (done.returncode, COUNTS["requests"]) == (0, 2)


def test_a_budget_in_dollars_needs_a_price(flags):
    done = claimcheck("summarize", SEED, *flags, "--budget-usd", "1")
    assert (done.returncode, COUNTS["requests"]) == (2, 0)
    assert "--budget-usd: the price of 'm' at" in done.err
    assert "in Python: Settings(prices=" in done.err
