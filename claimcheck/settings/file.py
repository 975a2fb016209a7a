"""Reads and writes settings files, and reports their problems."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from claimcheck.errors import SettingsError, translate_os_errors
from claimcheck.files import open_replacement
from claimcheck.installation import get_install_command
from claimcheck.prompts import briefs
from claimcheck.resources import resolve_user_path
from claimcheck.settings.run import RANGES, UNSET, Price
from claimcheck.settings.search import SearchEndpoint

SETTINGS_FILE = "claimcheck.toml"
# The type of each setting in a file. API keys are missing, because files get shared and
# committed.
_FILE_TYPES: dict[str, type] = {
    **{name: int if item.is_integer else float for name, item in RANGES.items()},
    "engine": str,
    "model": str,
    "base_url": str,
    "api": str,
    "reasoning_effort": str,
    "verifier": str,
    "check_with": str,
    "extraction": str,
    "cache": bool,
    "prices": dict,
    **briefs.FILE_TYPES,
    "publisher_name": str,
    "publisher_url": str,
    "search": dict,
}
_TYPE_NAMES = {
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
# The table `search` has the user's domains, the limit, and a table per provider.
_SEARCH_LISTS = ("prefer", "exclude", "allow_private")
_SEARCH_TYPES: dict[str, type[Any]] = {
    **dict.fromkeys(_SEARCH_LISTS, list),
    "max_pages": int,
}


def resolve_user_file() -> Path:
    """Return the path of the user's own settings file; it need not exist."""
    return resolve_user_path("config", "config.toml")


def read_settings_file(path: Path) -> dict[str, Any]:
    """Return the settings in the file, or no settings if it does not exist."""
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}. Fix or delete it."
        ) from None
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from None
    if "api_key" in values:
        raise SettingsError(
            f"{path}: contains api_key. Keep keys out of files that get shared; "
            "set OPENAI_API_KEY instead."
        )
    problems = []
    for name, value in values.items():
        if problem := _find_problem(name, value):
            problems.append(f"{describe_location(path, name)} {problem}")
    if problems:
        raise SettingsError(*problems)
    # Paths in a file are relative to it; those on the command line, to the working
    # folder.
    for name in values.keys() & set(briefs.PATH_SETTINGS):
        values[name] = str(path.parent / values[name])
    if "prices" in values:
        prices = values["prices"].items()
        values["prices"] = {model: _parse_price(path, model, p) for model, p in prices}
    return values


def read_search_table(path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `SearchSettings` that a settings file has."""
    table: dict[str, Any] = {"endpoints": {}}
    for name, value in values.get("search", {}).items():
        expected = _SEARCH_TYPES.get(name, dict)
        if not _has_type(value, expected):
            # The message must not contain the value, which may be a key.
            kind = _TYPE_NAMES[expected]
            raise SettingsError(f"{path}: search.{name} must be {kind}")
        if name in _SEARCH_LISTS:
            table[name] = tuple(str(item).lower().strip() for item in value)
        elif name in _SEARCH_TYPES:
            table[name] = value
        else:
            table["endpoints"][name] = _read_search_endpoint(path, name, value)
    return table


def save_user_settings(**values: str) -> Path:
    """Write settings into the user's own file, and keep its other contents.

    Raises:
        SettingsError: the file is not valid TOML, or can't be written, or the library
            that writes it is not installed.
    """
    try:
        import tomlkit
    except ImportError:
        raise SettingsError(
            f"local models need an extra; run {get_install_command('local')}"
        ) from None

    path = resolve_user_file()
    read_settings_file(path)  # complains about what is wrong with it
    with translate_os_errors(path, "written", SettingsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
        document.update(values)
        # Resolved: a configuration folder may be full of links to a repository.
        with open_replacement(path.resolve()) as file:
            file.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def find_prompts_folder() -> Path | None:
    """Return the folder of templates that the settings files name, if any.

    It need not be approved: people should read templates before they approve them.
    """
    for path in (Path(SETTINGS_FILE), resolve_user_file()):
        values = read_settings_file(path)
        if "prompts_folder" in values:
            return Path(values["prompts_folder"])
    return None


def describe_location(path: Path, name: str) -> str:
    """Return the file, line, and name of a setting."""
    # The parser of TOML does not tell on which line a value is.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.partition("=")[0].strip().strip("\"'") == name:
            return f"{path}, line {number}: {name}"
    return f"{path}: {name}"


def _find_problem(name: str, value: object) -> str | None:
    if name not in _FILE_TYPES:
        similar = get_close_matches(name, _FILE_TYPES, n=1)
        known = ", ".join(sorted(_FILE_TYPES))
        hint = f"did you mean {similar[0]}?" if similar else f"choose from {known}"
        return f"is not a setting; {hint}"
    expected = _FILE_TYPES[name]
    is_unset = value == UNSET and name in RANGES and RANGES[name].is_optional
    if is_unset or _has_type(value, expected):
        return None
    return f"is {value!r}; it must be {_TYPE_NAMES[expected]}"


def _has_type(value: object, expected: type) -> bool:
    # To Python, true is a number; in a file, that is a mistake.
    if isinstance(value, bool):
        return expected is bool
    return isinstance(value, (int, float) if expected is float else expected)


def _parse_price(path: Path, model: str, price: Any) -> Price:
    known = {item.name for item in fields(Price)}
    has_right_keys = (
        isinstance(price, dict) and {"input", "output"} <= price.keys() <= known
    )
    if has_right_keys:
        with suppress(SettingsError):
            return Price(**price)
    raise SettingsError(
        f"{path}: prices.{model!r} is {price!r}; give US dollars per million tokens "
        "as { input = 0.15, output = 0.60, cached = 0.075 }; omit `cached` if cached "
        "input costs the same"
    )


def _read_search_endpoint(path: Path, name: str, value: Any) -> SearchEndpoint:
    # The message must not contain the value, which may be a key.
    has_strings = all(isinstance(text, str) for text in value.values())
    if not has_strings or not value.keys() <= {"url", "api_key"}:
        raise SettingsError(
            f"{path}: search.{name} may have url and api_key, both strings"
        )
    return SearchEndpoint(**value)
