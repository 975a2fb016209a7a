"""What a run can be told; where the values come from is `claimcheck.config`'s business."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from claimcheck.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: read, read from the endpoint's cache, and written."""

    input: float
    output: float
    cached: float | None = None

    def cost_usd(
        self, input_tokens: int, cached_tokens: int, output_tokens: int
    ) -> float:
        """The cost of a request; the cached tokens are part of those read."""
        cached = self.input if self.cached is None else self.cached
        fresh = input_tokens - cached_tokens
        return (
            fresh * self.input + cached_tokens * cached + output_tokens * self.output
        ) / 1e6


@dataclass(frozen=True, slots=True)
class Limits:
    """`concurrency`: requests at a time. The others are None where nothing limits.

    `rpm` and `tpm`: requests and tokens in any minute. `budget_usd` and `budget_tokens`: spent on all requests together,
    tokens read and written alike.
    """

    concurrency: int = 16
    rpm: int | None = None
    tpm: int | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None

    def __post_init__(self) -> None:
        problems = [
            f"{name} is {value!r}; give a number above 0"
            for name in ("concurrency", "rpm", "tpm", "budget_usd", "budget_tokens")
            if (value := getattr(self, name)) is not None and not value > 0
        ]
        if problems:
            raise SettingsError("; ".join(problems))

    @property
    def has_budget(self) -> bool:
        """Whether there is an end to what may be spent."""
        return self.budget_usd is not None or self.budget_tokens is not None


ENGINES = ("auto", "llm", "extractive")
CHECK_ONLY_SETTINGS = ("top_k", "votes")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    `engine`: `auto` takes `llm` where a model or an endpoint is named and `extractive` otherwise.
    `max_claims`: of a passage; a document of at most `passage_tokens` tokens is one. Longer ones are read in several.
    `attempts`: how often one request is tried when the endpoint fails (429, 5xx, lost connections).
    `context_tokens`: the model's window; a request that does not fit is refused before it is sent.
    `max_output_tokens`: None leaves the limit to the endpoint.
    `top_k`: at most so many passages are shown to a model with a claim that it checks. `votes`: it is asked so often,
    and the majority counts. `cache`: answers are kept for the next time and taken from there. `prices`: of models, by
    name, where they are not the published ones. `publisher_name` and `publisher_url` stand in ClaimReview as the author of the review.
    """

    engine: str = "auto"
    model: str | None = None
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    max_claims: int = 30
    passage_tokens: int = 6_000
    attempts: int = 4
    temperature: float | None = 0.0
    seed: int | None = None
    timeout_s: float = 600.0
    context_tokens: int = 128_000
    max_output_tokens: int | None = None
    top_k: int = 8
    votes: int = 1
    cache: bool = False
    prices: Mapping[str, Price] = field(default_factory=dict)
    publisher_name: str | None = None
    publisher_url: str | None = None

    def __post_init__(self) -> None:
        problems = [
            problem
            for ok, problem in (
                (
                    self.engine in ENGINES,
                    f"engine {self.engine!r} is unknown; choose one of {', '.join(ENGINES)}",
                ),
                (
                    _is_integer_between(self.max_claims, 1, 200),
                    f"max_claims is {self.max_claims!r}; give a whole number from 1 to 200",
                ),
                (
                    _is_integer_between(self.passage_tokens, 100, 10**7),
                    f"passage_tokens is {self.passage_tokens!r}; give a whole number from 100",
                ),
                (
                    _is_integer_between(self.attempts, 1, 20),
                    f"attempts is {self.attempts!r}; give a whole number from 1 to 20",
                ),
                (
                    self.temperature is None
                    or _is_number_between(self.temperature, 0, 2),
                    f"temperature is {self.temperature!r}; give a number from 0 to 2",
                ),
                (
                    self.seed is None or _is_integer_between(self.seed, 0, 2**63),
                    f"seed is {self.seed!r}; give a whole number from 0",
                ),
                (
                    _is_number_between(self.timeout_s, 0.01, 86_400),
                    f"timeout_s is {self.timeout_s!r}; give seconds up to 86400",
                ),
                (
                    _is_integer_between(self.context_tokens, 256, 10**8),
                    f"context_tokens is {self.context_tokens!r}; give at least 256",
                ),
                (
                    self.max_output_tokens is None
                    or _is_integer_between(self.max_output_tokens, 1, 10**8),
                    f"max_output_tokens is {self.max_output_tokens!r}; give a whole number from 1",
                ),
                (
                    _is_integer_between(self.top_k, 1, 50),
                    f"top_k is {self.top_k!r}; give a whole number from 1 to 50",
                ),
                (
                    _is_integer_between(self.votes, 1, 25),
                    f"votes is {self.votes!r}; give a whole number from 1 to 25",
                ),
                (
                    self.publisher_url is None
                    or str(self.publisher_url).startswith(("http://", "https://")),
                    f"publisher_url {self.publisher_url!r} is no http(s) URL; it looks like https://example.org",
                ),
                (
                    self.base_url is None
                    or str(self.base_url).startswith(("http://", "https://")),
                    f"base_url {self.base_url!r} is no http(s) URL; it looks like http://localhost:8080/v1",
                ),
            )
            if not ok
        ]
        if problems:
            raise SettingsError("; ".join(problems))

    def chosen_engine(self) -> str:
        """The engine that runs: `auto` resolved."""
        if self.engine != "auto":
            return self.engine
        return "llm" if self.model or self.base_url else "extractive"

    def endpoint(self) -> str:
        """The endpoint as messages may show it: without a user's name, password or query in its URL."""
        if self.base_url is None:
            return "api.openai.com"
        scheme, _, rest = self.base_url.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"

    def published(self) -> dict[str, Any]:
        """What a signature may state: everything but the key, the endpoint's address and what it states apart.

        What only a check goes by (`CHECK_ONLY`) and who publishes it is left out too.
        """
        hidden = {
            "api_key",
            "base_url",
            "seed",
            "model",
            "engine",
            "cache",
            "prices",
            "publisher_name",
            "publisher_url",
            *CHECK_ONLY_SETTINGS,
        }
        return {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if item.name not in hidden
        }


def _is_integer_between(value: object, low: int, high: int) -> bool:
    return (
        isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    )


def _is_number_between(value: object, low: float, high: float) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and low <= value <= high
    )
