"""claimcheck: what a text claims, where it says so, and whether it holds.

Names are loaded when they are first used, so that `import claimcheck` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimcheck.version import __version__

if TYPE_CHECKING:
    from claimcheck import errors
    from claimcheck.api.check import acheck, check
    from claimcheck.api.evaluate import compare_evaluations, evaluate
    from claimcheck.api.ground import GroundedQuote, ground
    from claimcheck.api.summarize import asummarize, summarize
    from claimcheck.batch.batch import Batch
    from claimcheck.evaluation.datasets import Rows
    from claimcheck.evaluation.result import Evaluation, Score
    from claimcheck.models.claim import Claim, Kind, Match, Quantity, Statement, When
    from claimcheck.models.document import Document
    from claimcheck.models.llm import (
        Client,
        Message,
        ModelRequest,
        ModelResponse,
        Stage,
        Usage,
        Work,
    )
    from claimcheck.models.outcome import Progress
    from claimcheck.models.run import (
        Check,
        CheckFailure,
        Failure,
        LedgerEntry,
        LinkedText,
        Position,
        Run,
        Signature,
        Summary,
    )
    from claimcheck.models.span import Excerpt, Span
    from claimcheck.models.verdict import (
        Difference,
        Evidence,
        Finding,
        Label,
        Stance,
        Verdict,
        Votes,
    )
    from claimcheck.retrieval import Index
    from claimcheck.settings import Limits, Price, Settings
    from claimcheck.store.store import RunStore

_HOMES = {
    "Batch": "batch.batch",
    "Check": "models.run",
    "CheckFailure": "models.run",
    "Claim": "models.claim",
    "Client": "models.llm",
    "Difference": "models.verdict",
    "Document": "models.document",
    "Evaluation": "evaluation.result",
    "Evidence": "models.verdict",
    "Excerpt": "models.span",
    "Failure": "models.run",
    "Finding": "models.verdict",
    "GroundedQuote": "api.ground",
    "Index": "retrieval",
    "Kind": "models.claim",
    "Label": "models.verdict",
    "LedgerEntry": "models.run",
    "Limits": "settings",
    "LinkedText": "models.run",
    "Match": "models.claim",
    "Message": "models.llm",
    "ModelRequest": "models.llm",
    "ModelResponse": "models.llm",
    "Position": "models.run",
    "Price": "settings",
    "Progress": "models.outcome",
    "Quantity": "models.claim",
    "Rows": "evaluation.datasets",
    "Run": "models.run",
    "RunStore": "store.store",
    "Score": "evaluation.result",
    "Settings": "settings",
    "Signature": "models.run",
    "Span": "models.span",
    "Stage": "models.llm",
    "Stance": "models.verdict",
    "Statement": "models.claim",
    "Summary": "models.run",
    "Usage": "models.llm",
    "Verdict": "models.verdict",
    "Votes": "models.verdict",
    "When": "models.claim",
    "Work": "models.llm",
    "acheck": "api.check",
    "asummarize": "api.summarize",
    "check": "api.check",
    "compare_evaluations": "api.evaluate",
    "evaluate": "api.evaluate",
    "ground": "api.ground",
    "summarize": "api.summarize",
}

__all__ = [
    "Batch",
    "Check",
    "CheckFailure",
    "Claim",
    "Client",
    "Difference",
    "Document",
    "Evaluation",
    "Evidence",
    "Excerpt",
    "Failure",
    "Finding",
    "GroundedQuote",
    "Index",
    "Kind",
    "Label",
    "LedgerEntry",
    "Limits",
    "LinkedText",
    "Match",
    "Message",
    "ModelRequest",
    "ModelResponse",
    "Position",
    "Price",
    "Progress",
    "Quantity",
    "Rows",
    "Run",
    "RunStore",
    "Score",
    "Settings",
    "Signature",
    "Span",
    "Stage",
    "Stance",
    "Statement",
    "Summary",
    "Usage",
    "Verdict",
    "Votes",
    "When",
    "Work",
    "__version__",
    "acheck",
    "asummarize",
    "check",
    "compare_evaluations",
    "errors",
    "evaluate",
    "ground",
    "summarize",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("claimcheck.errors")
    if name in _HOMES:
        return getattr(import_module(f"claimcheck.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'claimcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
