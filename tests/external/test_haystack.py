"""The component in a pipeline of Haystack."""

import pytest

pytest.importorskip("haystack")


def test_the_component_checks_the_answers_of_a_pipeline():
    from haystack import Document, Pipeline
    from haystack.components.builders import AnswerBuilder

    from claimcheck.integrations.haystack import SupportChecker

    pipeline = Pipeline()
    pipeline.add_component("builder", AnswerBuilder())
    pipeline.add_component("checker", SupportChecker())
    pipeline.connect("builder.answers", "checker.answers")
    document = Document(
        content="The ferry carried 900 people in 2020.", meta={"source": "a.txt"}
    )
    replies = [f"The ferry carried {number} people in 2020." for number in (900, 700)]
    inputs = {"query": "How many?", "replies": replies, "documents": [document]}
    right, wrong = pipeline.run({"builder": inputs})["checker"]["answers"]
    assert right.meta["claimcheck"]["score"] == 1.0
    assert wrong.meta["claimcheck"]["score"] == 0.0
    assert "(a.txt, 1:1)" in wrong.meta["claimcheck"]["reason"]
