"""Tests that replay real answers of a model's endpoint, recorded in cassettes.

In pytest, the plugin is installed with claimcheck: mark a test with
`@pytest.mark.cassette`, record its cassette with `pytest --cassette-record=once`, and
replay it without a network from then on. Outside pytest, use `use_cassette(path)`.
Both need the extra `testing`. `assert_supported` and `assert_grounded` need nothing.
"""

from __future__ import annotations

from importlib import import_module
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


# Imported on demand: `find_secrets` works without vcrpy.
_MODULES = {
    "CassetteMissError": "cassette",
    "assert_grounded": "assertions",
    "assert_supported": "assertions",
    "find_secrets": "redaction",
    "use_cassette": "guard",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        module = import_module(f"claimcheck.testing.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'claimcheck.testing' has no attribute {name!r}")
