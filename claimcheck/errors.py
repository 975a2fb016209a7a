"""The errors that claimcheck raises on purpose.

ClaimcheckError                  exit code
├── InputError                   2   input that cannot be read or makes no sense
│   ├── NotFoundError            2   a run, claim, or check does not exist
│   ├── StoreError               2   an index, a cache, or a store cannot be used
│   ├── SettingsError            2   a bad flag, variable, or claimcheck.toml
│   ├── SchemaError              2   a broken schema, or a file that violates one
│   └── UnstorableError          2   a value that SQLite cannot store
├── WorkerError                  2   a worker process cannot be started
├── Interrupted                130   Ctrl-C, with finished work stored
└── ProviderError                3   the model's endpoint failed
    ├── AuthenticationError          the key is missing, wrong, or lacks access (final)
    ├── UnknownModelError            the endpoint has no such model (final)
    ├── BudgetError                  the budget is spent; nothing more is sent (final)
    ├── AccountError                 the account has no credit left (final)
    ├── RetryLaterError              a rate limit that lasts long (final)
    ├── SetupError                   this machine's proxy, certificates, or key (final)
    ├── UnreachableError             no connection to the endpoint
    │   └── NoAnswerError            it accepted the request, but did not answer
    ├── ContextWindowError           the request exceeds the model's context window
    ├── FilteredError                a content filter refused the text of the request
    └── EndpointError                any other refusal, in the endpoint's words

A message says what happened, where, and what to do. It never contains a key.

An answer that cannot be used (refused, truncated, filtered, invalid) is not an
exception, but a `Failure` in the run. So is a request without an answer if other
requests have one, unless the error is final.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any


def join_problems(problems: Iterable[object], limit: int = 5) -> str:
    """Join the first problems, and say how many more exist."""
    texts = [str(problem) for problem in problems]
    more = [f"and {len(texts) - limit} more"] if len(texts) > limit else []
    return "; ".join(texts[:limit] + more)


class ClaimcheckError(Exception):
    """The base of all errors; `exit_code` is that of the command line."""

    exit_code = 2


class InputError(ClaimcheckError):
    """Input cannot be read or makes no sense; nothing was written."""


class NotFoundError(InputError):
    """The store does not have the run, claim, or check that was named."""


class StoreError(InputError):
    """An index, a cache, or a store cannot be used; it was not changed."""


class SettingsError(InputError):
    """A flag, a variable, or `claimcheck.toml` has a bad value.

    Each of the `problems` of a setting begins with its name.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems

    def rename(self, get_name: Callable[[str], str]) -> SettingsError:
        """Return the error with settings named as the user named them."""
        renamed = []
        for problem in self.problems:
            name, _, rest = problem.partition(" ")
            renamed.append(f"{get_name(name)} {rest}")
        return SettingsError(*renamed)


@contextmanager
def translate_os_errors(
    source: object, done: str = "read", kind: type[InputError] = InputError
) -> Iterator[None]:
    """Say what failed: "notes.txt: can't be read: Permission denied"."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise kind(f"{source}: can't be {done}: {reason}") from None


class SchemaError(InputError):
    """A JSON Schema is broken, or a document does not follow it."""


class UnstorableError(InputError):
    """A text has half of a surrogate pair, or a number exceeds 64 bits."""


class WorkerError(ClaimcheckError):
    """A worker process cannot be started."""


class Interrupted(ClaimcheckError):
    """Ctrl-C or another signal stopped the work; finished work is stored."""

    def __init__(self, message: str, signal_number: int = signal.SIGINT) -> None:
        super().__init__(message)
        # Shells report a process that a signal ended in this way.
        self.exit_code = 128 + signal_number


class ProviderError(ClaimcheckError):
    """The model's endpoint failed.

    `requests` is the number of requests that were sent. `final` means that any other
    request would fail in the same way. If it was the check of a run that failed, `run`
    is the run without the check.
    """

    exit_code = 3
    final = False

    def __init__(self, message: str, requests: int = 0) -> None:
        super().__init__(message)
        self.requests = requests
        self.run: Any = None  # a Run, which errors know nothing about


class AuthenticationError(ProviderError):
    """The endpoint refused the key (HTTP 401 or 403), or no key was given."""

    final = True


class UnknownModelError(ProviderError):
    """The endpoint has no such model (HTTP 404), or no model was named."""

    final = True


class BudgetError(ProviderError):
    """The budget does not cover another request; none was sent."""

    final = True


class AccountError(ProviderError):
    """The account has no credit left (HTTP 402, `insufficient_quota`)."""

    final = True


class RetryLaterError(ProviderError):
    """The endpoint accepts no requests for longer than a command waits.

    `retry_at` is when it accepts them again; None if it did not say.
    """

    final = True

    def __init__(
        self, message: str, requests: int = 0, *, retry_at: datetime | None = None
    ) -> None:
        super().__init__(message, requests)
        self.retry_at = retry_at


class SetupError(ProviderError):
    """This machine's proxy, certificates, or key keep it from the endpoint."""

    final = True


class UnreachableError(ProviderError):
    """Every attempt to connect to the endpoint failed."""


class NoAnswerError(UnreachableError):
    """The endpoint accepted a request but did not answer in time or at all."""


class ContextWindowError(ProviderError):
    """The request does not fit the model's context window."""


class FilteredError(ProviderError):
    """A content filter of the endpoint refused the text of the request."""


class EndpointError(ProviderError):
    """The endpoint answered with an error that no other class covers."""
