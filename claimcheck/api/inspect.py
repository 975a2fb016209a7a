"""Lists and validates prompts, schemas, and result files; counts tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from claimcheck import prompt_folder, prompts, schemas, tokens
from claimcheck.errors import InputError

TOKEN_ENCODING = tokens.ENCODING
_RESULT_SCHEMAS = ("run", "check", "citations", "matches", "evaluation")


def list_prompts() -> list[prompts.Prompt]:
    """Return all prompt templates, sorted by name."""
    return [prompts.load(name) for name in prompts.list_names()]


def read_prompt(name: str) -> str:
    """Return the text of a prompt template.

    Raises:
        InputError: the template does not exist.
    """
    return prompts.read_source(name)


def read_prompt_folder(folder: Path) -> prompts.Templates:
    """Return the templates in a folder: `Brief(prompts=...)` uses them.

    Raises:
        InputError: the folder or a template cannot be used; lists all problems.
    """
    return prompt_folder.read_folder(folder)


def copy_prompts(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Copy the shipped prompt templates, or some of them, into a folder.

    Raises:
        InputError: a template does not exist, a file already exists, or the folder
            cannot be written to.
    """
    return prompt_folder.copy_shipped(folder, names)


def diff_prompts(folder: Path) -> Iterator[str]:
    """Yield a unified diff from the shipped templates to those in a folder.

    Raises:
        InputError: the folder does not exist, or a template cannot be read.
    """
    return prompt_folder.diff(folder)


def find_prompt_problems(folder: Path) -> list[str]:
    """List the problems of the templates in a folder, each with its path."""
    return prompt_folder.find_problems(folder)


def find_prompt_notes(folder: Path) -> list[str]:
    """Return notes on valid templates, such as prompts they do not replace."""
    return prompt_folder.find_notes(folder)


def list_schemas() -> dict[str, str]:
    """Map the name of each JSON Schema to the SHA-256 hash of its file."""
    return {name: schemas.compute_digest(name) for name in schemas.list_names()}


def read_schema(name: str) -> str:
    """Return the text of a JSON Schema.

    Raises:
        SchemaError: the schema does not exist.
    """
    return schemas.read_source(name)


def load_schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema. Callers must not change it.

    Raises:
        SchemaError: the schema does not exist.
    """
    return schemas.load(name)


def find_schema_problems(name: str, value: Any) -> list[str]:
    """Return every violation of a schema, each with its JSON path."""
    return [str(problem) for problem in schemas.find_problems(name, value)]


def choose_schema(content: bytes) -> str:
    """Choose the schema that shares the most required fields with a result."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
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


def count_tokens(text: str) -> int:
    """Return the number of tokens of a text in `TOKEN_ENCODING`.

    Raises:
        ClaimcheckError: the packed encoding is damaged.
    """
    return tokens.count(text)


def has_exact_token_counts(model: str | None) -> bool:
    """Return whether `count_tokens` is exact for a model, not an estimate."""
    return tokens.is_exact(model)
