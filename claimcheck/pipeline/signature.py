"""Sign a result: record what produced it, in enough detail to repeat it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from claimcheck import prompts, schemas, tokens
from claimcheck.models.run import Signature
from claimcheck.settings import Settings
from claimcheck.version import __version__

if TYPE_CHECKING:
    from claimcheck.pipeline.ask import Answer

# The key in the settings of a signature for corrections of the model's answers.
CORRECTIONS = "corrections"
# More would say nothing new about the model. Chosen by hand.
_MAX_CORRECTIONS = 20
_INDEX = re.compile(r"\[\d+\]")


def build_model_signature(
    settings: Settings,
    answers: Sequence[Answer[Any]],
    prompt_names: Sequence[str],
    schema_names: Sequence[str],
    extra_settings: Mapping[str, Any] | None = None,
) -> Signature:
    """Sign what a model produced, based on the first answer from one.

    Corrections of the answers are listed among the settings.
    """
    responses = [answer.response for answer in answers]
    first = next((response for response in responses if response.model), None)
    left_out = first.left_out if first else ()
    published = settings.published() | dict(extra_settings or {})
    corrections = _list_corrections(answers)
    if corrections:
        published[CORRECTIONS] = corrections
    if "max_tokens" in left_out:  # no name for the limit was accepted
        published["max_output_tokens"] = None
    # People compare token counts between runs: an estimate must not look like a count.
    precision = "exact" if tokens.is_exact(settings.model) else "estimate"
    # States the model that answered and the settings it refused, not those requested.
    return Signature(
        version=__version__,
        engine="llm",
        model=first.model if first else settings.model,
        response_format=first.response_format if first else None,
        prompts=prompts.compute_digests(prompt_names, settings.brief.prompts),
        schemas={name: schemas.compute_digest(name) for name in schema_names},
        settings=published | dict.fromkeys(left_out),
        seed=None if "seed" in left_out else settings.seed,
        token_count=f"{tokens.ENCODING} ({precision})",
    )


def merge_signatures(first: Signature, second: Signature) -> Signature:
    """Return the first signature with the prompts and settings of both."""
    return replace(
        first,
        prompts=first.prompts | second.prompts,
        schemas=first.schemas | second.schemas,
        settings=merge_settings(first, second),
    )


def merge_settings(first: Signature, second: Signature) -> dict[str, Any]:
    """Return the settings of both signatures, with the corrections of both."""
    settings = first.settings | second.settings
    corrections = [
        *first.settings.get(CORRECTIONS, ()),
        *second.settings.get(CORRECTIONS, ()),
    ]
    if corrections:
        settings[CORRECTIONS] = list(dict.fromkeys(corrections))
    return settings


def _list_corrections(answers: Sequence[Answer[Any]]) -> list[str]:
    """List the corrections of all answers; each kind once, with its number."""
    counts = Counter[str]()
    for answer in answers:
        # The same correction in each claim is one kind.
        corrections = map(str, answer.parsed.corrections)
        counts.update(_INDEX.sub("[]", text) for text in corrections)
    listed = []
    for text, count in counts.most_common(_MAX_CORRECTIONS):
        listed.append(f"{text} ({count} times)" if count > 1 else text)
    return listed


def build_extractive_signature(
    schema_name: str, settings: Mapping[str, Any]
) -> Signature:
    """Sign what the engine without a model produced."""
    return Signature(
        version=__version__,
        engine="extractive",
        model=None,
        response_format=None,
        prompts={},
        schemas={schema_name: schemas.compute_digest(schema_name)},
        settings=dict(settings),
        seed=None,
        token_count=f"{tokens.ENCODING} (estimate)",
    )
