"""A document that a model reads several times, with a scripted client."""

import json

import pytest

from claimcheck import Document, Run, Settings, errors, schemas, summarize
from claimcheck.api.summarize import estimate_summarize
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.reports import markdown, text
from claimcheck.reports.formats import Format, render_run
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = "Mercury has no moons. Mars has two moons, NASA said on Monday. Venus is hot."
SETTINGS = Settings(engine="llm", model="scripted", repeat=3)
ANSWERS = [
    answer(claim("Mercury has no moons."), claim("Mars has two moons, NASA said")),
    # A longer quote of the same place, and nothing of Mercury.
    answer(claim("Mars has two moons, NASA said on Monday."), claim("Venus is hot.")),
    answer(claim("Mars has two moons, NASA said"), claim("Mercury has no moons.")),
]


def repeat(*answers, settings=SETTINGS, **options):
    client = ScriptedClient([response(item) for item in answers])
    document = Document.from_text(TEXT)
    return summarize(document, settings=settings, client=client, **options), client


def test_says_in_how_many_runs_each_claim_is():
    run, _ = repeat(*ANSWERS)
    assert [item.quote for item in run.claims] == [
        "Mercury has no moons.",
        "Mars has two moons, NASA said",
    ]
    assert run.stability.runs == 3
    counts = [(item.runs, item.same_quote) for item in run.stability.claims]
    assert counts == [(2, 2), (3, 2)]
    # The pairs share 1 of 3, 2 of 2, and 1 of 3 claims.
    assert run.stability.jaccard == pytest.approx((1 / 3 + 1 + 1 / 3) / 3, abs=0.001)
    assert [item.same_verdict for item in run.stability.claims] == [None, None]
    assert run.usage.requests == 3
    assert run.signature.settings["repeat"] == 3
    assert find_run_inconsistencies(run) == []
    assert Run.from_json(run.to_json()) == run
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()


def test_only_the_first_run_is_asked_as_without_repeats():
    _, client = repeat(*ANSWERS)
    first, *others = client.requests
    assert (first.seed, first.temperature) == (None, None)
    # They are sent at the same time, so in any order.
    assert sorted(request.seed for request in others) == [100, 200]
    assert all(request.temperature > 0 for request in others)
    assert {request.messages for request in client.requests} == {first.messages}


def test_says_which_verdicts_differ():
    def verdicts(*labels):
        items = [
            {"number": number, "rationale": "So.", "label": label, "evidence": [1, 2]}
            for number, label in enumerate(labels, 1)
        ]
        return {"verdicts": items}

    same = answer(
        claim("Mercury has no moons."),
        claim("Mars has two moons, NASA said"),
        sentences=[{"text": "Mercury has no moons.", "claims": [1]}],
    )
    undecided = "not_enough_evidence"
    checks = [
        verdicts("supported", "supported", "supported"),
        verdicts("supported", undecided, "supported"),
        verdicts("supported", "supported", "supported"),
    ]
    run, _ = repeat(same, same, same, *checks, check=True)
    assert [item.same_verdict for item in run.stability.claims] == [2, 3]
    assert "Not all runs agree on the verdict: claim 1 (2 of 3)" in text.render_run(run)


def test_each_report_states_the_stability():
    run, _ = repeat(*ANSWERS)
    for report in (text.render_run(run), markdown.render_run(run)):
        words = " ".join(report.split())
        assert "two of 3 runs have 56% of their claims in common" in words
        assert "In 3 of 3 runs: claim 2" in words
        assert "In 2 of 3 runs: claim 1" in words
    page = render_run(run, Format.HTML)
    assert "two of 3 runs have 56%" in page
    assert "in 2 of 3 runs, 2 with its quote" in page


def test_a_run_that_fails_has_nothing_in_common():
    broken = {"claims": "none"}
    run, _ = repeat(ANSWERS[0], broken, ANSWERS[2], broken)
    assert [item.runs for item in run.stability.claims] == [2, 2]


def test_the_estimate_counts_each_run():
    one = Settings(engine="llm", model="gpt-4.1-mini")
    three = Settings(engine="llm", model="gpt-4.1-mini", repeat=3)
    document = Document.from_text(TEXT)
    for check in (False, True):
        single = estimate_summarize(document, settings=one, check=check)
        repeated = estimate_summarize(document, settings=three, check=check)
        assert repeated.requests == 3 * single.requests
        assert repeated.input_tokens == 3 * single.input_tokens
        assert repeated.output_tokens == 3 * single.output_tokens


def test_without_a_model_there_is_nothing_to_repeat():
    run = summarize(
        Document.from_text(TEXT), settings=Settings(engine="extractive", repeat=3)
    )
    assert run.stability is None
    with pytest.raises(errors.SettingsError, match="repeat is 0"):
        Settings(repeat=0)
