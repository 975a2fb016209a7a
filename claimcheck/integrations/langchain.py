"""A LangChain Runnable that checks a chain's answer against its documents.

chain = generate | check_answer    # {"answer": ..., "documents": [...]} -> Support
"""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.runnables import Runnable, RunnableLambda

from claimcheck.api.support import Support, ameasure_support, measure_support
from claimcheck.models.document import Document
from claimcheck.settings import Settings


def check_answer(settings: Settings | None = None) -> Runnable[dict[str, Any], Support]:
    """Return a Runnable that checks `answer` against `documents`.

    Documents are LangChain documents or texts. The result has `score`, `reason`, and
    `check`, which has the evidence of each verdict.
    """

    def run(values: dict[str, Any]) -> Support:
        return measure_support(
            values["answer"], _read_documents(values), settings=settings
        )

    async def arun(values: dict[str, Any]) -> Support:
        sources = _read_documents(values)
        return await ameasure_support(values["answer"], sources, settings=settings)

    return RunnableLambda(run, afunc=arun, name="claimcheck")


def _read_documents(values: dict[str, Any]) -> list[Document]:
    return [_read_document(item) for item in values["documents"]]


def _read_document(item: LangChainDocument | str) -> Document:
    if isinstance(item, str):
        return Document.from_text(item)
    metadata = item.metadata
    source = str(metadata.get("source") or item.id or "document")
    return Document.from_text(
        item.page_content, source=source, title=metadata.get("title")
    )
