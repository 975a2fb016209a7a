"""Recorded tests: cassettes of what a model's endpoint really answered, replayed with no network.

As a pytest plugin (installed with claimcheck): mark a test with `@pytest.mark.cassette("name")`, record it once with
`pytest --record=once`, and replay it for ever. Anywhere else: `with use_cassette(path): ...`.
Needs the extra `claimcheck[testing]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claimcheck.testing.cassette import CassetteMissError, use_cassette
    from claimcheck.testing.redaction import find_secrets

__all__ = ["CassetteMissError", "find_secrets", "use_cassette"]


def __getattr__(name: str) -> Any:
    if name in ("CassetteMissError", "use_cassette"):
        from claimcheck.testing import cassette

        return getattr(cassette, name)
    if name in ("find_secrets", "secrets_in"):  # the second is the name before 0.2
        from claimcheck.testing.redaction import find_secrets

        return find_secrets
    raise AttributeError(f"module 'claimcheck.testing' has no attribute {name!r}")
