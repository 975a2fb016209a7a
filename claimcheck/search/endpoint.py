"""Send requests to a search provider, with retries, limits, and clear errors.

The endpoint is the user's choice and may be on this machine. Its responses are text
from strangers, and are cleaned before anything else sees them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import tenacity

from claimcheck.errors import (
    AccountError,
    AuthenticationError,
    BudgetError,
    EndpointError,
    ProviderError,
    RetryLaterError,
    SettingsError,
    UnreachableError,
)
from claimcheck.llm.error_body import put_on_one_line, redact_keys
from claimcheck.llm.limited_client import build_limited_client
from claimcheck.llm.retry_after import (
    MAX_RETRY_AFTER_S,
    is_transient_status,
    parse_retry_after_s,
)
from claimcheck.models.search_log import Hit
from claimcheck.readers.content import clean_metadata
from claimcheck.version import __version__

TIMEOUT_S = 30.0
_ATTEMPTS = 4
_BACKOFF = tenacity.wait_exponential(multiplier=0.5, max=8.0)
# Providers return far less; a hostile one could fill the report.
_MAX_TITLE_CHARACTERS = 300
_MAX_SNIPPET_CHARACTERS = 2_000
_MAX_URL_CHARACTERS = 2_000
_MAX_QUOTED_BODY = 200


class _RefusedError(Exception):
    """An answer with an error status."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.retry_after_s = parse_retry_after_s(response.headers)
        self.body = clean_text(response.text, _MAX_QUOTED_BODY)

    @property
    def is_transient(self) -> bool:
        return is_transient_status(self.status)

    @property
    def asks_for_too_long(self) -> bool:
        return (self.retry_after_s or 0) > MAX_RETRY_AFTER_S


class Endpoint:
    """Sends the requests of one provider; any number of threads may share it.

    `parameters` are those of the address, for providers that take some. `requests` is
    the number of requests sent, and `max_requests` its maximum. The key is never part
    of an error.
    """

    def __init__(
        self,
        name: str,
        url: str,
        key: str | None = None,
        requests_per_minute: int = 600,
        max_requests: int | None = None,
    ) -> None:
        self.name = name
        self.key = key
        self.requests = 0
        parts = urlsplit(url)
        login, _, host = parts.netloc.rpartition("@")
        # Addresses are stored and printed; a password is neither.
        self.url = parts._replace(netloc=host, query="").geturl().rstrip("/")
        self.parameters = dict(parse_qsl(parts.query))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"{name}: {self.url!r} is not an http or https URL")
        self.origin = f"{parts.scheme}://{host}"
        user, _, password = map(unquote, login.partition(":"))
        self._interval_s = 60 / requests_per_minute
        self._max_requests = max_requests
        self._lock = threading.Lock()
        self._next_turn = 0.0
        self._client = build_limited_client(
            httpx2.Client,
            TIMEOUT_S,
            headers={"user-agent": f"claimcheck/{__version__}"},
            auth=(user, password) if login else None,
            timeout=TIMEOUT_S,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get_json(
        self,
        path: str = "",
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON value of a GET request.

        Raises:
            ProviderError: the endpoint does not answer, or not with JSON.
        """
        return self._parse_json(self.get_text(path, parameters, headers))

    def post_json(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return the JSON value of a POST request with a JSON body.

        Raises:
            ProviderError: the endpoint does not answer, or not with JSON.
        """
        request = self._client.build_request(
            "POST", self.url + path, json=body, headers=headers
        )
        return self._parse_json(self._send(request))

    def get_text(
        self,
        path: str = "",
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Return the text of a GET request.

        Raises:
            ProviderError: the endpoint does not answer.
        """
        parameters = {
            name: value
            for name, value in (parameters or {}).items()
            if value is not None
        }
        request = self._client.build_request(
            "GET", self.url + path, params=parameters, headers=headers
        )
        return self._send(request)

    def build_error(self, problem: str) -> EndpointError:
        """Build an error about an unusable answer."""
        problem = redact_keys(problem, self.key)
        return EndpointError(f"{self.name}: {self.origin} {problem}")

    def get_list(self, answer: Any, *path: str) -> list[Any]:
        """Return the list at a path of an answer; empty if it is missing.

        Raises:
            EndpointError: the answer is not an object, or lacks the list.
        """
        value = answer
        for name in path:
            if not isinstance(value, dict):
                raise self.build_error(f"answered without {'.'.join(path)}")
            value = value.get(name, {} if name != path[-1] else [])
        if not isinstance(value, list):
            raise self.build_error(f"answered without {'.'.join(path)}")
        return value

    def _parse_json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            start = clean_text(text, 60) or "nothing"
            raise self.build_error(
                f"answered with something that is not JSON ({start!r}); check the URL"
            ) from None

    def _send(self, request: httpx2.Request) -> str:
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=_wait,
            retry=tenacity.retry_if_exception(_is_transient),
            reraise=True,
        )
        try:
            return retrying(self._send_once, request)
        except _RefusedError as error:
            raise self._explain_refusal(error) from None
        except httpx2.TimeoutException:
            raise UnreachableError(
                f"{self.name}: {self.origin} did not answer within {TIMEOUT_S:.0f} s",
                _ATTEMPTS,
            ) from None
        except httpx2.HTTPError as error:
            raise UnreachableError(
                f"{self.name}: {self.origin} can't be reached "
                f"({error or type(error).__name__}); check the URL, and that the "
                "service is running",
                _ATTEMPTS,
            ) from None

    def _send_once(self, request: httpx2.Request) -> str:
        self._wait_for_turn()
        # Redirects are not followed, because they would send the key somewhere else.
        response = self._client.send(request, follow_redirects=False)
        if response.is_redirect:
            target = clean_text(response.headers.get("location", ""), 200)
            raise self.build_error(f"redirects to {target!r}; use the final address")
        if response.status_code >= 400:
            raise _RefusedError(response)
        return response.text

    def _wait_for_turn(self) -> None:
        """Wait until the rate allows another request."""
        with self._lock:
            if self.requests == self._max_requests:
                raise BudgetError(
                    f"{self.name}: the maximum number of requests ({self.requests}) is "
                    "reached; raise --max-searches (in Python: "
                    "SearchSettings(max_requests=...)) to continue"
                )
            self.requests += 1
            now = time.monotonic()
            turn = max(now, self._next_turn)
            self._next_turn = turn + self._interval_s
        time.sleep(turn - now)

    def _explain_refusal(self, error: _RefusedError) -> ProviderError:
        prefix = f"{self.name}: {self.origin}"
        # Some endpoints repeat the key, or a piece of it, in their message.
        words = redact_keys(error.body, self.key)
        detail = f"HTTP {error.status}" + (f": {words}" if words else "")
        if error.status in (401, 403):
            advice = "check the key" if self.key else "check its settings"
            return AuthenticationError(
                f"{prefix} refused the request ({detail}); {advice}"
            )
        if error.status == 402:
            return AccountError(f"{prefix}: the account has no credit ({detail})")
        if error.status == 429:
            return RetryLaterError(f"{prefix} accepts no more requests now ({detail})")
        return EndpointError(f"{prefix} answered with an error ({detail})")


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, _RefusedError):
        return error.is_transient and not error.asks_for_too_long
    return isinstance(error, httpx2.TransportError)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _RefusedError) and error.retry_after_s is not None:
        return error.retry_after_s
    return _BACKOFF(state)


def clean_text(value: object, limit: int) -> str:
    """Return a stranger's text on one line, without control characters."""
    return put_on_one_line(str(value or "")[: 10 * limit])[:limit]


def collect_hits(rows: object, build: Any, limit: int) -> list[Hit]:
    """Return the usable results of a list that a provider sent.

    `build` turns a row, a dict, into a hit. An unusable row, or one with an address
    that can't be fetched, is skipped.
    """
    hits: dict[str, Hit] = {}
    for row in rows if isinstance(rows, Iterable) else ():
        if not isinstance(row, dict):
            continue
        hit = clean_hit(build(row))
        if hit is not None:
            hits.setdefault(hit.url, hit)
    return list(hits.values())[:limit]


def clean_hit(hit: Hit) -> Hit | None:
    """Return a hit that is safe to print; None without an address."""
    url = hit.url
    if not isinstance(url, str) or len(url) > _MAX_URL_CHARACTERS:
        return None
    if not url.isprintable() or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
        has_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    # An address with a password may be a trap, and would be stored.
    if not has_address or "@" in parts.netloc:
        return None
    title = clean_metadata(clean_text(hit.title, _MAX_TITLE_CHARACTERS))
    snippet = clean_text(hit.snippet, _MAX_SNIPPET_CHARACTERS) or None
    return replace(hit, url=url, title=title, snippet=snippet)


def parse_day(value: object) -> date | None:
    """Parse the day in the date formats of providers; None for anything else.

    They write "2024-05-01T10:00:00", "Wed, 01 May 2024 10:00:00 GMT" (RFC 5322), or
    "May 1, 2024".
    """
    text = str(value)
    for parse in (_parse_iso_day, _parse_mail_day, _parse_american_day):
        try:
            return parse(text)
        except (ValueError, TypeError):
            continue
    return None


def _parse_iso_day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _parse_mail_day(text: str) -> date:
    return parsedate_to_datetime(text).date()


def _parse_american_day(text: str) -> date:
    return datetime.strptime(text, "%b %d, %Y").date()
