"""Tests that replay real answers of a model's endpoint, recorded in cassettes.

In pytest the plugin is installed with claimcheck: mark a test with
`@pytest.mark.cassette`, record its cassette with `pytest --cassette-record=once`, and
replay it with no network ever after. Outside pytest: `with use_cassette(path): ...`.
Both need the extra `testing`. `assert_supported` and `assert_grounded` need nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claimcheck.testing.assertions import assert_grounded, assert_supported
    from claimcheck.testing.cassette import CassetteMissError
    from claimcheck.testing.guard import use_cassette
    from claimcheck.testing.redaction import find_secrets

__all__ = [
    "CassetteMissError",
    "assert_grounded",
    "assert_supported",
    "find_secrets",
    "use_cassette",
]


def __getattr__(name: str) -> Any:
    # On demand: `find_secrets` works without vcrpy.
    if name in ("CassetteMissError", "use_cassette"):
        from claimcheck.testing import guard

        return getattr(guard, name)
    if name in ("assert_grounded", "assert_supported"):
        from claimcheck.testing import assertions

        return getattr(assertions, name)
    if name == "find_secrets":
        from claimcheck.testing.redaction import find_secrets

        return find_secrets
    raise AttributeError(f"module 'claimcheck.testing' has no attribute {name!r}")
