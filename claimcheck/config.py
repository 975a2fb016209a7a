"""Settings from where people keep them: flags, then environment, then `claimcheck.toml`, then defaults. Layer 3."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from claimcheck.errors import SettingsError
from claimcheck.settings import Price, Settings

SETTINGS_FILE = "claimcheck.toml"
ENVIRONMENT_VARIABLES = {
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "model": "CLAIMCHECK_MODEL",
    "engine": "CLAIMCHECK_ENGINE",
}
_SETTING_TYPES: dict[str, tuple[type, ...]] = {
    "engine": (str,),
    "model": (str,),
    "base_url": (str,),
    "max_claims": (int,),
    "passage_tokens": (int,),
    "attempts": (int,),
    "temperature": (int, float),
    "seed": (int,),
    "timeout_s": (int, float),
    "context_tokens": (int,),
    "max_output_tokens": (int,),
    "top_k": (int,),
    "votes": (int,),
    "cache": (bool,),
    "prices": (dict,),
    "publisher_name": (str,),
    "publisher_url": (str,),
}


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and for each by name where its value came from."""

    settings: Settings
    origins: dict[str, str]


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> LoadedSettings:
    """The settings in force; a flag that is None was not given, an empty variable is not set.

    `defaults` are a command's own, for what nobody has set.

    Raises:
        SettingsError: a value makes no sense, or `claimcheck.toml` is malformed; the message says where.
    """
    environment = os.environ if environment is None else environment
    path = (folder or Path()) / SETTINGS_FILE
    layers = (
        (
            "flag",
            {name: value for name, value in (flags or {}).items() if value is not None},
        ),
        (
            "environment",
            {
                name: environment[key]
                for name, key in ENVIRONMENT_VARIABLES.items()
                if environment.get(key)
            },
        ),
        (SETTINGS_FILE, _read_settings_file(path)),
        ("default", defaults or {}),
    )
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name in (item.name for item in fields(Settings)):
        for origin, layer in layers:
            if name in layer:
                values[name] = layer[name]
                origins[name] = (
                    f"{origin} {ENVIRONMENT_VARIABLES[name]}"
                    if origin == "environment"
                    else origin
                )
                break
        else:
            origins[name] = "default"
    try:
        return LoadedSettings(Settings(**values), origins)
    except SettingsError as error:
        used = sorted(
            {
                origin
                for name, origin in origins.items()
                if origin != "default" and name in str(error)
            }
        )
        raise SettingsError(f"{', '.join(used) or 'settings'}: {error}") from None


def _read_settings_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no TOML: {error}; mend or remove it") from None
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from None
    if "api_key" in values:
        raise SettingsError(
            f"{path}: holds api_key; keep keys out of files that get shared, set OPENAI_API_KEY instead"
        )
    problems = [
        f"{name!r} is unknown; there are {', '.join(sorted(_SETTING_TYPES))}"
        if name not in _SETTING_TYPES
        else f"{name} is {value!r}; it has to be {_SETTING_TYPES[name][-1].__name__}"
        for name, value in values.items()
        if name not in _SETTING_TYPES
        or not isinstance(value, _SETTING_TYPES[name])
        or (isinstance(value, bool) and bool not in _SETTING_TYPES[name])
    ]
    if problems:
        raise SettingsError(f"{path}: {'; '.join(problems)}")
    if "prices" in values:
        values["prices"] = {
            model: _parse_price(path, model, price)
            for model, price in values["prices"].items()
        }
    return values


def _parse_price(path: Path, model: str, price: Any) -> Price:
    known = {item.name for item in fields(Price)}
    fits = isinstance(price, dict) and {"input", "output"} <= price.keys() <= known
    if not fits or not all(
        type(value) in (int, float) and value >= 0 for value in price.values()
    ):
        raise SettingsError(
            f"{path}: prices.{model!r} is {price!r}; give US dollars for a million tokens as "
            "{ input = 0.15, output = 0.60, cached = 0.075 }, cached if it has a price of its own"
        )
    return Price(**price)
