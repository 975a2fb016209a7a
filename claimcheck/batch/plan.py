"""How a batch reads its documents, and which two batches are the same.

The same configuration in the same store is the same batch, and resumes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.config import fill_endpoint
from claimcheck.settings import CHECK_ONLY_SETTINGS, Limits, Settings

# A budget can only be kept if every answer has a maximum length. Chosen by hand.
MAX_OUTPUT_TOKENS = 8192
_PROMPTS = ("summarize", "claims", "digest", "requote", "repair", "json-only")
_SCHEMAS = ("summary.answer", "claims.answer", "digest.answer", "requote.answer")
_CHECK_PROMPT, _CHECK_SCHEMA = "verdict", "verdict.answer"
# Settings that do not change what a model answers.
_TRANSPORT_SETTINGS = ("attempts", "timeout_s")


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings, engine (`llm` or `extractive`) and limits of a batch.

    With `check`, each run is checked against its own document.
    """

    settings: Settings
    engine: str
    check: bool = False
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_settings(
        cls, settings: Settings, limits: Limits, *, check: bool = False
    ) -> Plan:
        """Build a plan in which the length of an answer is limited."""
        if settings.max_output_tokens is None:
            settings = replace(settings, max_output_tokens=MAX_OUTPUT_TOKENS)
        engine = settings.chosen_engine()
        if engine == "llm":
            settings = fill_endpoint(settings)  # the endpoint identifies the batch
        return cls(settings, engine, check, limits)

    def config(self) -> dict[str, Any]:
        """Return what determines the runs; it identifies the batch."""
        if self.engine == "extractive":
            # its version is not part of it: an upgrade resumes the batch
            return {
                "engine": self.engine,
                "check": self.check,
                "max_claims": self.settings.max_claims,
                "passage_tokens": self.settings.passage_tokens,
            }
        prompt_names, schema_names = [*_PROMPTS], [*_SCHEMAS]
        if self.check:
            prompt_names.append(_CHECK_PROMPT)
            schema_names.append(_CHECK_SCHEMA)
        return {
            "engine": self.engine,
            "model": self.settings.model,
            "endpoint": self.settings.endpoint(),
            "check": self.check,
            "seed": self.settings.seed,
            "settings": self._answer_settings(),
            "prompts": prompts.compute_digests(
                prompt_names, self.settings.brief.prompts
            ),
            "schemas": {name: schemas.compute_digest(name) for name in schema_names},
        }

    def _answer_settings(self) -> dict[str, Any]:
        settings = self.settings.published()
        for name in _TRANSPORT_SETTINGS:
            settings.pop(name, None)
        if self.check:
            for name in CHECK_ONLY_SETTINGS:
                settings[name] = getattr(self.settings, name)
        return settings
