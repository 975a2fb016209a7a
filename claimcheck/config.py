"""Settings from where people keep them.

A flag wins over the environment, that over `claimcheck.toml` in the working folder,
that over the user's own file, and that over the default.

Key and endpoint belong together. Whoever can put a file into a folder could otherwise
collect keys and documents, so a project file names an endpoint only with the user's
approval, and the key of the environment never goes there.
"""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from claimcheck.errors import SettingsError
from claimcheck.settings import RANGES, UNSET, Price, Settings
from claimcheck.trust import approve, is_approved, is_loopback

SETTINGS_FILE = "claimcheck.toml"
ENVIRONMENT_VARIABLES = {
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "model": "CLAIMCHECK_MODEL",
    "engine": "CLAIMCHECK_ENGINE",
}
# What a setting may be in the file. Keys of endpoints are not among them: files get
# shared and committed.
_FILE_TYPES: dict[str, type] = {
    **{name: int if item.is_integer else float for name, item in RANGES.items()},
    "engine": str,
    "model": str,
    "base_url": str,
    "verifier": str,
    "cache": bool,
    "prices": dict,
    "publisher_name": str,
    "publisher_url": str,
}


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and where each value came from, by name."""

    settings: Settings
    origins: dict[str, str]


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> LoadedSettings:
    """Return the settings in force.

    A flag that is None and a variable that is empty count as not given. `defaults` are
    a command's own, for settings that nobody has set.

    Raises:
        SettingsError: a value is out of range, a file is malformed, or
            `claimcheck.toml` names an endpoint without approval; the message says
            where.
    """
    environment = os.environ if environment is None else environment
    folder = folder or Path()
    user_file = resolve_user_file()
    layers: list[tuple[str, Mapping[str, Any]]] = [
        ("flag", _drop_none(flags or {})),
        ("environment", _read_environment(environment)),
        (SETTINGS_FILE, _read_settings_file(folder / SETTINGS_FILE)),
        (str(user_file), _read_settings_file(user_file)),
        ("default", defaults or {}),
    ]
    values, origins = _merge_layers(layers)
    try:
        settings = Settings(**values)
    except SettingsError as error:
        culprits = {
            origin
            for name, origin in origins.items()
            if origin != "default" and name in str(error)
        }
        where = ", ".join(sorted(culprits)) or "settings"
        raise SettingsError(f"{where}: {error}") from None
    if origins["base_url"] == SETTINGS_FILE:
        settings = _limit_project_endpoint(settings, origins, folder.resolve())
    return LoadedSettings(settings, origins)


def resolve_user_file() -> Path:
    """Return the path of the user's own settings file; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("claimcheck")) / "config.toml"


def approve_project_endpoint(folder: Path) -> str:
    """Approve the endpoint that a folder's file names, and return its URL.

    Raises:
        SettingsError: there is no file, it is malformed, or it names no endpoint.
    """
    path = folder / SETTINGS_FILE
    if not path.exists():
        raise SettingsError(f"{path}: does not exist; there is nothing to approve")
    url = _read_settings_file(path).get("base_url")
    if url is None:
        raise SettingsError(f"{path}: names no base_url; there is nothing to approve")
    Settings(base_url=url)  # refuses what is not a URL
    approve(folder, url)
    return str(url)


def _limit_project_endpoint(
    settings: Settings, origins: dict[str, str], folder: Path
) -> Settings:
    """Refuse a project's unapproved endpoint, and withhold the key from it."""
    url = settings.base_url
    assert url is not None
    if not is_loopback(url) and not is_approved(folder, url):
        if settings.engine == "extractive":
            # Nothing is sent, so nobody has to decide about the endpoint.
            origins["base_url"] = f"{SETTINGS_FILE}, not approved"
            return replace(settings, base_url=None)
        raise SettingsError(
            f"{folder / SETTINGS_FILE} names the endpoint {url!r}, which would receive "
            "your documents. If you trust it, run: claimcheck trust "
            f"{shlex.quote(str(folder))}"
        )
    if settings.api_key:
        origins["api_key"] += f", not sent to the endpoint of {SETTINGS_FILE}"
    return replace(settings, api_key=None)


def _merge_layers(
    layers: list[tuple[str, Mapping[str, Any]]],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return each setting's value from its first layer, and all origins."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name in (item.name for item in fields(Settings)):
        origins[name] = "default"
        for origin, layer in layers:
            if name in layer:
                values[name] = layer[name]
                origins[name] = origin
                break
        if origins[name] == "environment":
            origins[name] = f"environment {ENVIRONMENT_VARIABLES[name]}"
    return values, origins


def fill_endpoint(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings with the key and the endpoint of the environment.

    Only settings that name neither get them: key and endpoint belong together. A key of
    the environment never goes to an endpoint that the settings name, such as one of a
    project file from which `load_settings` withheld it.
    """
    if settings.api_key is not None or settings.base_url is not None:
        return settings
    values = _read_environment(os.environ if environment is None else environment)
    return replace(
        settings, api_key=values.get("api_key"), base_url=values.get("base_url")
    )


def _drop_none(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if value is not None}


def _read_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: environment[variable]
        for name, variable in ENVIRONMENT_VARIABLES.items()
        if environment.get(variable)
    }


def _read_settings_file(path: Path) -> dict[str, Any]:
    """Return the settings in the file; none if there is no file."""
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
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    if "api_key" in values:
        raise SettingsError(
            f"{path}: contains api_key. Keep keys out of files that get shared; "
            "set OPENAI_API_KEY instead."
        )
    problems = []
    for name, value in values.items():
        if problem := _find_problem(name, value):
            problems.append(problem)
    if problems:
        raise SettingsError(f"{path}: {'; '.join(problems)}")
    prices = values.get("prices", {})
    if prices:
        values["prices"] = {
            model: _parse_price(path, model, price) for model, price in prices.items()
        }
    return values


def _find_problem(name: str, value: object) -> str | None:
    if name not in _FILE_TYPES:
        known = ", ".join(sorted(_FILE_TYPES))
        return f"{name!r} is unknown; there are {known}"
    if value == UNSET and name in RANGES and RANGES[name].is_optional:
        return None
    expected = _FILE_TYPES[name]
    accepted = (int, float) if expected is float else (expected,)
    is_misplaced_bool = isinstance(value, bool) and expected is not bool
    if isinstance(value, accepted) and not is_misplaced_bool:
        return None
    return f"{name} is {value!r}; it has to be {expected.__name__}"


def _parse_price(path: Path, model: str, price: Any) -> Price:
    known = {item.name for item in fields(Price)}
    has_right_keys = (
        isinstance(price, dict) and {"input", "output"} <= price.keys() <= known
    )
    if has_right_keys and all(
        type(value) in (int, float) and value >= 0 for value in price.values()
    ):
        return Price(**price)
    raise SettingsError(
        f"{path}: prices.{model!r} is {price!r}; give US dollars for a million tokens "
        "as { input = 0.15, output = 0.60, cached = 0.075 }, with `cached` only if it "
        "has a price of its own"
    )
