"""The assertion for promptfoo: what it returns."""

import pytest

from claimcheck.integrations.promptfoo import get_assert

SOURCE = "The ferry carried 900 people in 2020."


def test_supported_output_passes():
    graded = get_assert(SOURCE, {"vars": {"sources": [SOURCE]}})
    reason = "1 of 1 claim supported"
    assert graded == {"pass": True, "score": 1.0, "reason": reason}


@pytest.mark.parametrize(("threshold", "passes"), [(1.0, False), (0.5, True)])
def test_the_threshold_decides(threshold, passes):
    output = f"{SOURCE} The tower in Graz was built in 1868."
    context = {"vars": {"context": SOURCE}, "config": {"threshold": threshold}}
    graded = get_assert(output, context)
    assert (graded["pass"], graded["score"]) == (passes, 0.5)
    assert "not enough evidence: The tower in Graz" in graded["reason"]


def test_a_test_without_sources_fails_with_the_reason():
    graded = get_assert(SOURCE, {"vars": {}})
    assert graded["pass"] is False
    assert "`sources`" in graded["reason"]
