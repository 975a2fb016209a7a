"""The contents and problems of cassettes, and answers that no test plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.counting import format_count
from claimcheck.errors import InputError
from claimcheck.testing.bodies import to_bytes
from claimcheck.testing.files import (
    SUFFIXES,
    UNKNOWN_ITEM,
    CassetteFile,
    Interaction,
    lock_file,
    read_file,
    write_file,
)
from claimcheck.testing.redaction import find_secrets
from claimcheck.testing.templates import find_changed


@dataclass(frozen=True, slots=True)
class CassetteSummary:
    """What one cassette contains.

    `items` are the tests that play it, and `recorded` are dates in UTC; files of older
    versions have neither. `unused` is the number of answers that no test plays any
    more. `stale` are the prompts and schemas that were changed since. `problems` are
    findings in plain English.
    """

    path: str
    answers: int = 0
    items: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    unused: int = 0
    stale: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CassetteExchange:
    """One request and its answer, as text."""

    method: str
    uri: str
    status: int
    request: str
    response: str
    model: str | None = None
    items: tuple[str, ...] = ()
    recorded: str | None = None
    templates: tuple[str, ...] = ()


def summarize_cassettes(folder: Path) -> tuple[CassetteSummary, ...]:
    """Return a summary of each cassette in a folder, sorted by path.

    Raises:
        InputError: the folder does not exist.
    """
    return tuple(_summarize(path, folder) for path in _list_files(folder))


def list_exchanges(path: Path) -> tuple[CassetteExchange, ...]:
    """Return the requests and answers of one cassette, in their order.

    Raises:
        InputError: the file does not exist, or is not a cassette.
    """
    if not path.is_file():
        raise InputError(f"{path}: does not exist")
    try:
        content = read_file(path)
    except ValueError as error:
        raise InputError(str(error)) from None
    return tuple(_describe(interaction) for interaction in content.interactions)


def prune_cassettes(folder: Path, *, dry_run: bool = False) -> dict[str, int]:
    """Remove the answers that no test plays any longer.

    Tests whose file no longer exists play nothing. A cassette without answers is
    deleted. Returns the number of answers by path.

    Raises:
        InputError: the folder does not exist, or has a file that is not a cassette.
    """
    removed = {}
    for path in _list_files(folder):
        # A test run may be recording into the same file.
        with lock_file(path):
            try:
                content = read_file(path)
            except ValueError as error:
                raise InputError(str(error)) from None
            count = len(content.interactions)
            content.interactions = [
                item for item in content.interactions if not _is_unused(item, folder)
            ]
            count -= len(content.interactions)
            if count:
                removed[path.relative_to(folder).as_posix()] = count
            if count and not dry_run:
                _replace(path, content)
    return removed


def _list_files(folder: Path) -> list[Path]:
    # `rglob` finds nothing in a missing folder, which would look like success.
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder")
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def _replace(path: Path, content: CassetteFile) -> None:
    if content.interactions:
        write_file(path, content)
    else:
        path.unlink()


def _summarize(path: Path, folder: Path) -> CassetteSummary:
    name = path.relative_to(folder).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        interactions = read_file(path).interactions
    except (OSError, ValueError) as error:
        # One broken file must not hide the state of the others.
        return CassetteSummary(name, problems=(f"is not a cassette: {error}",))
    items: set[str] = set()
    models: set[str | None] = set()
    recorded: set[str | None] = set()
    templates: dict[str, str] = {}
    stale: set[str] = set()
    for interaction in interactions:
        items.update(interaction.items - {UNKNOWN_ITEM})
        models.add(interaction.model)
        recorded.add(interaction.recorded)
        templates |= interaction.templates
        body = to_bytes(interaction.request.body_bytes)
        stale.update(find_changed(interaction.templates, body))
    unused = sum(_is_unused(interaction, folder) for interaction in interactions)
    return CassetteSummary(
        name,
        len(interactions),
        tuple(sorted(items)),
        _sort_known(models),
        _sort_known(recorded),
        tuple(sorted(templates)),
        unused,
        tuple(sorted(stale)),
        tuple(_find_problems(text, unused, sorted(stale))),
    )


def _sort_known(values: set[str | None]) -> tuple[str, ...]:
    return tuple(sorted(value for value in values if value is not None))


def _find_problems(text: str, unused: int, stale: list[str]) -> Iterator[str]:
    # Searched in the raw file: a secret may be anywhere, also in a comment.
    for secret in sorted(set(find_secrets(text))):
        yield f"contains {secret}"
    if unused:
        yield (
            f"has {format_count(unused, 'answer')} that no test plays; to remove: "
            "claimcheck cassettes prune"
        )
    for name in stale:
        yield f"was recorded with another version of {name}; record it again"


def _is_unused(interaction: Interaction, folder: Path) -> bool:
    return all(_is_gone(item, folder) for item in interaction.items)


def _is_gone(item: str, folder: Path) -> bool:
    """Whether the file of a test no longer exists."""
    module = item.partition("::")[0]
    if not module.endswith(".py"):
        return False  # a fixture of the session or of a package, or unknown
    # Node ids are relative to pytest's root folder, which contains the cassettes.
    return not any((root / module).exists() for root in folder.resolve().parents)


def _describe(interaction: Interaction) -> CassetteExchange:
    request, response = interaction.request, interaction.response
    return CassetteExchange(
        request.method,
        request.uri,
        response["status"]["code"],
        _decode(request.body_bytes),
        _decode(response["body"]["string"]),
        interaction.model,
        tuple(sorted(interaction.items - {UNKNOWN_ITEM})),
        interaction.recorded,
        tuple(sorted(interaction.templates)),
    )


def _decode(body: Any) -> str:
    return (body or b"").decode("utf-8", "backslashreplace")
