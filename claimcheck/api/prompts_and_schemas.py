"""Prompts and schemas, and the validation of result files."""

from __future__ import annotations

import json
from typing import Any

from claimcheck import prompts, schemas
from claimcheck.errors import InputError
from claimcheck.prompts import read_source as read_prompt
from claimcheck.prompts.folder import (
    copy_shipped as copy_prompts,
    diff as diff_prompts,
    find_notes as find_prompt_notes,
    find_problems as find_prompt_problems,
    read_folder as read_prompt_folder,
)
from claimcheck.schemas import load as load_schema, read_source as read_schema

__all__ = [
    "choose_schema",
    "copy_prompts",
    "diff_prompts",
    "find_prompt_notes",
    "find_prompt_problems",
    "find_result_problems",
    "find_schema_problems",
    "list_prompts",
    "list_schemas",
    "load_schema",
    "read_prompt",
    "read_prompt_folder",
    "read_schema",
]
_RESULT_SCHEMAS = ("run", "check", "citations", "matches", "evaluation")


def list_prompts() -> list[prompts.Prompt]:
    """Return all prompt templates, sorted by name."""
    return [prompts.load(name) for name in prompts.list_names()]


def list_schemas() -> dict[str, str]:
    """Map the name of each JSON Schema to the SHA-256 hash of its file."""
    return {name: schemas.compute_digest(name) for name in schemas.list_names()}


def find_schema_problems(name: str, value: Any) -> list[str]:
    """Return every violation of a schema, each with its JSON path."""
    return [str(problem) for problem in schemas.find_problems(name, value)]


def choose_schema(content: bytes) -> str:
    """Choose the schema that shares the most required fields with a result."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    # Not by `schema_version` alone: a result with a typo should get the right problems.
    fields = set(value) if isinstance(value, dict) else set()
    return max(
        _RESULT_SCHEMAS,
        key=lambda name: len(fields & set(load_schema(name)["required"])),
    )


def find_result_problems(name: str, content: bytes) -> list[str]:
    """Return the problems of a result: JSON, schema, and inconsistencies.

    The spans of a run or a check must match the document's text, if the file contains
    it.

    Raises:
        SchemaError: the schema does not exist.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        return [f"$: is not JSON: {error}"]
    # The parts can only be compared if they have the expected form.
    problems = find_schema_problems(name, value)
    if problems:
        return problems
    try:
        return _find_inconsistencies(name, content)
    except InputError as error:
        return [str(error)]


def _find_inconsistencies(name: str, content: bytes) -> list[str]:
    from claimcheck.models import integrity
    from claimcheck.models.run import Check, Run

    if name == "check":
        return integrity.find_check_inconsistencies(Check.from_json(content))
    if name == "run":
        return integrity.find_run_inconsistencies(Run.from_json(content))
    return []
