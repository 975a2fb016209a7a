"""What a batch is told: how documents are read, how fast, and at what cost; and what makes two batches the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.settings import CHECK_ONLY_SETTINGS, Limits, Settings

MAX_OUTPUT_TOKENS = 8192  # a budget can only be kept where an answer has an end
_PROMPTS = ("summarize", "claims", "digest", "requote", "repair", "json-only")
_SCHEMAS = ("summary.answer", "claims.answer", "digest.answer", "requote.answer")
_CHECK_PROMPTS, _CHECK_SCHEMAS = ("verdict",), ("verdict.answer",)
_IRRELEVANT_SETTINGS = ("attempts", "timeout_s")  # for what the answers say


@dataclass(frozen=True, slots=True)
class Plan:
    """How a batch reads its documents. `engine` is `llm` or `extractive`; with `check` each run is held against its text."""

    settings: Settings
    engine: str
    check: bool = False
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_settings(
        cls, settings: Settings, limits: Limits, *, check: bool = False
    ) -> Plan:
        """The plan, with an end to how long an answer may be."""
        if settings.max_output_tokens is None:
            settings = replace(settings, max_output_tokens=MAX_OUTPUT_TOKENS)
        return cls(settings, settings.chosen_engine(), check, limits)

    def config(self) -> dict[str, Any]:
        """All that decides what comes out: the same way in the same store is the same batch, and goes on."""
        settings = self.settings
        published = {
            name: value
            for name, value in settings.published().items()
            if name not in _IRRELEVANT_SETTINGS
        }
        if self.check:
            published |= {name: getattr(settings, name) for name in CHECK_ONLY_SETTINGS}
        if self.engine == "extractive":
            sizes = {
                "max_claims": settings.max_claims,
                "passage_tokens": settings.passage_tokens,
            }
            return {"engine": self.engine, "check": self.check, **sizes}
        return {
            "engine": self.engine,
            "model": settings.model,
            "endpoint": settings.endpoint(),
            "check": self.check,
            "seed": settings.seed,
            "settings": published,
            "prompts": {
                name: prompts.load(name).digest
                for name in (*_PROMPTS, *_CHECK_PROMPTS[: self.check])
            },
            "schemas": {
                name: schemas.compute_digest(name)
                for name in (*_SCHEMAS, *_CHECK_SCHEMAS[: self.check])
            },
        }
