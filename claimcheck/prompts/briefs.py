"""Reads a brief, the user's instructions to a model, from settings and files.

A brief goes into the trusted part of a prompt, so all of it is checked here, before
anything is sent. The text of a document never becomes part of a brief.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

from claimcheck.counting import format_count
from claimcheck.errors import InputError, SettingsError, translate_os_errors
from claimcheck.json_lines import find_half_pair, read_json_lines
from claimcheck.models.brief import Brief, Example, Field
from claimcheck.prompts import Templates, answer_schemas, folder, lint

# These settings name a file or a folder. A stored batch has its contents instead.
PATH_SETTINGS = ("prompts_folder", "fields_file", "examples_file")
_TEXT_SETTINGS = ("instructions", "focus", "audience", "length", "language")
VALUE_SETTINGS = ("kinds", "fields", *_TEXT_SETTINGS, "examples")
BRIEF_SETTINGS = (*PATH_SETTINGS, *VALUE_SETTINGS)
# The type of each setting in a settings file.
FILE_TYPES: dict[str, type] = {
    **dict.fromkeys((*PATH_SETTINGS, *_TEXT_SETTINGS), str),
    "kinds": list,
    "fields": dict,
}
# These limits were chosen by hand. A brief is sent with every request.
_MAX_TEXT_CHARACTERS = 4_000
_MAX_KINDS = 30
_MAX_KIND_CHARACTERS = 60
_CLAIM_PROPERTIES = ("quote", "text", "speaker", "kind")
_MAX_EXAMPLES = 10
_MAX_EXAMPLE_CHARACTERS = 40_000  # in all examples together


class BriefValues(TypedDict, total=False):
    """The settings of a brief; docs/howto/fields.md describes them."""

    prompts_folder: str | Path
    fields_file: str | Path
    examples_file: str | Path
    kinds: Sequence[str]
    fields: Mapping[str, Any]
    instructions: str
    focus: str
    audience: str
    length: str
    language: str
    examples: Sequence[Mapping[str, Any]]


def read_brief(**values: Unpack[BriefValues]) -> Brief:
    """Build a brief from `BriefValues`, named as in `claimcheck.toml`.

    For example: `Settings(brief=read_brief(focus="costs",
    prompts_folder="my-prompts"))`.

    Raises:
        SettingsError: a setting is unknown, or a value is invalid.
        InputError: a file that a setting names cannot be used.
    """
    given: dict[str, Any] = {**values}
    if problems := list(_find_problems(given)):
        raise SettingsError("; ".join(problems))
    # Files are read only after all other values are known to be valid.
    templates: Templates = ()
    if "prompts_folder" in values:
        templates = folder.read_folder(Path(values["prompts_folder"]))
    brief = Brief(
        prompts=templates,
        kinds=tuple(values.get("kinds", ())),
        fields=_read_fields(given),
        **{name: given[name] for name in _TEXT_SETTINGS if name in given},
    )
    brief = _add_examples(brief, given)
    # A focus that no template mentions would silently have no effect.
    if unused := lint.find_unused(templates, brief):
        raise SettingsError("; ".join(unused))
    return brief


def read_stored_brief(settings: Mapping[str, Any]) -> Brief:
    """Build the brief that a signature or a stored batch states.

    No files are opened, as a store may come from somebody else.

    Raises:
        SettingsError, InputError: the brief is invalid.
    """
    values = {name: settings[name] for name in VALUE_SETTINGS if name in settings}
    return read_brief(**values)


def read_contents(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with the contents of their files, unparsed.

    Raises:
        InputError: a file cannot be read.
    """
    contents = {name: values[name] for name in BRIEF_SETTINGS if name in values}
    if "prompts_folder" in values:
        templates = folder.read_unchecked(Path(values["prompts_folder"]))
        contents["prompts_folder"] = templates
    for name in ("fields_file", "examples_file"):
        if name in values:
            content = _read_file(Path(values[name]))
            contents[name] = content.decode("utf-8", "replace")
    return contents


def _find_problems(values: Mapping[str, Any]) -> Iterator[str]:
    for name in values:
        if name not in BRIEF_SETTINGS:
            yield f"{name!r} is unknown; choose from {', '.join(BRIEF_SETTINGS)}"
    for name in PATH_SETTINGS:
        if not isinstance(values.get(name, ""), str | Path):
            yield f"{name} is {values[name]!r}; give a path"
    for name in _TEXT_SETTINGS:
        if name in values:
            yield from _find_text_problems(name, values[name])
    yield from _find_kind_problems(values.get("kinds", ()))


def _find_kind_problems(kinds: object) -> Iterator[str]:
    if not isinstance(kinds, list | tuple) or len(kinds) > _MAX_KINDS:
        yield f"kinds is {kinds!r}; give a list of up to {_MAX_KINDS} words"
        return
    for kind in kinds:
        if not _is_kind(kind):
            yield f"kinds: {kind!r} is not a word or two"
    if len(set(map(str, kinds))) != len(kinds):
        yield "kinds: contains a kind twice"


def _is_kind(kind: object) -> bool:
    # A line break would add a line to the prompt, in the user's name.
    if not isinstance(kind, str) or not kind.isprintable():
        return False
    return kind == kind.strip() and 0 < len(kind) <= _MAX_KIND_CHARACTERS


def _find_text_problems(name: str, text: object) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{name} is {text!r}; give a text"
    elif len(text) > _MAX_TEXT_CHARACTERS:
        yield (
            f"{name} has {len(text):,} characters; use at most {_MAX_TEXT_CHARACTERS:,}"
        )
    elif find_half_pair(text) >= 0:  # a request, which is UTF-8, cannot contain it
        yield f"{name} {text!r} is not valid UTF-8"


def _read_fields(values: Mapping[str, Any]) -> tuple[Field, ...]:
    # The fields of a stored batch take precedence over the file that a settings file
    # names.
    if "fields" in values:
        return answer_schemas.read_fields(values["fields"], "fields")
    if "fields_file" not in values:
        return ()
    path = Path(values["fields_file"])
    try:
        schema = json.loads(_read_file(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON: {error}") from None
    return answer_schemas.read_fields(schema, str(path))


def _add_examples(brief: Brief, values: Mapping[str, Any]) -> Brief:
    """Return the brief with the examples, which must follow its rules."""
    if "examples" in values:
        items = [(f"examples[{n}]", item) for n, item in enumerate(values["examples"])]
        examples = _build_examples(items, brief)
    elif "examples_file" in values:
        examples = read_examples(Path(values["examples_file"]), brief)
    else:
        return brief
    total = sum(len(example.text) + len(example.claims) for example in examples)
    if len(examples) > _MAX_EXAMPLES or total > _MAX_EXAMPLE_CHARACTERS:
        raise InputError(
            f"examples: {format_count(len(examples), 'example')} with {total:,} "
            f"characters; every request sends them, so use at most {_MAX_EXAMPLES} "
            f"with {_MAX_EXAMPLE_CHARACTERS:,}"
        )
    return replace(brief, examples=tuple(examples))


def read_examples(path: Path, brief: Brief) -> list[Example]:
    """Read texts with the right claims: JSON Lines of {text, claims}.

    Raises:
        InputError: the file cannot be read, has no example, or has claims that do not
            follow the brief or whose quotes are not in the text; the message lists all
            problems.
    """
    items = []
    for line in read_json_lines(io.BytesIO(_read_file(path))):
        where = f"{path}, line {line.number}"
        if line.problem:
            raise InputError(f"{where}: {line.problem}")
        items.append((where, line.value))
    if not items:
        raise InputError(f"{path}: has no example")
    return _build_examples(items, brief)


def _build_examples(items: Sequence[tuple[str, Any]], brief: Brief) -> list[Example]:
    problems = []
    examples = []
    for where, item in items:
        found = [f"{where}: {text}" for text in _find_example_problems(item, brief)]
        problems += found
        if not found:
            examples.append(_build_example(item, brief))
    if problems:
        raise InputError("; ".join(problems))
    return examples


def _find_example_problems(item: Any, brief: Brief) -> Iterator[str]:
    import jsonschema

    if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
        yield "is not a JSON object, on one line, with `text` and `claims`"
        return
    claims = item.get("claims")
    if not isinstance(claims, list):
        yield "`claims` is not a list"
        return
    # Quotes are compared without line breaks, as people wrap their examples.
    words = " ".join(item["text"].split())
    answer = {"claims": [_complete(item, brief) for item in claims]}
    validator = jsonschema.Draft202012Validator(
        answer_schemas.load("claims.answer", brief)
    )
    for error in validator.iter_errors(answer):
        yield f"{error.json_path}: {error.message}"
    for index, claim in enumerate(claims):
        quote = claim.get("quote") if isinstance(claim, Mapping) else None
        # A model would learn from such an example to make up quotes.
        if isinstance(quote, str) and " ".join(quote.split()) not in words:
            yield f"$.claims[{index}].quote: is not in the text"


def _complete(claim: Any, brief: Brief) -> dict[str, Any]:
    """Return a claim of an example with all properties, even omitted ones."""
    # What is not an object then violates the schema, which names its path.
    properties = dict(claim) if isinstance(claim, Mapping) else {"quote": claim}
    # Properties are in the order in which a model should write them.
    completed = dict.fromkeys(_CLAIM_PROPERTIES) | properties
    stated = properties.get("fields", {})
    if brief.fields and isinstance(stated, Mapping):
        no_values = dict.fromkeys(field.name for field in brief.fields)
        completed["fields"] = {**no_values, **stated}
    return completed


def _build_example(item: Mapping[str, Any], brief: Brief) -> Example:
    claims = [_complete(claim, brief) for claim in item["claims"]]
    claims_json = json.dumps({"claims": claims}, ensure_ascii=False)
    return Example(item["text"], claims_json)


def _read_file(path: Path) -> bytes:
    with translate_os_errors(path):
        return path.read_bytes()
