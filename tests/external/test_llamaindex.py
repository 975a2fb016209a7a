"""The evaluator on a response of LlamaIndex."""

import pytest

pytest.importorskip("llama_index.core")


def test_the_evaluator_scores_a_response_by_its_source_nodes():
    from llama_index.core.base.response.schema import Response
    from llama_index.core.schema import NodeWithScore, TextNode

    from claimcheck.integrations.llamaindex import SupportEvaluator

    nodes = [
        NodeWithScore(node=TextNode(text="The ferry carried 900 people in 2020.")),
        NodeWithScore(node=TextNode(text="Trees are green here.")),
    ]
    evaluator = SupportEvaluator()
    right = Response("The ferry carried 900 people in 2020.", source_nodes=nodes)
    result = evaluator.evaluate_response(query="How many?", response=right)
    assert (result.score, result.passing) == (1.0, True)
    wrong = Response("The ferry carried 700 people in 2020.", source_nodes=nodes)
    result = evaluator.evaluate_response(query="How many?", response=wrong)
    assert (result.score, result.passing) == (0.0, False)
    assert "700" in result.feedback
    with pytest.raises(Exception, match="needs a response and contexts"):
        evaluator.evaluate(response="The ferry.")
