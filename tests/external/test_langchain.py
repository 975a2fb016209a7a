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
