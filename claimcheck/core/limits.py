"""How fast requests may be sent, and what they may cost altogether."""

from __future__ import annotations

from dataclasses import dataclass

from claimcheck.errors import SettingsError


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


@dataclass(slots=True)
class Spent:
    """What was spent so far, and is counted up; `usd` leaves out what has no known price."""

    usd: float = 0.0
    tokens: int = 0
