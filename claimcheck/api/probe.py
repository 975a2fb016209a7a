"""What an endpoint can do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claimcheck.settings import Settings


@dataclass(frozen=True, slots=True)
class Probe:
    """What an endpoint was found to do; `response_format` is None when no model was named to try."""

    models: tuple[str, ...]
    response_format: str | None
    enforces_schema: bool


def probe(settings: Settings) -> Probe:
    """Lists an endpoint's models and asks one for an answer that its prompt forbids and its schema demands.

    Raises:
        ProviderError: the endpoint does not answer.
    """
    from claimcheck.llm import OpenAIClient
    from claimcheck.models.llm import Message, ModelRequest

    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": ["vermilion"]}},
        "required": ["colour"],
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
