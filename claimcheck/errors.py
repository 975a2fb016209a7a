"""Every error that claimcheck raises on purpose.

ClaimcheckError                  exit code
├── InputError                   2   what was given can't be read or makes no sense
│   ├── NotFoundError            2   what is named is not there
│   ├── StoreError               2   a file that claimcheck keeps is full, locked, damaged or of another kind
│   ├── SettingsError            2   a flag, variable or claimcheck.toml is wrong
│   └── SchemaError              2   a schema or a file to validate is broken
├── WorkerError                  2   a process of its own can't be started
├── Interrupted                130   by Ctrl-C, with work stored
└── ProviderError                3   the model's endpoint did not do its part
    ├── AuthenticationError          the key is missing, wrong or not allowed (final)
    ├── UnknownModelError            the endpoint has no such model (final)
    ├── BudgetError                  the budget is spent: nothing more is sent (final)
    ├── UnreachableError             no connection, or none that lasted
    ├── ContextWindowError           the document does not fit the model's window
    └── EndpointError                any other refusal: what the endpoint said

A message says what happened, where, and what to do. It never holds a key.
An answer that can't be used (refused, truncated, filtered, invalid) is no
exception: it is a `Failure` in the run; so is a request without an answer
beside others that have one, unless the error is final.
"""

from __future__ import annotations


class ClaimcheckError(Exception):
    """Any error that claimcheck raises on purpose; `exit_code` is what the command line returns."""

    exit_code = 2


class InputError(ClaimcheckError):
    """What the user gave can't be read or makes no sense; nothing was written."""


class NotFoundError(InputError):
    """What was named is not in the store."""


class StoreError(InputError):
    """A file that claimcheck keeps (an index, a cache, a store of runs) can't be used; what is in it is untouched."""


class SettingsError(InputError):
    """A flag, an environment variable or `claimcheck.toml` holds something unusable."""


class SchemaError(InputError):
    """A JSON Schema, or a document that has to follow one, is broken."""


class WorkerError(ClaimcheckError):
    """A process that claimcheck needs for its work can't be started."""


class Interrupted(ClaimcheckError):
    """Ctrl-C ended the work; what was finished is stored, and the message says how to go on."""

    exit_code = 130


class ProviderError(ClaimcheckError):
    """The model's endpoint did not do its part.

    `requests`: how many were sent. `final`: whether every other request would end the same.
    """

    exit_code = 3
    final = False

    def __init__(self, message: str, requests: int = 0) -> None:
        super().__init__(message)
        self.requests = requests


class AuthenticationError(ProviderError):
    """The endpoint refused the key (HTTP 401 or 403), or none was given."""

    final = True


class UnknownModelError(ProviderError):
    """The endpoint has no model of that name (HTTP 404), or none was named."""

    final = True


class BudgetError(ProviderError):
    """The budget does not cover another request; none was sent."""

    final = True


class UnreachableError(ProviderError):
    """No connection to the endpoint could be made, or every attempt at one was lost."""


class ContextWindowError(ProviderError):
    """The request does not fit the model's context window."""


class EndpointError(ProviderError):
    """The endpoint answered with an error that has no class of its own."""
