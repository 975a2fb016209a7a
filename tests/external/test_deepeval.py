"""The metric in DeepEval itself."""

import pytest

pytest.importorskip("deepeval")


@pytest.mark.parametrize(("year", "score"), [("2020", 1.0), ("1987", 0.0)])
def test_deepeval_measures_a_test_case(year, score):
    from deepeval import assert_test
    from deepeval.test_case import LLMTestCase

    from claimcheck.integrations.deepeval import SupportMetric

    case = LLMTestCase(
        input="When?",
        actual_output=f"The ferry carried 900 people in {year}.",
        retrieval_context=["The ferry carried 900 people in 2020."],
    )
    metric = SupportMetric(threshold=0.9)
    assert metric.measure(case) == score
    assert metric.is_successful() is (score == 1.0)
    if score == 1.0:
        assert_test(case, [metric], run_async=False)
    else:
        with pytest.raises(AssertionError):
            assert_test(case, [metric], run_async=False)
