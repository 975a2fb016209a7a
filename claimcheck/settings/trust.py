"""Limits what a folder's `claimcheck.toml` may set without user approval.

Anybody can put a `claimcheck.toml` into a folder that other people download. If such a
file could name the endpoint, that endpoint would receive their documents; if it could
instruct a model, it could turn every verdict around. So the user approves a folder
first, as with direnv, and the approval ends when these settings change.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from claimcheck.errors import SettingsError, translate_os_errors
from claimcheck.files import PRIVATE, open_replacement
from claimcheck.prompts import briefs
from claimcheck.prompts.briefs import BRIEF_SETTINGS, read_brief
from claimcheck.resources import resolve_user_path
from claimcheck.settings.file import SETTINGS_FILE, read_settings_file
from claimcheck.settings.run import LOCAL, Settings, is_loopback_url

_APPROVALS = "trusted-folders.json"


def limit_project(
    settings: Settings, origins: dict[str, str], approval: ProjectApproval
) -> Settings:
    """Return the settings, limited to what a project's file may decide.

    Raises:
        SettingsError: the file sets something that needs approval and has none.
    """
    if origins["verifier"] == SETTINGS_FILE and _needs_approval(settings.verifier):
        approval.require(["verifier"], "decides what counts as supported")
    if settings.engine == LOCAL and origins["model"] == SETTINGS_FILE:
        approval.require_local_model(settings.model)
    if origins["base_url"] == SETTINGS_FILE:
        return _limit_endpoint(settings, origins, approval)
    return settings


def approve_project_file(folder: Path) -> list[str]:
    """Approve a folder's settings that need approval; return their names.

    Raises:
        SettingsError: the settings file is missing or malformed, or sets nothing that
            needs approval.
        InputError: a file that it names cannot be used.
    """
    path = folder / SETTINGS_FILE
    if not path.exists():
        raise SettingsError(f"{path}: does not exist; there is nothing to approve")
    values = read_settings_file(path)
    candidates = ("base_url", "verifier", "search", *BRIEF_SETTINGS)
    names = [name for name in candidates if name in values]
    if values.get("engine") == LOCAL and "model" in values:
        names.append("model")
    if not names:
        raise SettingsError(
            f"{path}: sets none of {', '.join(candidates)}; there is nothing to approve"
        )
    Settings(base_url=values.get("base_url"))  # raises an error if it is not a URL
    read_brief(**{name: values[name] for name in BRIEF_SETTINGS if name in values})
    _approve(folder, ProjectApproval(folder, values).content)
    return [f"{name} {values[name]!r}" for name in names]


@dataclass(frozen=True, slots=True)
class ProjectApproval:
    """The settings of a project's file that need approval."""

    folder: Path
    values: Mapping[str, Any]

    @property
    def content(self) -> str:
        """Everything that the approval covers; any change revokes it."""
        url = self.values.get("base_url")
        # Templates are not parsed: a stranger's templates must not run before the
        # approval.
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
        """Return whether the user has approved this content of the file."""
        return _is_approved(self.folder, self.content)

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
        """Raise SettingsError if the file sets names without approval."""
        if not names or self.is_granted():
            return
        raise SettingsError(
            f"{self.folder / SETTINGS_FILE} sets {', '.join(names)}, which "
            f"{effect}. Read it, and if you trust it, run: claimcheck trust "
            f"{shlex.quote(str(self.folder))}"
        )


def _limit_endpoint(
    settings: Settings, origins: dict[str, str], approval: ProjectApproval
) -> Settings:
    """Refuse a project's unapproved endpoint, and withhold the key from it."""
    url = settings.base_url
    assert url is not None
    if not is_loopback_url(url) and not approval.is_granted():
        if settings.engine == "extractive":
            # Nothing is sent, so the endpoint needs no approval and is ignored.
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


def _needs_approval(verifier: str | None) -> bool:
    # A folder or a download may come from anybody; these two come with claimcheck.
    return verifier not in (None, "lexical", "default")


def _is_approved(folder: Path, content: str) -> bool:
    """Return whether the user has approved this content of a folder's file.

    Raises:
        SettingsError: the list of approvals is damaged.
    """
    return _read_approvals().get(_name_folder(folder)) == _hash(content)


def _approve(folder: Path, content: str) -> None:
    """Approve this content of a folder's file, instead of an earlier one.

    Raises:
        SettingsError: the list of approvals is damaged or cannot be written.
    """
    approvals = _read_approvals() | {_name_folder(folder): _hash(content)}
    path = resolve_user_path("data", _APPROVALS)
    with translate_os_errors(path, "written", SettingsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(approvals, indent=2)
        with open_replacement(path, PRIVATE) as file:  # folder names may be private
            file.write_text(text, encoding="utf-8")


def _read_approvals() -> dict[str, str]:
    path = resolve_user_path("data", _APPROVALS)
    try:
        approvals = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from None
    except ValueError:
        approvals = None
    if not isinstance(approvals, dict):
        raise SettingsError(
            f"{path}: is damaged; delete it, and approve your folders again with "
            "`claimcheck trust`"
        )
    return approvals


def _name_folder(folder: Path) -> str:
    # The path is resolved, so that a symbolic link can't lend its approval to another
    # folder. A name that is not UTF-8 is escaped, because JSON can't contain it.
    return os.fsencode(folder.resolve()).decode("utf-8", "backslashreplace")


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
