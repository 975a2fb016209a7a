"""Any OpenAI-compatible endpoint, through the `openai` package.

Not every endpoint can be held to a JSON Schema. The client asks for `json_schema`, steps down to
`json_object` and then to plain text where the endpoint refuses, remembers what worked, and says which it was.
In the same way it leaves out a temperature or a seed that the model does not take.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import httpx2
import openai
import tenacity

from claimcheck.errors import UnknownModelError
from claimcheck.llm import errors
from claimcheck.llm.completion import (
    Completion,
    NoCompletionError,
    parse_completion,
    parse_completion_fields,
)
from claimcheck.llm.limiter import Limiter
from claimcheck.llm.pricing import Pricing
from claimcheck.llm.retry import build_retry_policy
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.settings import Settings

RESPONSE_FORMATS = ("json_schema", "json_object", "text")
# `chat.completions.create` takes a third of a request's time to go through its body for TypedDicts, and an answer
# with fields of another type than stated goes through it unnoticed
_COMPLETIONS_PATH = "/chat/completions"
_ENDPOINT_ERRORS = (openai.OpenAIError, json.JSONDecodeError, NoCompletionError)


class OpenAIClient:
    """A client for the endpoint and model that the settings name; close it, or use it in a `with`.

    With a gate `acomplete` sends when the gate lets it.

    Raises:
        UnknownModelError: no model is named.
    """

    def __init__(
        self,
        settings: Settings,
        gate: Limiter | None = None,
        pricing: Pricing | None = None,
    ) -> None:
        if not settings.model:
            raise UnknownModelError(
                "no model is named: give --model NAME, CLAIMCHECK_MODEL or `model` in claimcheck.toml "
                "(`claimcheck doctor` lists what the endpoint has)"
            )
        self._settings = settings
        self._gate = gate
        self._pricing = pricing or Pricing(settings)
        self._format = RESPONSE_FORMATS[0]
        self._left_out: set[str] = set()
        self._sync: openai.OpenAI | None = None
        self._async: openai.AsyncOpenAI | None = None

    def complete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request; raises `ProviderError` when none can be had."""
        sent = 0
        while True:
            body = self.body(request)
            try:
                for attempt in tenacity.Retrying(
                    **build_retry_policy(self._settings.attempts)  # type: ignore[arg-type]
                ):
                    with attempt:
                        sent += 1
                        answer = self._sync_client().post(
                            _COMPLETIONS_PATH, body=body, cast_to=httpx2.Response
                        )
                        completion = parse_completion(answer.content)
                return self._response(completion, body, sent)
            except _ENDPOINT_ERRORS as error:
                self._adapt(error, body, sent)

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """The answer to one request, without blocking; raises `ProviderError` when none can be had."""
        sent = 0
        while True:
            body = self.body(request)
            try:
                async for attempt in tenacity.AsyncRetrying(
                    **build_retry_policy(self._settings.attempts)  # type: ignore[arg-type]
                ):
                    with attempt:
                        if self._gate is None:
                            sent += 1
                            completion = await self._post(body)
                        else:
                            async with self._gate.turn(body) as turn:
                                sent += 1
                                completion = await self._post(body)
                                turn.usage = (
                                    self._usage(completion, 1)
                                    if completion.tokens
                                    else None
                                )
                return self._response(completion, body, sent)
            except _ENDPOINT_ERRORS as error:
                self._adapt(error, body, sent)

    async def _post(self, body: dict[str, Any]) -> Completion:
        answer = await self._async_client().post(
            _COMPLETIONS_PATH, body=body, cast_to=httpx2.Response
        )
        return parse_completion(answer.content)

    def models(self) -> list[str]:
        """The names of the models that the endpoint lists; raises `ProviderError`."""
        try:
            return sorted(
                model.id for model in self._sync_client().models.list().data or []
            )
        except _ENDPOINT_ERRORS as error:
            raise errors.translate_error(error, self._settings) from None

    def close(self) -> None:
        """Connections of synchronous requests are closed."""
        if self._sync:
            self._sync.close()

    async def aclose(self) -> None:
        """All connections are closed."""
        self.close()
        if self._async:
            await self._async.close()

    def _adapt(self, error: Exception, body: dict[str, Any], sent: int) -> None:
        """Learns from a refusal of a format or of an optional setting; raises what went wrong otherwise."""
        refused = errors.find_refused_setting(error)
        if refused and refused in body:
            self._left_out.add(refused)
        elif (used := _get_response_format(body)) != RESPONSE_FORMATS[
            -1
        ] and errors.is_format_refusal(error):
            # another thread may have stepped down meanwhile: go on from what this request used
            self._format = RESPONSE_FORMATS[
                max(
                    RESPONSE_FORMATS.index(self._format),
                    RESPONSE_FORMATS.index(used) + 1,
                )
            ]
        else:
            translated = errors.translate_error(error, self._settings)
            translated.requests = sent
            raise translated from None

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """The body of the HTTP request, as it would be sent now."""
        settings, response_format = self._settings, self._format
        messages = list(request.messages)
        body: dict[str, Any] = {"model": settings.model}
        if response_format == "json_schema":
            schema = {
                "name": request.schema_name.replace(".", "_"),
                "strict": True,
                "schema": request.schema,
            }
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        else:
            first = replace(
                messages[0],
                content=f"{messages[0].content}\n\n{request.schema_message.content}",
            )
            messages = [first, *messages[1:]]
        if response_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        body["messages"] = [
            {"role": message.role, "content": message.content} for message in messages
        ]
        optional = {
            "temperature": settings.temperature
            if request.temperature is None
            else request.temperature,
            "seed": settings.seed if request.seed is None else request.seed,
            "max_completion_tokens": settings.max_output_tokens,
        }
        left_out = self._left_out
        return body | {
            name: value
            for name, value in optional.items()
            if value is not None and name not in left_out
        }

    def response(
        self, completion: dict[str, Any], body: dict[str, Any]
    ) -> ModelResponse:
        """The response in a completion that was had in another way than by asking for it here.

        Raises:
            NoCompletionError: it is no chat completion.
        """
        return self._response(parse_completion_fields(completion), body, 1)

    def _response(
        self, completion: Completion, body: dict[str, Any], sent: int
    ) -> ModelResponse:
        return ModelResponse(
            text=completion.text,
            finish_reason=completion.finish_reason,
            refusal=completion.refusal,
            model=completion.model or str(self._settings.model),
            response_format=_get_response_format(body),
            left_out=tuple(sorted(self._left_out)),
            usage=self._usage(completion, sent),
        )

    def _usage(self, completion: Completion, sent: int) -> Usage:
        took = completion.tokens
        if took is None:
            return Usage(requests=sent, cost_usd=None)
        return Usage(
            requests=sent,
            input_tokens=took.read,
            cached_tokens=took.cached,
            output_tokens=took.written,
            reasoning_tokens=took.reasoning,
            cost_usd=self._pricing.cost_usd(took.read, took.cached, took.written),
        )

    def _sync_client(self) -> openai.OpenAI:
        if self._sync is None:
            self._sync = openai.OpenAI(**self._options())
        return self._sync

    def _async_client(self) -> openai.AsyncOpenAI:
        if self._async is None:
            transport = _build_http_client(self._gate.width) if self._gate else None
            self._async = openai.AsyncOpenAI(**self._options(), http_client=transport)
        return self._async

    def _options(self) -> dict[str, Any]:
        # a local server wants no key, but the SDK refuses to start without one
        key = self._settings.api_key or (
            "not-needed" if self._settings.base_url else None
        )
        if key is None:
            raise errors.build_missing_key_error()
        return {
            "api_key": key,
            "base_url": self._settings.base_url or "https://api.openai.com/v1",
            "max_retries": 0,
            "timeout": self._settings.timeout_s,
        }


def _build_http_client(width: int) -> httpx2.AsyncClient:
    """Build the HTTP client for `width` concurrent requests."""
    if find_spec("aiohttp"):
        return openai.DefaultAioHttpClient()
    # the pool looks at each idle connection before every request; so many that are idle for long need not be kept
    limits = httpx2.Limits(
        max_connections=None, max_keepalive_connections=max(16, width // 4)
    )
    return openai.DefaultAsyncHttpxClient(limits=limits)


def _get_response_format(body: dict[str, Any]) -> str:
    return str(body.get("response_format", {"type": RESPONSE_FORMATS[-1]})["type"])
