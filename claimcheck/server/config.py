"""What a server is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from claimcheck.settings import Settings

MOST_MB = 20
JOBS = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A server: how it works, where it keeps runs, and what it lets in.

    `hosts`: the names that it answers to, with their port, None for any. `token`: what it asks for, None for nothing.
    `most_bytes`: of a request. `jobs`: so many at a time. `allow_private`: whether it fetches addresses that are not
    public.
    """

    settings: Settings
    store: Path
    hosts: frozenset[str] | None
    token: str | None = None
    most_bytes: int = MOST_MB * 2**20
    jobs: int = JOBS
    allow_private: bool = False
