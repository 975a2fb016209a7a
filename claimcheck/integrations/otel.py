"""OpenTelemetry spans for model requests, and events for verdicts.

Names follow the semantic conventions for generative AI
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/). Spans have the
endpoint, the model, tokens, cost, and finish reason, but no text: they have the
messages only on request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from claimcheck.models.llm import Client, ModelRequest, ModelResponse
from claimcheck.models.run import Check, Run
from claimcheck.settings import Settings
from claimcheck.settings.load import fill_endpoint
from claimcheck.settings.run import LOCAL
from claimcheck.version import __version__

_SCOPE = "claimcheck"
_OPENAI_HOST = "api.openai.com"
_PORTS = {"https": 443, "http": 80}
# The values of `gen_ai.provider.name` that the conventions list, by the host's ending.
# Backends choose price lists and icons by them.
_PROVIDERS = {
    "anthropic.com": "anthropic",
    "amazonaws.com": "aws.bedrock",
    "openai.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "cohere.ai": "cohere",
    "cohere.com": "cohere",
    "deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
}
# The conventions' value for every other endpoint that speaks OpenAI's API.
_OPENAI = "openai"


class TracedClient:
    """A client that records a span for each request to another client.

    `settings` are those of the other client: they name the model and the server, which
    a request does not. With `capture_content`, spans have the messages and the answer,
    which contain the document.
    """

    def __init__(
        self,
        inner: Client,
        settings: Settings | None = None,
        *,
        tracer: Tracer | None = None,
        capture_content: bool = False,
    ) -> None:
        self._inner = inner
        self._model = settings.model if settings else None
        self._target = _describe_target(settings) if settings else {}
        self._tracer = tracer or trace.get_tracer(_SCOPE, __version__)
        self._capture_content = capture_content

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request."""
        with self._open_span(request) as span:
            response = self._inner.complete(request)
            self._describe(span, response)
        return response

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Answer one request without blocking."""
        with self._open_span(request) as span:
            response = await self._inner.acomplete(request)
            self._describe(span, response)
        return response

    @contextmanager
    def _open_span(self, request: ModelRequest) -> Iterator[Span]:
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.output.type": "json",
            "claimcheck.schema": request.schema_name,
            **self._target,
        }
        name = f"chat {self._model}" if self._model else "chat"
        with self._tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, attributes=attributes
        ) as span:
            if self._capture_content:
                messages = [
                    _build_message(message.role, message.content)
                    for message in request.messages
                ]
                # As one string: span attributes can't be nested.
                text = json.dumps(messages, ensure_ascii=False)
                span.set_attribute("gen_ai.input.messages", text)
            try:
                yield span
            # Cancellation ends a span as well; the class says so without any text.
            except BaseException as error:
                span.set_attribute("error.type", type(error).__qualname__)
                raise

    def _describe(self, span: Span, response: ModelResponse) -> None:
        usage = response.usage
        span.set_attributes(
            {
                "gen_ai.response.model": response.model,
                "gen_ai.usage.input_tokens": usage.input_tokens,
                "gen_ai.usage.output_tokens": usage.output_tokens,
                "claimcheck.response_format": response.response_format,
            }
        )
        if response.finish_reason:
            reasons = [response.finish_reason]
            span.set_attribute("gen_ai.response.finish_reasons", reasons)
        # An unknown price must not look like a free answer.
        if usage.cost_usd is not None:
            span.set_attribute("claimcheck.cost_usd", usage.cost_usd)
        if response.fault:
            span.set_status(Status(StatusCode.ERROR, response.fault))
        if self._capture_content and response.text:
            message = _build_message("assistant", response.text)
            message["finish_reason"] = response.finish_reason or "stop"
            text = json.dumps([message], ensure_ascii=False)
            span.set_attribute("gen_ai.output.messages", text)


def _describe_target(settings: Settings) -> dict[str, str | int]:
    """Return the attributes of the model and the server that it is on."""
    target: dict[str, str | int] = {"gen_ai.provider.name": _OPENAI}
    if settings.model:
        target["gen_ai.request.model"] = settings.model
    # The port of a local server changes with each start.
    if settings.engine == LOCAL:
        return target
    url = urlsplit(fill_endpoint(settings).base_url or f"https://{_OPENAI_HOST}")
    host = url.hostname or ""
    target["gen_ai.provider.name"] = _name_provider(host)
    target["server.address"] = host
    target["server.port"] = url.port or _PORTS.get(url.scheme, 443)
    return target


def _name_provider(host: str) -> str:
    for domain, provider in _PROVIDERS.items():
        # The dash is that of regions: us-central1-aiplatform.googleapis.com.
        if host == domain or host.endswith((f".{domain}", f"-{domain}")):
            return provider
    return _OPENAI


def _build_message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def record_verdicts(result: Run | Check, span: Span | None = None) -> None:
    """Add an event `gen_ai.evaluation.result` for each verdict to a span.

    The default is the current span. Events name claims by id, not by text.
    """
    span = span or trace.get_current_span()
    for verdict in result.verdicts:
        attributes: dict[str, str | float] = {
            "gen_ai.evaluation.name": "supported",
            "gen_ai.evaluation.score.label": str(verdict.label),
            "claimcheck.claim.id": verdict.subject,
        }
        # A missing confidence is not a confidence of 0.
        if verdict.finding.confidence is not None:
            score = verdict.finding.confidence
            attributes["gen_ai.evaluation.score.value"] = score
        span.add_event("gen_ai.evaluation.result", attributes)
