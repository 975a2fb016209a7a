"""What a server is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from claimcheck.settings import Settings

DEFAULT_MAX_REQUEST_MB = 20
DEFAULT_MAX_JOBS = 4


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """A server: how it works, where it keeps runs, and what it lets in.

    `hosts`: the names that it answers to, with their port, None for any. `token`: what it asks for, None for nothing.
    `most_bytes`: of a request. `jobs`: so many at a time. `allow_private`: whether it fetches addresses that are not
    public.
    """

    settings: Settings
    store: Path
    hosts: frozenset[str] | None
    token: str | None = None
    most_bytes: int = DEFAULT_MAX_REQUEST_MB * 2**20
    jobs: int = DEFAULT_MAX_JOBS
    allow_private: bool = False
