"""How a batch reads its documents, and which two batches are the same.

The same configuration in the same store is the same batch, and resumes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.arguments import require_kind
from claimcheck.settings import Limits, Settings
from claimcheck.settings.load import fill_endpoint
from claimcheck.settings.run import CHECK_ONLY_SETTINGS

# A budget can only be enforced if every answer has a maximum length. Chosen by hand.
MAX_OUTPUT_TOKENS = 8192
_PROMPTS = ("summarize", "claims", "digest", "correct", "repair", "json-only")
_SCHEMAS = ("summary.answer", "claims.answer", "digest.answer", "correct.answer")
_CHECK_PROMPT, _CHECK_SCHEMA = "verdict", "verdict.answer"
# Settings that do not change what a model answers.
_TRANSPORT_SETTINGS = ("attempts", "timeout_s")


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings, engine (`llm` or `extractive`), and limits of a batch.

    With `check`, each run is checked against its own document. `scorer` is the name and
    version of the model that judges passages in a check; None compares words.
    """

    settings: Settings
    engine: str
    check: bool = False
    limits: Limits = field(default_factory=Limits)
    scorer: str | None = None

    @classmethod
    def from_settings(
        cls, settings: Settings, limits: Limits, *, check: bool = False
    ) -> Plan:
        """Build a plan in which the length of an answer is limited.

        Raises:
            InputError: an argument is of the wrong type.
        """
        require_kind(settings, Settings, "settings", "claimcheck.Settings(...)")
        require_kind(limits, Limits, "limits", "claimcheck.Limits(...)")
        if settings.max_output_tokens is None:
            settings = replace(settings, max_output_tokens=MAX_OUTPUT_TOKENS)
        engine = settings.chosen_engine()
        if engine == "llm":
            settings = fill_endpoint(settings)  # the endpoint identifies the batch
        scorer = _resolve_scorer(settings) if check else None
        return cls(settings, engine, check, limits, scorer)

    def config(self) -> dict[str, Any]:
        """Return what determines the runs; it identifies the batch."""
        if self.engine == "extractive":
            # The version of claimcheck is not included, so an upgrade resumes the
            # batch.
            return {
                "engine": self.engine,
                "check": self.check,
                "max_claims": self.settings.max_claims,
                "passage_tokens": self.settings.passage_tokens,
                **self._scorer_config(),
            }
        prompt_names, schema_names = [*_PROMPTS], [*_SCHEMAS]
        if self.check and self.settings.checks_with_model(self.engine):
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
            **self._scorer_config(),
        }

    def _scorer_config(self) -> dict[str, Any]:
        # Without a key for None, batches from versions without this setting resume.
        if self.scorer is None:
            return {}
        # A model's answers cost money: installing the extra must not repeat them.
        by_model = self.settings.checks_with_model(self.engine)
        if by_model and self.settings.verifier is None:
            return {}
        return {"verifier": self.scorer}

    def _answer_settings(self) -> dict[str, Any]:
        settings = self.settings.published()
        for name in _TRANSPORT_SETTINGS:
            settings.pop(name, None)
        if self.check and not self.settings.checks_with_model(self.engine):
            settings["check_with"] = self.settings.check_with
        elif self.check:
            for name in CHECK_ONLY_SETTINGS:
                settings[name] = getattr(self.settings, name)
        return settings


def _resolve_scorer(settings: Settings) -> str | None:
    # Imported here, because commands that only read a store do not need it.
    from claimcheck.verification.choose_scorer import resolve_scorer_name
    from claimcheck.verification.verifiers import LEXICAL

    name = resolve_scorer_name(settings.verifier)
    return None if name == LEXICAL else name
