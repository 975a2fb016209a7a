"""Spans and events, as OpenTelemetry's own exporter receives them."""

import asyncio
import json

import pytest

from claimcheck import Settings, asummarize, check, summarize
from tests.support.scripted import ScriptedClient, answer, claim, response

pytest.importorskip("opentelemetry.sdk")
TEXT = "The ferry carried 900 people in 2020."


@pytest.fixture
def traces():
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
        InMemorySpanExporter,
    )

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test"), exporter


def make_client(**options):
    from claimcheck.integrations.otel import TracedClient

    scripted = ScriptedClient([response(answer(claim(TEXT)))])
    settings = Settings(model="qwen2.5", base_url="http://u:p@localhost:8080/v1")
    return TracedClient(scripted, settings, **options)


@pytest.mark.parametrize(
    "way", [summarize, lambda *a, **k: asyncio.run(asummarize(*a, **k))]
)
def test_each_request_is_a_span_without_text(traces, way):
    tracer, exporter = traces
    way(TEXT, settings=Settings(model="m"), client=make_client(tracer=tracer))
    (span,) = exporter.get_finished_spans()
    assert span.name == "chat qwen2.5"
    assert span.attributes["gen_ai.request.model"] == "qwen2.5"
    assert span.attributes["gen_ai.provider.name"] == "openai"
    assert span.attributes["server.address"] == "localhost"
    assert span.attributes["server.port"] == 8080
    assert span.attributes["claimcheck.schema"] == "summary.answer"
    assert span.attributes["gen_ai.response.model"] == "scripted"
    assert span.attributes["gen_ai.usage.input_tokens"] == 100
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert "ferry" not in span.to_json()


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.mistral.ai/v1", "mistral_ai"),
        ("https://my-name.openai.azure.com/openai/v1", "azure.ai.openai"),
        ("https://us-central1-aiplatform.googleapis.com/v1", "gcp.vertex_ai"),
        ("https://api.openai.com/v1", "openai"),
        ("https://notmistral.ai/v1", "openai"),
    ],
)
def test_the_provider_is_that_of_the_host(traces, url, provider):
    from claimcheck.integrations.otel import TracedClient

    tracer, exporter = traces
    scripted = ScriptedClient([response(answer(claim(TEXT)))])
    settings = Settings(model="m", base_url=url)
    client = TracedClient(scripted, settings, tracer=tracer)
    summarize(TEXT, settings=settings, client=client)
    (span,) = exporter.get_finished_spans()
    assert span.attributes["gen_ai.provider.name"] == provider


def test_text_is_captured_only_on_request(traces):
    tracer, exporter = traces
    client = make_client(tracer=tracer, capture_content=True)
    summarize(TEXT, settings=Settings(model="m"), client=client)
    (span,) = exporter.get_finished_spans()
    for name in ("input", "output"):
        messages = json.loads(span.attributes[f"gen_ai.{name}.messages"])
        assert "ferry" in messages[-1]["parts"][0]["content"]


def test_a_failed_request_is_a_failed_span(traces):
    tracer, exporter = traces
    from claimcheck.integrations.otel import TracedClient

    client = TracedClient(ScriptedClient([]), tracer=tracer)
    with pytest.raises(IndexError):
        summarize(TEXT, settings=Settings(model="m"), client=client)
    (span,) = exporter.get_finished_spans()
    assert span.status.is_ok is False
    assert (span.name, span.attributes["error.type"]) == ("chat", "IndexError")


def test_each_verdict_is_an_event(traces):
    from claimcheck.integrations.otel import record_verdicts

    tracer, exporter = traces
    result = check([TEXT], TEXT, settings=Settings(engine="extractive"))
    with tracer.start_as_current_span("review"):
        record_verdicts(result)
    (span,) = exporter.get_finished_spans()
    (event,) = span.events
    assert event.name == "gen_ai.evaluation.result"
    assert event.attributes["gen_ai.evaluation.score.label"] == "supported"
