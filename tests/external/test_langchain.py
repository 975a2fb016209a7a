"""The Runnable in a chain of LangChain."""

import asyncio

import pytest

pytest.importorskip("langchain_core")


def test_a_chain_checks_its_answer():
    from langchain_core.documents import Document
    from langchain_core.runnables import RunnableLambda

    from claimcheck.integrations.langchain import check_answer

    documents = [
        Document("The ferry carried 900 people in 2020.", metadata={"source": "a.txt"}),
        "Trees are green here.",
    ]
    generate = RunnableLambda(
        lambda question: {
            "answer": f"The ferry carried {question} people in 2020.",
            "documents": documents,
        }
    )
    chain = generate | check_answer()
    assert chain.invoke("900").score == 1.0
    support = asyncio.run(chain.ainvoke("700"))
    assert support.score == 0.0
    assert "(a.txt, 1:1)" in support.reason


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"answer": "x"}, "the input has no documents; give {"),
        ({"documents": ["x"]}, "the input has no answer; give {"),
        ("x", "the input has no answer and no documents; give {"),
        ({"answer": 3, "documents": ["x"]}, "answer: is of type int; give a string"),
        ({"answer": "x", "documents": "x"}, "documents: got one string; give a list"),
        ({"answer": "x", "documents": [3]}, "document 1: is of type int; give a text"),
    ],
)
def test_another_input_is_refused(values, message):
    from claimcheck.errors import InputError
    from claimcheck.integrations.langchain import check_answer

    with pytest.raises(InputError) as caught:
        check_answer().invoke(values)
    assert message in str(caught.value)
