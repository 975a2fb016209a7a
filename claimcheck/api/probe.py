"""Finds out what an endpoint can do, and describes the tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from claimcheck import tokens
from claimcheck.errors import EndpointError, UnknownModelError
from claimcheck.settings import Settings
from claimcheck.settings.run import RESPONSES

if TYPE_CHECKING:
    from claimcheck.llm.openai_client import OpenAIClient

# The largest schema, and the second one that most runs send.
_PROBED_SCHEMAS = ("summary.answer", "verdict.answer")
# The answer is not read, so it may be cut off.
_PROBE_OUTPUT_TOKENS = 64
# Any number: the question is whether the endpoint refuses the parameter.
_PROBE_SEED = 1
_OPTIONAL_SETTINGS = ("temperature", "seed", "reasoning_effort", "store")
_PROBE_FIELD = "colour"  # as recorded


@dataclass(frozen=True, slots=True)
class Probe:
    """What an endpoint can do; without a model, `response_format` is None.

    `models` maps names to context windows in tokens, None if the endpoint states none.
    """

    models: Mapping[str, int | None]
    response_format: str | None
    enforces_schema: bool


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The parts of a real request that an endpoint accepts.

    `left_out` names the settings and schema keywords that it refuses, and `sent` the
    settings that it accepts. `limit_name` is its name for the maximum number of tokens,
    or None. `needs_stream` is true if it answers only with a stream.
    """

    response_format: str
    left_out: tuple[str, ...]
    sent: tuple[str, ...]
    limit_name: str | None
    needs_stream: bool


def probe(settings: Settings) -> Probe:
    """List an endpoint's models, and ask one what it does with a schema.

    The prompt forbids the answer that the schema demands: only an endpoint that
    enforces the schema gives it.

    Raises:
        ProviderError: the endpoint does not answer.
    """
    from claimcheck.llm.openai_client import OpenAIClient
    from claimcheck.models.llm import Message, ModelRequest

    schema = {
        "type": "object",
        "properties": {_PROBE_FIELD: {"type": "string", "enum": ["vermilion"]}},
        "required": [_PROBE_FIELD],
        "additionalProperties": False,
    }
    request = ModelRequest(
        messages=(
            Message(
                "user", "Answer with the one word hello and nothing else: no JSON."
            ),
        ),
        schema_name="probe",
        schema=schema,
        schema_message=Message("system", "Answer in JSON if you can."),
    )
    client = OpenAIClient(settings if settings.model else replace(settings, model="-"))
    try:
        # First, because it needs no model and costs nothing.
        models = _list_models(client, is_optional=bool(settings.model))
        if not settings.model:
            return Probe(models, None, False)
        response = client.complete(request)
    finally:
        client.close()
    # The word is in no prompt, so a model can only know it from the schema.
    enforced = response.response_format == "json_schema" and "vermilion" in (
        response.text or ""
    )
    return Probe(models, response.response_format, enforced)


def probe_schemas(settings: Settings) -> Acceptance:
    """Send the schemas of real requests, and return what the endpoint accepts.

    An endpoint may enforce a small schema but refuse the keywords of a larger one.

    Raises:
        ProviderError: the endpoint does not answer.
    """
    from claimcheck import schemas
    from claimcheck.llm.body import TOKEN_LIMITS
    from claimcheck.llm.openai_client import OpenAIClient
    from claimcheck.models.llm import Message, ModelRequest

    # A seed is sent even if none is set: `--seed` and `--votes` need to know.
    seed = _PROBE_SEED if settings.seed is None else settings.seed
    settings = replace(settings, max_output_tokens=_PROBE_OUTPUT_TOKENS, seed=seed)
    client = OpenAIClient(settings)
    try:
        # With each refusal, the client learns what to leave out of the next request.
        for name in _PROBED_SCHEMAS:
            request = ModelRequest(
                messages=(
                    Message("system", "Answer in JSON."),
                    Message("user", "Venus is hot."),
                ),
                schema_name=name,
                schema=schemas.strip_keywords(schemas.load(name)),
                schema_message=Message("system", "Answer in JSON if you can."),
            )
            client.complete(request)
    finally:
        client.close()
    # Built again, now without what the endpoint refused.
    body = client.build_body(request)
    limit_name = next((name for name in TOKEN_LIMITS if name in body), None)
    left_out = list(client.dialect.describe_left_out())
    if settings.api == RESPONSES:
        limit_name = limit_name and "max_output_tokens"
        left_out.remove("max_completion_tokens")  # is never sent there
    return Acceptance(
        response_format=client.dialect.response_format,
        left_out=tuple(left_out),
        sent=tuple(name for name in _OPTIONAL_SETTINGS if name in body),
        limit_name=limit_name,
        needs_stream=client.dialect.streams,
    )


def _list_models(
    client: OpenAIClient, *, is_optional: bool
) -> Mapping[str, int | None]:
    try:
        return client.list_models()
    except (UnknownModelError, EndpointError):  # a 404, for instance
        if is_optional:  # Azure's deployments, and others, have no list
            return {}
        raise


def describe_tokenizer(model: str | None) -> str:
    """Describe the tokenizer in one line, and whether it is the model's.

    Raises:
        ClaimcheckError: the packed encoding is damaged.
    """
    # Counting loads the packed encoding, which fails if its hash is wrong.
    count = tokens.count("claimcheck")
    exactness = "exact" if tokens.is_exact(model) else "an estimate"
    return (
        f"{tokens.ENCODING}, packed, hash checked ({count} tokens in 'claimcheck'); "
        f"{exactness} for this model"
    )
