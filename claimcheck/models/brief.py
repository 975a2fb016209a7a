"""What the user wants of a model beyond the shipped prompts.

All by value: a batch that runs on another machine, or is resumed a week later, must not
depend on files that may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Brief:
    """What the user changes about the requests to a model; hashable.

    `prompts` has the user's own templates as (name, text); a signature states their
    hashes, not their texts.
    """

    prompts: tuple[tuple[str, str], ...] = ()

    def published(self) -> dict[str, Any]:
        """Return what a run's signature states; nothing that is not set."""
        return {}


EMPTY_BRIEF = Brief()
