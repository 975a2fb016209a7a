"""Loads settings from flags, the environment, and settings files.

The order of precedence is: flags, the environment, `claimcheck.toml` in the working
folder, the user's own file, and defaults.

A key belongs to its endpoint. Otherwise anybody who can put a file into a folder could
collect keys and documents. So a project file may name an endpoint only with the user's
approval, and the key in the environment is never sent there. Settings that instruct a
model also need approval: a project's prompts could turn every verdict around.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from claimcheck.errors import SettingsError
from claimcheck.prompts.briefs import BRIEF_SETTINGS, read_brief
from claimcheck.settings.file import (
    SETTINGS_FILE,
    describe_location,
    read_search_table,
    read_settings_file,
    resolve_user_file,
)
from claimcheck.settings.run import LOCAL, RANGES, UNSET, Settings
from claimcheck.settings.search import SearchSettings
from claimcheck.settings.trust import ProjectApproval, limit_project

ENVIRONMENT_VARIABLES = {
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "model": "CLAIMCHECK_MODEL",
    "engine": "CLAIMCHECK_ENGINE",
}


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and the origin of each value by name."""

    settings: Settings
    origins: dict[str, str]


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> LoadedSettings:
    """Return the effective settings.

    A flag that is None and an empty variable count as unset. `defaults` are those of a
    command, for settings that are not set anywhere.

    Raises:
        SettingsError: a value is out of range, a file is malformed, or
            `claimcheck.toml` sets something that needs approval and has none; the
            message says where.
        InputError: a file that the settings name cannot be used.
    """
    environment = os.environ if environment is None else environment
    folder = folder or Path()
    user_file = resolve_user_file()
    project = read_settings_file(folder / SETTINGS_FILE)
    # The first layer that has a value wins.
    layers: list[tuple[str, Mapping[str, Any]]] = [
        ("flag", _drop_none(flags or {})),
        ("environment", _read_environment(environment)),
        (SETTINGS_FILE, project),
        (str(user_file), read_settings_file(user_file)),
        ("default", defaults or {}),
    ]
    values, origins = _merge_layers(layers)
    brief_values = {name: values.pop(name) for name in BRIEF_SETTINGS if name in values}
    try:
        settings = Settings(**values)
    except SettingsError as error:
        raise error.rename(
            lambda name: _describe_origin(name, origins, folder)
        ) from None
    approval = ProjectApproval(folder.resolve(), project)
    settings = limit_project(settings, origins, approval)
    # The extractive engine ignores briefs, so a stranger's cannot do harm.
    if settings.chosen_engine() == "extractive":
        return LoadedSettings(settings, origins)
    project_names = [name for name in brief_values if origins[name] == SETTINGS_FILE]
    approval.require(project_names, "tells the model what to do")
    if brief_values:
        settings = replace(settings, brief=read_brief(**brief_values))
    return LoadedSettings(settings, origins)


def load_search_settings(
    providers: Sequence[str], *, folder: Path | None = None, **chosen: Any
) -> SearchSettings:
    """Return a search's settings; the files supply values that are None.

    Endpoints and keys come from the user's own file, and the environment overrides
    them. A project file may name endpoints and domains with the user's approval, but
    never a key, because files get shared.

    Raises:
        SettingsError: a value is invalid, or a project file needs approval.
    """
    folder = (folder or Path()).resolve()
    project = read_settings_file(folder / SETTINGS_FILE)
    user_file = resolve_user_file()
    values = read_search_table(user_file, read_settings_file(user_file))
    if "search" in project:
        table = _read_project_search(folder, project, user_file)
        endpoints = values["endpoints"] | table["endpoints"]
        values |= {**table, "endpoints": endpoints}
    values |= _drop_none(chosen)
    try:
        return SearchSettings(providers=tuple(providers), **values)
    except SettingsError as error:
        raise error.rename(
            lambda name: format_flag(name) if name in chosen else name
        ) from None


def _read_project_search(
    folder: Path, project: Mapping[str, Any], user_file: Path
) -> dict[str, Any]:
    """Return the approved search table of a project file.

    Raises:
        SettingsError: the user did not approve it, or it sets what only the user may.
    """
    ProjectApproval(folder, project).require(
        ["search"], "decides where your claims are sent and what counts as evidence"
    )
    path = folder / SETTINGS_FILE
    table = read_search_table(path, project)
    if "allow_private" in table:
        raise SettingsError(
            f"{path}: search.allow_private opens your network to search results. Set "
            f"it in {user_file}"
        )
    endpoints = {}
    for name, endpoint in table["endpoints"].items():
        if endpoint.api_key:
            raise SettingsError(
                f"{path}: search.{name} contains api_key. Keep keys in the "
                f"environment, or in {user_file}"
            )
        # Marked, so that the user's key for this provider is not sent there.
        endpoints[name] = replace(endpoint, is_project=True)
    return {**table, "endpoints": endpoints}


def fill_endpoint(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings with the environment's key and endpoint.

    A key belongs to its endpoint: one in the environment is never sent to an endpoint
    that the settings name, such as one in a project file, from which `load_settings`
    withheld the key. Settings with only a key get the environment's endpoint.
    """
    if settings.base_url is not None or settings.engine == LOCAL:
        return settings
    values = _read_environment(os.environ if environment is None else environment)
    api_key = settings.api_key or values.get("api_key")
    return replace(settings, api_key=api_key, base_url=values.get("base_url"))


def format_flag(name: str) -> str:
    """Return the flag that sets a setting: "--max-claims"."""
    word = name.removesuffix("_folder").removesuffix("_file")
    return f"--{word.replace('_', '-')}"


def _describe_origin(name: str, origins: Mapping[str, str], folder: Path) -> str:
    """Name a setting as the user set it: by flag, variable, or file line."""
    origin = origins.get(name, "default")
    if origin == "flag":
        return format_flag(name)
    if origin.startswith("environment"):
        return ENVIRONMENT_VARIABLES[name]
    return name if origin == "default" else describe_location(folder / origin, name)


def _merge_layers(
    layers: list[tuple[str, Mapping[str, Any]]],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return each setting's value and origin: the first layer that has it."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    # The parts of a brief are settings of their own until it is read.
    names = [item.name for item in fields(Settings) if item.name != "brief"]
    for name in (*names, *BRIEF_SETTINGS):
        origins[name] = "default"
        for origin, layer in layers:
            if name in layer:
                value = layer[name]
                is_optional = name in RANGES and RANGES[name].is_optional
                # Flags and files have no None; there, a word takes its place.
                values[name] = None if is_optional and value == UNSET else value
                origins[name] = origin
                break
        if origins[name] == "environment":
            origins[name] = f"environment {ENVIRONMENT_VARIABLES[name]}"
    return values, origins


def _drop_none(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if value is not None}


def _read_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: environment[variable]
        for name, variable in ENVIRONMENT_VARIABLES.items()
        if environment.get(variable)
    }
