"""A client for any OpenAI-compatible endpoint, through the `openai` package.

No two endpoints accept the same requests. The client asks for everything first, leaves
out what the endpoint refuses, and remembers what worked (`negotiation.py`). Every
response states which response format was used and what was left out.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import openai

from claimcheck.errors import UnknownModelError
from claimcheck.llm import errors
from claimcheck.llm.body import (
    Dialect,
    build_body,
    get_path,
    get_response_format,
    translate_body,
)
from claimcheck.llm.budget import Pricing, RequestCost, estimate_max_cost
from claimcheck.llm.completion import (
    Completion,
    ErrorInAnswerError,
    NoCompletionError,
    build_completion,
    parse_completion,
)
from claimcheck.llm.connection import create_sdk_client
from claimcheck.llm.error_body import hide_key
from claimcheck.llm.limited_client import (
    build_limited_async_client,
    build_limited_client,
)
from claimcheck.llm.limiter import BudgetGate, Limiter
from claimcheck.llm.negotiation import Negotiation, get_dialect
from claimcheck.llm.retry import (
    PauseCallback,
    build_async_retrying,
    build_retrying,
    count_attempts,
    ignore_pause,
)
from claimcheck.local.server import Lease, lease_server
from claimcheck.models.llm import ModelRequest, ModelResponse, Usage
from claimcheck.settings import Settings
from claimcheck.settings.load import fill_endpoint
from claimcheck.settings.run import LOCAL

_ENDPOINT_ERRORS = (openai.OpenAIError, json.JSONDecodeError, NoCompletionError)
# How often to check whether another request has finished its search.
_POLL_S = 0.02
# From the model lists of LM Studio, vLLM, OpenRouter, Groq, Mistral, llama.cpp, and
# LiteLLM. The loaded window comes before the possible one.
_WINDOW_FIELDS = (
    "loaded_context_length",
    "n_ctx",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "max_input_tokens",
)


@dataclass(slots=True)
class _Exchange:
    """What was sent for a request so far, and all answers, even empty ones."""

    negotiation: Negotiation
    answers: list[Completion] = field(default_factory=list)
    requests: int = 0


class OpenAIClient:
    """A client for the endpoint and model of the settings; close it after use.

    With a `limiter`, `acomplete` waits until the limiter allows each request; with a
    `budget`, `complete` waits until the budget covers it. `complete` calls `on_pause`
    with the seconds for which the endpoint accepts no requests.

    Raises:
        UnknownModelError: the settings do not name a model.
    """

    def __init__(
        self,
        settings: Settings,
        limiter: Limiter | None = None,
        pricing: Pricing | None = None,
        budget: BudgetGate | None = None,
        on_pause: PauseCallback = ignore_pause,
    ) -> None:
        if not settings.model and settings.engine == LOCAL:
            raise UnknownModelError(
                "engine local: no model is named; give --model with a GGUF file or the "
                "name of a downloaded model, or run `claimcheck models use NAME` "
                "(`claimcheck models list` lists the models on this machine)"
            )
        if not settings.model:
            raise UnknownModelError(
                "no model is named: set --model NAME, CLAIMCHECK_MODEL, or `model` in "
                "claimcheck.toml; in Python, Settings(model=...) "
                "(`claimcheck doctor` lists the endpoint's models)"
            )
        self._settings = fill_endpoint(settings)
        self._limiter = limiter
        self._budget = budget
        self._on_pause = on_pause
        self._pricing = pricing or Pricing(self._settings)
        # Without the lock, threads that send the first requests would each create a
        # client.
        self._lock = threading.Lock()
        self._lease: Lease | None = None  # of a local server
        self._sync: openai.OpenAI | None = None
        self._async: openai.AsyncOpenAI | None = None

    def complete(self, request: ModelRequest) -> ModelResponse:
        """Send a request and return the response.

        Raises:
            ProviderError: no attempt succeeded.
        """
        with Negotiation(request, self._settings) as negotiation:
            exchange = _Exchange(negotiation)
            # Ends when the endpoint accepts the body, or nothing is left to try.
            while True:
                body = negotiation.build_body()
                retrying = build_retrying(
                    self._settings.attempts, negotiation.should_retry, self._on_pause
                )
                try:
                    retrying(self._send_within_budget, body, exchange.answers)
                except _ENDPOINT_ERRORS as error:
                    while negotiation.must_wait(error):
                        time.sleep(_POLL_S)
                    self._adapt(exchange, error, count_attempts(retrying))
                else:
                    return self._finish(exchange, count_attempts(retrying))

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        """Send a request and return the response, without blocking.

        Raises:
            ProviderError: no attempt succeeded.
        """
        with Negotiation(request, self._settings) as negotiation:
            exchange = _Exchange(negotiation)
            while True:
                body = negotiation.build_body()
                retrying = build_async_retrying(
                    self._settings.attempts, negotiation.should_retry
                )
                try:
                    await retrying(self._asend_when_allowed, body, exchange.answers)
                except _ENDPOINT_ERRORS as error:
                    while negotiation.must_wait(error):
                        await asyncio.sleep(_POLL_S)
                    self._adapt(exchange, error, count_attempts(retrying))
                else:
                    return self._finish(exchange, count_attempts(retrying))

    def _adapt(self, exchange: _Exchange, error: Exception, attempts: int) -> None:
        """Choose the body to try next after an error.

        Raises:
            ProviderError: no body is left to try.
        """
        exchange.requests += attempts
        if exchange.negotiation.adapt(error):
            return
        cause = exchange.negotiation.cause or error
        translated = errors.translate_error(cause, self._settings)
        translated.requests = exchange.requests
        raise translated from None

    def _finish(self, exchange: _Exchange, attempts: int) -> ModelResponse:
        """Return the response, and remember what the endpoint accepted."""
        exchange.requests += attempts
        exchange.negotiation.accept()
        dialect = exchange.negotiation.dialect
        return self._build_response(exchange.answers, dialect, exchange.requests)

    @property
    def dialect(self) -> Dialect:
        """What the endpoint accepts, as far as known."""
        return get_dialect(self._settings)

    def list_models(self) -> dict[str, int | None]:
        """Return the endpoint's models, sorted, with their windows in tokens.

        A window is None if the list does not state it.

        Raises:
            ProviderError: the endpoint does not list its models.
        """
        try:
            models = self._get_sync_client().models.list().data or []
        except _ENDPOINT_ERRORS as error:
            raise errors.translate_error(error, self._settings) from None
        windows = {model.id: _find_window(model.model_extra or {}) for model in models}
        return dict(sorted(windows.items()))

    def close(self) -> None:
        """Close the connections of synchronous requests."""
        if self._sync:
            self._sync.close()
        if self._lease:
            self._lease.release()

    async def aclose(self) -> None:
        """Close all connections."""
        self.close()
        if self._async:
            await self._async.close()

    def build_body(self, request: ModelRequest) -> dict[str, Any]:
        """Return the body of the HTTP request as it would be sent now."""
        return build_body(request, self._settings, self.dialect)

    def estimate_max_cost(self, body: dict[str, Any]) -> RequestCost:
        """Return the maximum cost of a request with this body."""
        # Some endpoints accept no maximum in the body.
        return estimate_max_cost(body, self._pricing, self._settings.max_output_tokens)

    def build_response(
        self, completion: dict[str, Any], body: dict[str, Any]
    ) -> ModelResponse:
        """Build the response from a completion that another API returned.

        Raises:
            NoCompletionError: the completion is not a chat completion.
        """
        # The body may be older than the endpoint's refusal of its response format.
        used = Dialect(response_format=get_response_format(body))
        dialect = self.dialect.merge(used)
        return self._build_response([build_completion(completion)], dialect, requests=1)

    def _send(self, body: dict[str, Any], answers: list[Completion]) -> Completion:
        """Send a body; add the completion to the answers, and return it."""
        response = self._get_sync_client().post(**self._build_arguments(body))
        answers.append(_parse_response(response))
        return answers[-1]

    def _send_within_budget(
        self, body: dict[str, Any], answers: list[Completion]
    ) -> Completion:
        if self._budget is None:
            return self._send(body, answers)
        with self._budget.slot(body, self._settings.max_output_tokens) as slot:
            completion = self._send(body, answers)
            if completion.tokens:
                slot.usage = self._compute_usage(completion, requests=1)
        return completion

    async def _asend(self, body: dict[str, Any], answers: list[Completion]) -> None:
        if self._async is None and self._settings.engine == LOCAL:
            # Loading a model takes seconds, in which other tasks may run.
            await asyncio.to_thread(self._get_sync_client)
        response = await self._get_async_client().post(**self._build_arguments(body))
        answers.append(_parse_response(response))

    async def _asend_when_allowed(
        self, body: dict[str, Any], answers: list[Completion]
    ) -> Completion:
        if self._limiter is None:
            await self._asend(body, answers)
            return answers[-1]
        max_output_tokens = self._settings.max_output_tokens
        async with self._limiter.slot(body, max_output_tokens) as slot:
            await self._asend(body, answers)
            if answers[-1].tokens:
                slot.usage = self._compute_usage(answers[-1], requests=1)
        return answers[-1]

    def _build_arguments(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the SDK's `post` for this body.

        The SDK's typed methods are not used, because they would parse streams and
        answers.
        """
        return {
            "path": get_path(self._settings),
            "body": translate_body(body, self._settings),
            "cast_to": httpx2.Response,
        }

    def _build_response(
        self, answers: list[Completion], dialect: Dialect, requests: int
    ) -> ModelResponse:
        """Build a response from the last answer, with the usage of all."""
        completion = answers[-1]
        usage = Usage(requests=requests - len(answers))
        for answer in answers:
            usage += self._compute_usage(answer, requests=1)
        key = self._settings.api_key
        return ModelResponse(
            text=hide_key(completion.text, key),
            finish_reason=hide_key(completion.finish_reason, key),
            refusal=hide_key(completion.refusal, key),
            model=hide_key(completion.model, key) or str(self._settings.model),
            response_format=dialect.response_format,
            left_out=dialect.describe_left_out(),
            usage=usage,
            has_divided_usage=completion.tokens is None or completion.tokens.is_divided,
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
        with self._lock:
            if self._sync is None:
                self._sync = create_sdk_client(
                    openai.OpenAI,
                    self._connect(),
                    build_http_client=lambda: build_limited_client(
                        openai.DefaultHttpxClient,
                        self._settings.timeout_s,
                        trust_env=self._uses_proxies,
                    ),
                )
            return self._sync

    def _get_async_client(self) -> openai.AsyncOpenAI:
        if self._async is None:
            # An asynchronous client that fails to start warns again when it is deleted.
            # The synchronous one fails for the same reasons, without that warning.
            self._get_sync_client()
            self._async = create_sdk_client(
                openai.AsyncOpenAI,
                self._connect(),
                build_http_client=self._build_async_http_client,
            )
        return self._async

    @property
    def _uses_proxies(self) -> bool:
        # The environment's proxy must not be used for a server on this machine.
        return self._settings.engine != LOCAL

    def _connect(self) -> Settings:
        """Return the endpoint's settings; start a local server if needed."""
        if self._settings.engine != LOCAL:
            return self._settings
        if self._lease is None:
            context_tokens = self._settings.context_tokens
            self._lease = lease_server(str(self._settings.model), context_tokens)
        server = self._lease.server
        return replace(self._settings, base_url=f"{server.url}/v1", api_key=server.key)

    def _build_async_http_client(self) -> httpx2.AsyncClient:
        options: dict[str, Any] = {"trust_env": self._uses_proxies}
        if self._limiter:
            # The pool checks every idle connection before each request, so keep only a
            # few. The numbers were chosen by hand.
            keep_alive = max(16, self._limiter.max_concurrency // 4)
            options["limits"] = httpx2.Limits(
                max_connections=None, max_keepalive_connections=keep_alive
            )
        return build_limited_async_client(
            openai.DefaultAsyncHttpxClient, self._settings.timeout_s, **options
        )


def _find_window(fields: Mapping[str, Any]) -> int | None:
    """Return a model's context window, if the list of models states it."""
    nested = [value for value in fields.values() if isinstance(value, dict)]
    windows = []
    for source in (fields, *nested):
        windows += [source.get(name) for name in _WINDOW_FIELDS]
    sizes = [size for size in windows if isinstance(size, int) and size > 0]
    return next(iter(sizes), None)


def _parse_response(response: httpx2.Response) -> Completion:
    try:
        return parse_completion(response.content)
    except ErrorInAnswerError as error:
        error.headers = response.headers  # when to try again, as with any error
        raise
