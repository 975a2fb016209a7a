"""claimcheck: what a text claims, where, and whether evidence supports it.

Names are loaded when they are first used, so that `import claimcheck` takes only
milliseconds. Type checkers read `__init__.pyi`; a test compares the two.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from claimcheck.version import __version__ as __version__

_EXPORTS: dict[str, tuple[str, ...]] = {
    "api.check": ("acheck", "check", "estimate_check"),
    "api.clients": ("aopen_client", "open_client"),
    "api.evaluate": ("compare_evaluations", "evaluate"),
    "api.ground": ("GroundedQuote", "ground"),
    "api.summarize": ("asummarize", "estimate_summarize", "summarize"),
    "batch.batch": ("Batch",),
    "evaluation.datasets": ("Rows",),
    "evaluation.result": ("Evaluation", "Score"),
    "models.brief": ("Brief",),
    "models.claim": ("Claim", "Kind", "Match", "Quantity", "Statement", "When"),
    "models.document": ("Document",),
    "models.llm": (
        "Client",
        "Message",
        "ModelRequest",
        "ModelResponse",
        "RunProgress",
        "RunWork",
        "Usage",
    ),
    "models.outcome": ("Estimate", "Progress"),
    "models.run": (
        "Check",
        "CheckFailure",
        "Failure",
        "LedgerEntry",
        "LinkedText",
        "Position",
        "Run",
        "Signature",
        "Summary",
    ),
    "models.span": ("Excerpt", "Span"),
    "models.verdict": (
        "Difference",
        "Evidence",
        "Finding",
        "Label",
        "Stance",
        "Verdict",
        "Votes",
    ),
    "prompts.briefs": ("read_brief",),
    "readers.sources": ("ReadOptions",),
    "retrieval": ("Index", "PostgresIndex"),
    "settings": ("Limits", "Price", "SearchEndpoint", "SearchSettings", "Settings"),
    "store.store": ("RunStore",),
}
# Names of the first version, which its scripts still use.
_FORMER_NAMES = {"Stage": "RunProgress", "Work": "RunWork"}
_MODULE_BY_NAME = {name: module for module, names in _EXPORTS.items() for name in names}

# Computed, so that each name is written only once; ruff asks for a literal.
__all__ = sorted(["__version__", "errors", *_MODULE_BY_NAME])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("claimcheck.errors")
    name = _FORMER_NAMES.get(name, name)
    if name in _MODULE_BY_NAME:
        module = import_module(f"claimcheck.{_MODULE_BY_NAME[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'claimcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
