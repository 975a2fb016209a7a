"""The settings of a run. `load.py` reads them.

docs/architecture.md lists what else a new setting needs.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeGuard

from claimcheck.arguments import require_kind
from claimcheck.errors import SettingsError
from claimcheck.json_lines import find_half_pair
from claimcheck.models.brief import EMPTY_BRIEF, Brief

# The value of an optional setting that must not be sent. TOML has no null.
UNSET = "unset"
LOCAL = "local"
# The window of GPT-4o and of many later models; an endpoint that has less refuses the
# request, and the message names the setting.
DEFAULT_CONTEXT_TOKENS = 128_000
# llama.cpp reserves memory for the entire window: half a gigabyte to two gigabytes.
LOCAL_CONTEXT_TOKENS = 16_384
ENGINES = ("auto", "llm", LOCAL, "extractive")
CHECKERS = ("model", "rules")
EXTRACTIONS = ("single", "staged")
CHAT = "chat"
RESPONSES = "responses"
APIS = (CHAT, RESPONSES)
# OpenAI's values; each model accepts some of them.
REASONING_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
# A run without a check does not depend on these, so its signature leaves them out.
CHECK_ONLY_SETTINGS = ("top_k", "votes", "claims_per_check")
# These are secret, private addresses, stated elsewhere in the signature, or without
# influence on a run's contents.
_NOT_IN_SIGNATURE = frozenset(
    {
        "api",  # added if it is not the default, see `optional_published`
        "api_key",
        "base_url",
        "brief",  # adds what is set in it, see `Settings.published`
        "cache",
        "check_with",  # a check states it if it is not the default
        "engine",
        "model",
        "prices",
        "publisher_name",
        "publisher_url",
        "reasoning_effort",  # as `api`
        "repeat",  # as `api`
        "seed",
        "verifier",
        *CHECK_ONLY_SETTINGS,
    }
)


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether this is a number; True and False are not."""
    # bool is an int to Python; `max_claims = true` is a mistake.
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a setting accepts, `low` and `high` included."""

    low: float
    high: float
    advice: str
    is_integer: bool = True
    is_optional: bool = False

    def accepts(self, value: object) -> bool:
        """Return whether a value is in the range, or None if allowed."""
        if value is None:
            return self.is_optional
        if not is_number(value) or (self.is_integer and not isinstance(value, int)):
            return False
        return math.isfinite(value) and self.low <= value <= self.high


# The upper bounds catch typing errors; no endpoint needs more.
RANGES = {
    "max_claims": Range(1, 10_000, "give a whole number from 1 to 10000"),
    "max_claims_per_passage": Range(1, 200, "give a whole number from 1 to 200"),
    "passage_tokens": Range(100, 10**7, "give a whole number from 100"),
    "attempts": Range(1, 20, "give a whole number from 1 to 20"),
    "temperature": Range(
        0,
        2,
        "give a number from 0 to 2, or unset (None in Python)",
        is_integer=False,
        is_optional=True,
    ),
    "seed": Range(0, 2**63, "give a whole number from 0", is_optional=True),
    "timeout_s": Range(0.01, 86_400, "give seconds up to 86400", is_integer=False),
    "context_tokens": Range(256, 10**8, "give at least 256"),
    "max_output_tokens": Range(
        1, 10**8, "give a whole number from 1", is_optional=True
    ),
    "top_k": Range(1, 50, "give a whole number from 1 to 50"),
    "votes": Range(1, 25, "give a whole number from 1 to 25"),
    "repeat": Range(1, 25, "give a whole number from 1 to 25"),
    "claims_per_check": Range(1, 50, "give a whole number from 1 to 50"),
}
_TEXTS = ("model", "base_url", "verifier", "publisher_name", "publisher_url")
_CHOICES: Mapping[str, tuple[str | None, ...]] = {
    "engine": ENGINES,
    "api": APIS,
    "reasoning_effort": (None, *REASONING_EFFORTS),
    "check_with": CHECKERS,
    "extraction": EXTRACTIONS,
}
_HTTP_URL = re.compile(r"https?://[^/?#\s]")  # at least the start of a host
# A strict pattern instead of a parser: URL parsers disagree about backslashes, user
# names, and short forms of addresses. A URL that does not match just needs approval.
_PLAIN_URL = re.compile(
    r"""
    https?://
    (?: ([a-z0-9.]+) | \[ ([0-9a-f:.]+) \] )
    (?: :[0-9]+ )?
    (?: /[\w./~-]* )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_URL_EXAMPLES = {
    "base_url": "http://localhost:8080/v1",
    "publisher_url": "https://example.org",
}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens of input, output, and cached input."""

    input: float
    output: float
    cached: float | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            price = getattr(self, item.name)
            if price is None and item.name == "cached":
                continue
            if not is_number(price) or not price >= 0:  # as NaN is not
                raise SettingsError(
                    f"{item.name} is {price!r}; give US dollars per million tokens"
                )

    def cost_usd(
        self, input_tokens: int, cached_tokens: int, output_tokens: int
    ) -> float:
        """Return the cost of a request; input includes cached tokens."""
        cached_price = self.input if self.cached is None else self.cached
        fresh_tokens = input_tokens - cached_tokens
        total = (
            fresh_tokens * self.input
            + cached_tokens * cached_price
            + output_tokens * self.output
        )
        return total / 1e6


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast requests may be sent, and what they may cost.

    None is unlimited. `concurrency` is the maximum number of concurrent requests.
    `rpm` and `tpm` are requests and tokens in any minute. `budget_usd` and
    `budget_tokens` (input and output) cover all requests together.
    """

    concurrency: int = 16
    rpm: int | None = None
    tpm: int | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None

    def __post_init__(self) -> None:
        problems = []
        for item in fields(self):
            value = getattr(self, item.name)
            if value is None and item.name != "concurrency":
                continue
            # Infinity would pass as a rate, and then wait forever for its window.
            if not is_number(value) or not 0 < value < math.inf:
                problems.append(f"{item.name} is {value!r}; give a number above 0")
        if problems:
            raise SettingsError(*problems)

    @property
    def has_budget(self) -> bool:
        """Return whether spending is limited."""
        return self.budget_usd is not None or self.budget_tokens is not None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    Attributes:
        engine: `auto` is `llm` if a model or an endpoint is named, else `extractive`;
            `local` is `llm` with a model file on this machine, which llama.cpp runs.
        model: the name of the model; with `local`, of its file.
        base_url: the endpoint, or None for OpenAI's. Not used with `local`.
        api: "chat" for chat completions, "responses" for OpenAI's Responses API.
        api_key: the key of the endpoint. Not used with `local`.
        max_claims: the maximum number of claims of a document.
        max_claims_per_passage: that of one answer of a model.
        extraction: "staged" asks a model for claims first, and then for a summary of
            them, even if the document is short.
        passage_tokens: longer documents are read in several passages.
        attempts: how often a request is tried when the endpoint fails (429, 5xx, a
            lost connection).
        temperature: not sent if it is None ("unset" in a file or a flag, which have
            no None); so are `seed` and `max_output_tokens`.
        seed: makes the sampling of some endpoints repeatable.
        timeout_s: how long to wait for an answer; a streamed one may take longer.
        context_tokens: the model's window; a request that does not fit is not sent.
        max_output_tokens: the maximum length of an answer.
        reasoning_effort: how much a model thinks first; None leaves it to the model.
        top_k: the maximum number of passages shown to a model that checks a claim.
        votes: how often it is asked; the majority counts.
        claims_per_check: the maximum number of claims in one request that checks
            them, if the documents are short.
        verifier: the judge of passages without a model: "lexical", a folder, or the
            name of a model on a hub; None is the one that comes with claimcheck if
            the extra `nli` is installed, else "lexical".
        cache: keep answers for later commands.
        prices: those of models, by name, if the published ones are missing or do not
            apply.
        publisher_name: the author of ClaimReview markup.
        publisher_url: the author's page.
        check_with: "rules" checks a model's summary without the model.
        repeat: how often a model runs, to see which claims are stable.
        brief: the user's changes to requests.
    """

    engine: str = "auto"
    model: str | None = None
    base_url: str | None = None
    api: str = CHAT
    api_key: str | None = field(default=None, repr=False)
    max_claims: int = 30
    max_claims_per_passage: int = 60
    extraction: str = "single"
    passage_tokens: int = 6_000
    attempts: int = 4
    temperature: float | None = 0.0
    seed: int | None = None
    timeout_s: float = 600.0
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    max_output_tokens: int | None = None
    reasoning_effort: str | None = None
    top_k: int = 8
    votes: int = 1
    claims_per_check: int = 10
    verifier: str | None = None
    cache: bool = False
    prices: Mapping[str, Price] = field(default_factory=dict, hash=False)
    publisher_name: str | None = None
    publisher_url: str | None = None
    check_with: str = "model"
    repeat: int = 1
    brief: Brief = EMPTY_BRIEF

    def __post_init__(self) -> None:
        require_kind(self.brief, Brief, "brief", "what claimcheck.read_brief returns")
        if self.engine == LOCAL and self.context_tokens == DEFAULT_CONTEXT_TOKENS:
            object.__setattr__(self, "context_tokens", LOCAL_CONTEXT_TOKENS)
        problems = self._find_problems()
        if problems:
            raise SettingsError(*problems)

    def _find_problems(self) -> list[str]:
        return [
            *self._find_unknown_choices(),
            *self._find_values_out_of_range(),
            *self._find_invalid_texts(),
            *self._find_invalid_urls(),
            *self._find_wrong_types(),
        ]

    def _find_unknown_choices(self) -> Iterator[str]:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                listed = ", ".join(filter(None, choices))
                yield f"{name} {value!r} is unknown; choose from {listed}"

    def _find_values_out_of_range(self) -> Iterator[str]:
        for name, accepted in RANGES.items():
            value = getattr(self, name)
            if not accepted.accepts(value):
                yield f"{name} is {value!r}; {accepted.advice}"

    def _find_invalid_texts(self) -> Iterator[str]:
        for name in _TEXTS:
            text = getattr(self, name)
            if not isinstance(text, str | None):
                yield f"{name} is {text!r}; give a string"
            # A terminal may pass any bytes, and a JSON file half of a surrogate pair.
            elif text is not None and find_half_pair(text) >= 0:
                yield f"{name} {text!r} is not valid UTF-8"

    def _find_invalid_urls(self) -> Iterator[str]:
        for name, example in _URL_EXAMPLES.items():
            url = getattr(self, name)
            if isinstance(url, str) and not _HTTP_URL.match(url):
                yield f"{name} {url!r} is not an http(s) URL such as {example}"

    def _find_wrong_types(self) -> Iterator[str]:
        # The value of a key must not be in a message.
        if not isinstance(self.api_key, str | None):
            yield f"api_key is of type {type(self.api_key).__name__}; give a string"
        if not isinstance(self.cache, bool):
            yield f"cache is {self.cache!r}; give True or False"
        prices = self.prices.values() if isinstance(self.prices, Mapping) else [None]
        if not all(isinstance(price, Price) for price in prices):
            yield f"prices is {self.prices!r}; give a dict of claimcheck.Price by model"

    def chosen_engine(self) -> str:
        """Return the engine that runs: `auto` resolved."""
        if self.engine == LOCAL:
            return "llm"
        if self.engine != "auto":
            return self.engine
        return "llm" if self.model or self.base_url else "extractive"

    def checks_with_model(self, engine: str) -> bool:
        """Return whether a model decides the verdicts of an engine's runs."""
        return engine == "llm" and self.check_with == "model"

    def endpoint(self) -> str:
        """Return the endpoint without credentials or query, or "local"."""
        if self.engine == LOCAL:
            return LOCAL
        if self.base_url is None:
            return "api.openai.com"
        scheme, _, rest = self.base_url.partition("://")
        host, slash, path = rest.partition("/")
        host_without_credentials = host.rpartition("@")[2]
        path_without_query = path.partition("?")[0]
        return f"{scheme}://{host_without_credentials}{slash}{path_without_query}"

    def published(self) -> dict[str, Any]:
        """Return the settings that a run's signature states.

        They never include the key or the endpoint's address. The model and the seed
        have their own fields, and a check adds `CHECK_ONLY_SETTINGS`.
        """
        published = {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if item.name not in _NOT_IN_SIGNATURE
        }
        return published | self.optional_published() | self.brief.published()

    def optional_published(self) -> dict[str, Any]:
        """Return the settings that older runs do not have, if they are set."""
        optional: dict[str, Any] = {}
        if self.api != CHAT:
            optional["api"] = self.api
        if self.reasoning_effort is not None:
            optional["reasoning_effort"] = self.reasoning_effort
        if self.repeat != 1:
            optional["repeat"] = self.repeat
        return optional


def is_loopback_host(host: str) -> bool:
    """Return whether a name or address always means this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Return whether a URL clearly leads to this machine."""
    match = _PLAIN_URL.fullmatch(url)
    return match is not None and is_loopback_host(match[1] or match[2])
