"""A LangChain Runnable that checks a chain's answer against its documents.

chain = generate | check_answer    # {"answer": ..., "documents": [...]} -> Support
"""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.runnables import Runnable, RunnableLambda

from claimcheck.api.support import Support, ameasure_support, measure_support
from claimcheck.arguments import iter_items, require_kind
from claimcheck.errors import InputError
from claimcheck.models.document import Document
from claimcheck.settings import Settings


def check_answer(settings: Settings | None = None) -> Runnable[dict[str, Any], Support]:
    """Return a Runnable that checks `answer` against `documents`.

    Documents are LangChain documents or texts. The result has `score`, `reason`, and
    `check`, which has the evidence of each verdict. Another input raises `InputError`.
    """

    # Both, because a chain decides which one it calls.
    def run(values: dict[str, Any]) -> Support:
        return measure_support(*_read_input(values), settings=settings)

    async def arun(values: dict[str, Any]) -> Support:
        return await ameasure_support(*_read_input(values), settings=settings)

    return RunnableLambda(run, afunc=arun, name="claimcheck")


def _read_input(values: Any) -> tuple[str, list[Document]]:
    """Return the answer and its documents.

    Raises:
        InputError: one of them is missing or of the wrong type.
    """
    # Another type lacks both keys, which the message then says.
    given = values if isinstance(values, dict) else {}
    missing = {"answer", "documents"}.difference(given)
    if missing:
        raise InputError(
            f"check_answer: the input has no {' and no '.join(sorted(missing))}; give "
            '{"answer": ..., "documents": [...]}'
        )
    answer = values["answer"]
    require_kind(answer, str, "answer", "a string")
    kinds = (str, LangChainDocument)
    advice = "a text or a LangChain document"
    documents = iter_items(values["documents"], "document", kinds, advice)
    return answer, [_read_document(item) for item in documents]


def _read_document(item: LangChainDocument | str) -> Document:
    if isinstance(item, str):
        return Document.from_text(item)
    # Most loaders set `source`; the id is what is left without it.
    metadata = item.metadata
    source = str(metadata.get("source") or item.id or "document")
    return Document.from_text(
        item.page_content, source=source, title=metadata.get("title")
    )
