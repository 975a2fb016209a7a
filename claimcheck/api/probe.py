"""Finds out what an endpoint can do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claimcheck.settings import Settings

_PROBE_FIELD = "colour"  # as recorded


@dataclass(frozen=True, slots=True)
class Probe:
    """What an endpoint can do; no `response_format` if no model was named."""

    models: tuple[str, ...]
    response_format: str | None
    enforces_schema: bool


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
        models = tuple(client.list_models())
        if not settings.model:
            return Probe(models, None, False)
        response = client.complete(request)
    finally:
        client.close()
    enforced = response.response_format == "json_schema" and "vermilion" in (
        response.text or ""
    )
    return Probe(models, response.response_format, enforced)
