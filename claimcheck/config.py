"""Settings from where people keep them.

A flag wins over the environment, that over `claimcheck.toml` in the working folder,
that over the user's own file, and that over the default.

Key and endpoint belong together. Whoever can put a file into a folder could otherwise
collect keys and documents, so a project file names an endpoint only with the user's
approval, and the key of the environment never goes there. It needs approval, too, for
what tells a model what to do: with prompts of its own it could turn every verdict.
"""

from __future__ import annotations

import json
import os
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from claimcheck import briefs
from claimcheck.briefs import BRIEF_SETTINGS, read_brief
from claimcheck.errors import SettingsError
from claimcheck.installation import get_install_command
from claimcheck.settings import (
    LOCAL,
    RANGES,
    UNSET,
    Price,
    SearchEndpoint,
    SearchSettings,
    Settings,
)
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
# In the table `search`: the user's domains, the limit, and a table per provider.
_SEARCH_LISTS = ("prefer", "exclude", "allow_private")
_SEARCH_TYPES: dict[str, type[Any]] = {
    **dict.fromkeys(_SEARCH_LISTS, list),
    "max_pages": int,
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
            `claimcheck.toml` sets without approval what needs it; the message says
            where.
        InputError: a file that the settings name cannot be used.
    """
    environment = os.environ if environment is None else environment
    folder = folder or Path()
    user_file = resolve_user_file()
    project = _read_settings_file(folder / SETTINGS_FILE)
    layers: list[tuple[str, Mapping[str, Any]]] = [
        ("flag", _drop_none(flags or {})),
        ("environment", _read_environment(environment)),
        (SETTINGS_FILE, project),
        (str(user_file), _read_settings_file(user_file)),
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
    approval = _ProjectApproval(folder.resolve(), project)
    settings = _limit_project(settings, origins, approval)
    if settings.chosen_engine() == "extractive":
        return LoadedSettings(settings, origins)  # it follows no brief
    project_names = [name for name in brief_values if origins[name] == SETTINGS_FILE]
    approval.require(project_names, "tells the model what to do")
    if brief_values:
        settings = replace(settings, brief=read_brief(**brief_values))
    return LoadedSettings(settings, origins)


def load_search_settings(
    providers: Sequence[str], *, folder: Path | None = None, **chosen: Any
) -> SearchSettings:
    """Return the settings of a search; what is None comes from the files.

    Endpoints and keys come from the user's own file, and the environment overrides
    them. A project file may name endpoints and domains with the user's approval, but
    never a key: files get shared.

    Raises:
        SettingsError: a value makes no sense, or a project file needs approval.
    """
    folder = (folder or Path()).resolve()
    project = _read_settings_file(folder / SETTINGS_FILE)
    own_file = resolve_user_file()
    values = _read_search_table(own_file, _read_settings_file(own_file))
    if "search" in project:
        _ProjectApproval(folder, project).require(
            ["search"], "decides where your claims are sent and what counts as evidence"
        )
        table = _read_search_table(folder / SETTINGS_FILE, project)
        if "allow_private" in table:
            raise SettingsError(
                f"{folder / SETTINGS_FILE}: search.allow_private opens your network "
                f"to search results. Set it in {own_file}"
            )
        for name, endpoint in table["endpoints"].items():
            table["endpoints"][name] = replace(endpoint, is_project=True)
            if endpoint.api_key:
                raise SettingsError(
                    f"{folder / SETTINGS_FILE}: search.{name} contains api_key. Keep "
                    f"keys in the environment, or in {own_file}"
                )
        table["endpoints"] = values["endpoints"] | table["endpoints"]
        values |= table
    values |= _drop_none(chosen)
    try:
        return SearchSettings(providers=tuple(providers), **values)
    except SettingsError as error:
        raise error.rename(
            lambda name: format_flag(name) if name in chosen else name
        ) from None


def _read_search_table(path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `SearchSettings` that a settings file has."""
    table: dict[str, Any] = {"endpoints": {}}
    for name, value in values.get("search", {}).items():
        expected = _SEARCH_TYPES.get(name, dict)
        if not isinstance(value, expected) or isinstance(value, bool):
            # Not the value: it may be a key.
            kind = _TYPE_NAMES[expected]
            raise SettingsError(f"{path}: search.{name} has to be {kind}")
        if name in _SEARCH_LISTS:
            table[name] = tuple(str(item).lower().strip() for item in value)
        elif name in _SEARCH_TYPES:
            table[name] = value
        else:
            table["endpoints"][name] = _read_search_endpoint(path, name, value)
    return table


def _read_search_endpoint(path: Path, name: str, value: Any) -> SearchEndpoint:
    has_strings = all(isinstance(text, str) for text in value.values())
    if not has_strings or not value.keys() <= {"url", "api_key"}:
        raise SettingsError(
            f"{path}: search.{name} may have url and api_key, both strings"
        )
    return SearchEndpoint(**value)


def format_flag(name: str) -> str:
    """Return the flag that sets a setting: "--max-claims"."""
    word = name.removesuffix("_folder").removesuffix("_file")
    return f"--{word.replace('_', '-')}"


def _describe_origin(name: str, origins: Mapping[str, str], folder: Path) -> str:
    """Name a setting as its user did: by flag, variable, or file and line."""
    origin = origins.get(name, "default")
    if origin == "flag":
        return format_flag(name)
    if origin.startswith("environment"):
        return ENVIRONMENT_VARIABLES[name]
    return name if origin == "default" else _describe_place(folder / origin, name)


def _describe_place(path: Path, name: str) -> str:
    """Name a setting of a file with its line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.partition("=")[0].strip().strip("\"'") == name:
            return f"{path}, line {number}: {name}"
    return f"{path}: {name}"


def resolve_user_file() -> Path:
    """Return the path of the user's own settings file; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("claimcheck")) / "config.toml"


def save_user_settings(**values: str) -> Path:
    """Write settings into the user's own file, and keep what else is in it.

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
    _read_settings_file(path)  # complains about what is wrong with it
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
        document.update(values)
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror}") from None
    return path


def approve_project_file(folder: Path) -> list[str]:
    """Approve a folder's settings that need approval; return their names.

    Raises:
        SettingsError: the file is missing or malformed, or sets nothing that needs
            approval.
        InputError: a file that it names cannot be used.
    """
    path = folder / SETTINGS_FILE
    if not path.exists():
        raise SettingsError(f"{path}: does not exist; there is nothing to approve")
    values = _read_settings_file(path)
    candidates = ("base_url", "verifier", "search", *BRIEF_SETTINGS)
    names = [name for name in candidates if name in values]
    if values.get("engine") == LOCAL and "model" in values:
        names.append("model")
    if not names:
        raise SettingsError(
            f"{path}: sets none of {', '.join(candidates)}; there is nothing to approve"
        )
    Settings(base_url=values.get("base_url"))  # refuses what is not a URL
    read_brief(**{name: values[name] for name in BRIEF_SETTINGS if name in values})
    approve(folder, _ProjectApproval(folder, values).content)
    return [f"{name} {values[name]!r}" for name in names]


@dataclass(frozen=True, slots=True)
class _ProjectApproval:
    """What a project's settings file needs approval for."""

    folder: Path
    values: Mapping[str, Any]

    @property
    def content(self) -> str:
        """All that the approval covers; it ends when any of it changes."""
        url = self.values.get("base_url")
        # Not parsed: nothing of a stranger's templates is run before the approval.
        contents = briefs.read_contents(self.values)
        verifier = self.values.get("verifier")
        if _needs_approval(verifier):
            contents["verifier"] = verifier
        if self.values.get("engine") == LOCAL:
            contents["model"] = self.values.get("model")
        if "search" in self.values:
            contents["search"] = self.values["search"]
        if not contents:
            return str(url)
        return json.dumps({"base_url": url, **contents}, sort_keys=True, default=str)

    def is_granted(self) -> bool:
        return is_approved(self.folder, self.content)

    def require_verifier(self, name: str | None) -> None:
        """Raise SettingsError if the file sets an unapproved verifier."""
        if _needs_approval(name):
            self.require(["verifier"], "decides what counts as supported")

    def require_local_model(self, name: str | None) -> None:
        """Raise SettingsError if the file sets an unapproved local model."""
        if self.values.get("engine") != LOCAL:
            raise SettingsError(
                f"{self.folder / SETTINGS_FILE} sets model = {name!r}, which "
                "the engine local would load. Name your model with --model, or set "
                f'engine = "{LOCAL}" in that file, too'
            )
        self.require(["model"], "is a file that llama.cpp loads")

    def require(self, names: Sequence[str], effect: str) -> None:
        """Raise SettingsError if the file sets these without approval."""
        if not names or self.is_granted():
            return
        raise SettingsError(
            f"{self.folder / SETTINGS_FILE} sets {', '.join(names)}, which "
            f"{effect}. Read it, and if you trust it, run: claimcheck trust "
            f"{shlex.quote(str(self.folder))}"
        )


def _needs_approval(verifier: str | None) -> bool:
    # A folder or a download comes from somebody else; these two come with claimcheck.
    return verifier not in (None, "lexical", "default")


def find_prompts_folder() -> Path | None:
    """Return the folder of templates that the settings files name, if any.

    It may not be approved yet: people should read templates before they approve them.
    """
    for path in (Path(SETTINGS_FILE), resolve_user_file()):
        values = _read_settings_file(path)
        if "prompts_folder" in values:
            return Path(values["prompts_folder"])
    return None


def _limit_project(
    settings: Settings, origins: dict[str, str], approval: _ProjectApproval
) -> Settings:
    """Return the settings with no more than a project's file may decide.

    Raises:
        SettingsError: it sets what needs approval.
    """
    if origins["verifier"] == SETTINGS_FILE:
        approval.require_verifier(settings.verifier)
    if settings.engine == LOCAL and origins["model"] == SETTINGS_FILE:
        approval.require_local_model(settings.model)
    if origins["base_url"] == SETTINGS_FILE:
        return _limit_project_endpoint(settings, origins, approval)
    return settings


def _limit_project_endpoint(
    settings: Settings, origins: dict[str, str], approval: _ProjectApproval
) -> Settings:
    """Refuse a project's unapproved endpoint, and withhold the key from it."""
    url = settings.base_url
    assert url is not None
    if not is_loopback(url) and not approval.is_granted():
        if settings.engine == "extractive":
            # Nothing is sent, so nobody has to decide about the endpoint.
            origins["base_url"] = f"{SETTINGS_FILE}, not approved"
            return replace(settings, base_url=None)
        folder = approval.folder
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
    names = [item.name for item in fields(Settings) if item.name != "brief"]
    for name in (*names, *BRIEF_SETTINGS):
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
    if settings.engine == LOCAL:
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
    """Return the settings in the file; none if the file does not exist."""
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
            problems.append(f"{_describe_place(path, name)} {problem}")
    if problems:
        raise SettingsError(*problems)
    for name in briefs.PATH_SETTINGS:
        # On the command line, relative to the working folder.
        if name in values:
            values[name] = str(path.parent / values[name])
    prices = values.get("prices", {})
    if prices:
        values["prices"] = {
            model: _parse_price(path, model, price) for model, price in prices.items()
        }
    return values


def _find_problem(name: str, value: object) -> str | None:
    if name not in _FILE_TYPES:
        similar = get_close_matches(name, _FILE_TYPES, n=1)
        known = ", ".join(sorted(_FILE_TYPES))
        hint = f"did you mean {similar[0]}?" if similar else f"there are {known}"
        return f"is not a setting; {hint}"
    if value == UNSET and name in RANGES and RANGES[name].is_optional:
        return None
    expected = _FILE_TYPES[name]
    accepted = (int, float) if expected is float else (expected,)
    is_misplaced_bool = isinstance(value, bool) and expected is not bool
    if isinstance(value, accepted) and not is_misplaced_bool:
        return None
    return f"is {value!r}; it has to be {_TYPE_NAMES[expected]}"


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
