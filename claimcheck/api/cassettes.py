"""What is in a folder of cassettes, and what somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.errors import InputError
from claimcheck.testing.redaction import find_secrets
from claimcheck.testing.serializer import deserialize, list_models


@dataclass(frozen=True, slots=True)
class CassetteSummary:
    """What one cassette contains.

    `items` are the tests that play it; files of older versions do not list them.
    `unused` is the number of answers that no test plays any more. `problems` are
    findings in plain English.
    """

    path: str
    answers: int = 0
    items: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    unused: int = 0
    problems: tuple[str, ...] = ()


def summarize_cassettes(folder: Path) -> tuple[CassetteSummary, ...]:
    """Return a summary of each cassette in a folder, sorted by path.

    Raises:
        InputError: the folder does not exist.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    return tuple(_summarize(path, folder) for path in sorted(folder.rglob("*.json")))


def _summarize(path: Path, folder: Path) -> CassetteSummary:
    name = path.relative_to(folder).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        entries: list[dict[str, Any]] = deserialize(text)["interactions"]
        models = list_models(entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return CassetteSummary(name, problems=(f"is not a cassette: {error!r}",))
    items: set[str] = set()
    for entry in entries:
        items.update(entry.get("items", ()))
    unused = sum(entry.get("items") == [] for entry in entries)
    problems = [f"contains {secret}" for secret in sorted(set(find_secrets(text)))]
    if unused:
        problems.append(f"has {unused} answers that no test plays")
    return CassetteSummary(
        name, len(entries), tuple(sorted(items)), models, unused, tuple(problems)
    )
