"""A client for any OpenAI-compatible endpoint, through the `openai` package.

Not every endpoint can be held to a JSON Schema. The client requests `json_schema`,
falls back to `json_object` and then to plain text if the endpoint refuses, and
remembers what worked. In the same way it leaves out a temperature or a seed that the
model does not take. Every response states which response format was used and which
settings were left out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import httpx2
import openai

from claimcheck.config import fill_endpoint
from claimcheck.errors import UnknownModelError
from claimcheck.llm import errors
from claimcheck.llm.completion import (
    Completion,
    NoCompletionError,
    build_completion,
    parse_completion,
)
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.retry import build_async_retrying, build_retrying, count_attempts
from claimcheck.models.llm import Message, ModelRequest, ModelResponse, Usage
from claimcheck.settings import Settings

# From the strictest to what every endpoint takes.
RESPONSE_FORMATS = ("json_schema", "json_object", "text")
_ENDPOINT_ERRORS = (openai.OpenAIError, json.JSONDecodeError, NoCompletionError)


class OpenAIClient:
    """A client for the endpoint and model of the settings; close it after use.

    With a `limiter`, `acomplete` waits until the limiter lets each request through.

    Raises:
        UnknownModelError: the settings do not name a model.
    """

    def __init__(
        self,
        settings: Settings,
        limiter: Limiter | None = None,
        pricing: Pricing | None = None,
    ) -> None:
        if not settings.model:
            raise UnknownModelError(
                "no model is named: give --model NAME, CLAIMCHECK_MODEL or `model` in "
                "claimcheck.toml (`claimcheck doctor` lists the endpoint's models)"
            )
        self._settings = fill_endpoint(settings)
        self._limiter = limiter
        self._pricing = pricing or Pricing(self._settings)
        # What the endpoint has taught us; threads share it, and it only ever grows.
        self._response_format = RESPONSE_FORMATS[0]
        self._left_out: set[str] = set()
        self._sync: openai.OpenAI | None = None
        self._async: openai.AsyncOpenAI | None = None

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Send a request and return the response.

        Raises:
            ProviderError: no attempt succeeded.
        """
        requests = 0
        # Until the endpoint takes everything in the body, or `_adapt` raises the error.
        while True:
            body = self.build_body(request)
            retrying = build_retrying(self._settings.attempts)
            try:
                completion = retrying(self._send, body)
            except _ENDPOINT_ERRORS as error:
                requests += count_attempts(retrying)
                self._adapt(error, body, requests)
            else:
                requests += count_attempts(retrying)
                return self._build_response(completion, body, requests)

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Send a request and return the response, without blocking.

        Raises:
            ProviderError: no attempt succeeded.
        """
        requests = 0
        while True:
            body = self.build_body(request)
            retrying = build_async_retrying(self._settings.attempts)
            try:
                completion: Completion = await retrying(self._asend_when_allowed, body)
            except _ENDPOINT_ERRORS as error:
                requests += count_attempts(retrying)
                self._adapt(error, body, requests)
            else:
                requests += count_attempts(retrying)
                return self._build_response(completion, body, requests)

    def list_models(self) -> list[str]:
        """Return the names of the endpoint's models, sorted.

        Raises:
            ProviderError: the endpoint does not list them.
        """
        try:
            models = self._get_sync_client().models.list().data or []
        except _ENDPOINT_ERRORS as error:
            raise errors.translate_error(error, self._settings) from None
        return sorted(model.id for model in models)

    def close(self) -> None:
        """Close the connections of synchronous requests."""
        if self._sync:
            self._sync.close()

    async def aclose(self) -> None:
        """Close all connections."""
        self.close()
        if self._async:
            await self._async.close()

    def build_body(self, request: ModelRequest) -> dict[str, Any]:
        """Return the body of the HTTP request as it would be sent now."""
        body: dict[str, Any] = {"model": self._settings.model}
        messages = list(request.messages)
        if self._response_format == "json_schema":
            body["response_format"] = _build_schema_format(request)
        else:
            # The endpoint does not enforce the schema, so the model has to read it.
            messages[0] = _append_schema(messages[0], request.schema_message)
        if self._response_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        body["messages"] = [
            {"role": message.role, "content": message.content} for message in messages
        ]
        return body | self._build_optional_fields(request)

    def build_response(
        self, completion: dict[str, Any], body: dict[str, Any]
    ) -> ModelResponse:
        """Build the response from a completion that another API returned.

        Raises:
            NoCompletionError: it is not a chat completion.
        """
        return self._build_response(build_completion(completion), body, requests=1)

    def _send(self, body: dict[str, Any]) -> Completion:
        completions = self._get_sync_client().chat.completions
        response = completions.with_raw_response.create(**body)
        return parse_completion(response.content)

    async def _asend(self, body: dict[str, Any]) -> Completion:
        completions = self._get_async_client().chat.completions
        response = await completions.with_raw_response.create(**body)
        return parse_completion(response.content)

    async def _asend_when_allowed(self, body: dict[str, Any]) -> Completion:
        if self._limiter is None:
            return await self._asend(body)
        async with self._limiter.slot(body) as slot:
            completion = await self._asend(body)
            if completion.tokens:
                slot.usage = self._compute_usage(completion, requests=1)
        return completion

    def _adapt(self, error: Exception, body: dict[str, Any], requests: int) -> None:
        """Leave out what the endpoint refused, or raise the error."""
        setting = errors.find_refused_setting(error)
        if setting and setting in body:
            self._left_out.add(setting)
            return
        used = _get_response_format(body)
        if used != RESPONSE_FORMATS[-1] and errors.is_format_refusal(error):
            self._fall_back_from(used)
            return
        translated = errors.translate_error(error, self._settings)
        translated.requests = requests
        raise translated from None

    def _fall_back_from(self, refused: str) -> None:
        # Another thread may have fallen back already: never step up again, and step
        # down from the format of this request, not from the current one.
        current = RESPONSE_FORMATS.index(self._response_format)
        following = RESPONSE_FORMATS.index(refused) + 1
        self._response_format = RESPONSE_FORMATS[max(current, following)]

    def _build_optional_fields(self, request: ModelRequest) -> dict[str, Any]:
        settings = self._settings
        temperature, seed = request.temperature, request.seed
        fields = {
            "temperature": settings.temperature if temperature is None else temperature,
            "seed": settings.seed if seed is None else seed,
            "max_completion_tokens": settings.max_output_tokens,
        }
        return {
            name: value
            for name, value in fields.items()
            if value is not None and name not in self._left_out
        }

    def _build_response(
        self, completion: Completion, body: dict[str, Any], requests: int
    ) -> ModelResponse:
        return ModelResponse(
            text=completion.text,
            finish_reason=completion.finish_reason,
            refusal=completion.refusal,
            model=completion.model or str(self._settings.model),
            response_format=_get_response_format(body),
            left_out=tuple(sorted(self._left_out)),
            usage=self._compute_usage(completion, requests),
        )

    def _compute_usage(self, completion: Completion, requests: int) -> Usage:
        tokens = completion.tokens
        if tokens is None:
            return Usage(requests=requests, cost_usd=None)
        return Usage(
            requests=requests,
            input_tokens=tokens.input,
            cached_tokens=tokens.cached,
            output_tokens=tokens.output,
            reasoning_tokens=tokens.reasoning,
            cost_usd=self._pricing.cost_usd(tokens.input, tokens.cached, tokens.output),
        )

    def _get_sync_client(self) -> openai.OpenAI:
        if self._sync is None:
            self._sync = openai.OpenAI(**build_sdk_options(self._settings))
        return self._sync

    def _get_async_client(self) -> openai.AsyncOpenAI:
        if self._async is None:
            http_client = None  # the SDK's own
            if self._limiter:
                http_client = _build_http_client(self._limiter.max_concurrency)
            options = build_sdk_options(self._settings)
            self._async = openai.AsyncOpenAI(**options, http_client=http_client)
        return self._async


def build_sdk_options(settings: Settings) -> dict[str, Any]:
    """Return the arguments of the SDK's clients.

    Raises:
        AuthenticationError: OpenAI's own endpoint is used, and there is no key.
    """
    if not settings.api_key and not settings.base_url:
        raise errors.build_missing_key_error()
    return {
        # A local server wants no key, but the SDK refuses to start without one.
        "api_key": settings.api_key or "not-needed",
        # Stated even for OpenAI: the SDK would otherwise follow OPENAI_BASE_URL, which
        # is not part of the settings that a run publishes.
        "base_url": settings.base_url or "https://api.openai.com/v1",
        "max_retries": 0,  # retry.py retries
        "timeout": settings.timeout_s,
    }


def _build_http_client(concurrency: int) -> httpx2.AsyncClient:
    # Faster with many concurrent requests; an optional dependency.
    if find_spec("aiohttp"):
        return openai.DefaultAioHttpClient()
    # The pool looks at each idle connection before every request, so keep few of them.
    # The numbers were chosen by hand.
    limits = httpx2.Limits(
        max_connections=None, max_keepalive_connections=max(16, concurrency // 4)
    )
    return openai.DefaultAsyncHttpxClient(limits=limits)


def _build_schema_format(request: ModelRequest) -> dict[str, Any]:
    schema = {
        # OpenAI allows only letters, digits, underscores, and dashes in the name.
        "name": request.schema_name.replace(".", "_"),
        "strict": True,
        "schema": request.schema,
    }
    return {"type": "json_schema", "json_schema": schema}


def _append_schema(message: Message, schema_message: Message) -> Message:
    return replace(message, content=f"{message.content}\n\n{schema_message.content}")


def _get_response_format(body: dict[str, Any]) -> str:
    return str(body.get("response_format", {"type": RESPONSE_FORMATS[-1]})["type"])
