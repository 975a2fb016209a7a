"""Commands share the cache of answers, against a server that counts requests."""

import json

from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import answer, claim


def test_commands_share_the_cache_and_no_cache_bypasses_it(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMCHECK_CACHE", str(tmp_path / "shared.db"))
    (tmp_path / "a.txt").write_text("Venus is hot. Mercury has no moons.")
    good = (200, completion(json.dumps(answer(claim("Venus is hot.")))))
    with serve_script(good) as (url, received):
        model = ("--engine", "llm", "--model", "m", "--base-url", url, "--quiet")
        first = claimcheck("summarize", "a.txt", *model, "--format", "json")
        second = claimcheck("summarize", "a.txt", *model, "--format", "json")
        assert len(received) == 1
        usage = json.loads(second.out)["usage"]
        assert (usage["requests"], usage["stored_answers"], usage["cost_usd"]) == (
            0,
            1,
            0.0,
        )
        assert json.loads(first.out)["claims"] == json.loads(second.out)["claims"]
        claimcheck("summarize", "a.txt", *model, "--no-cache")
        assert len(received) == 2
    report = claimcheck("cache", "info").out
    assert report.startswith(f"{tmp_path}/shared.db: 1 answer, ")
    assert claimcheck("cache", "clear").err.endswith("1 answer deleted\n")
