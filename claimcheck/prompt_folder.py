"""Reads, checks, and compares a user's own folder of prompt templates.

A template there replaces the shipped one of the same name. It must keep everything that
claimcheck relies on: the form of the answer, the messages, the variables, and the fence
around everything that comes from a document. All problems are reported at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from claimcheck import prompts
from claimcheck.errors import InputError, translate_os_errors
from claimcheck.models.brief import EMPTY_BRIEF, Brief, Example, Field
from claimcheck.models.llm import Message
from claimcheck.prompts import SUFFIX, Prompt, Templates

# A template may omit these variables. Without any other, its answer would be useless.
_OPTIONAL_VARIABLES = frozenset(
    {
        "title",
        "published",
        "document_language",
        "context",
        "max_claims",
        *EMPTY_BRIEF.list_variables(),
    }
)
# The variables that a part of a brief needs, if they are not its name.
_VARIABLES_BY_PART = {"length": ("sentence_count", "key_point_count")}
_FENCE = "fence-mark"
# Recognizable stand-ins for text from documents and models.
_SAMPLES: Mapping[str, Any] = {
    "answer": "sample-answer",
    "claims": ["sample-claim"],
    "context": "sample-context",
    "document_language": "English",
    "fence": _FENCE,
    "items": ["sample-item"],
    "max_claims": 30,
    "passages": ["sample-passage"],
    "problems": [{"path": "$.sample-path", "message": "sample-message"}],
    "published": "sample-date",
    "schema": "sample-schema",
    "text": "sample-text",
    "title": "sample-title",
}
_SAMPLE_BRIEF = Brief(
    kinds=("sample-kind",),
    fields=(Field("field", "{}", "sample-field"),),
    instructions="sample-instructions",
    focus="sample-focus",
    audience="sample-audience",
    language="sample-language",
    examples=(Example("sample-example", "{}"),),
)
_BRIEF_SAMPLES = frozenset(
    {"kind", "field", "instructions", "focus", "audience", "language", "example"}
)
_CORRECT_ITEM = {
    "number": 1,
    "claim": "sample-claim",
    "speaker": "sample-speaker",
    "quote": "sample-quote",
    "problem": "sample-problem",
    "passage": "sample-passage",
}
_SAMPLE = re.compile(r"sample-[a-z]+")
_MAX_BYTES = 1_000_000  # a longer file is a mistake, which every request would send


def read_folder(folder: Path) -> Templates:
    """Return the templates in a folder, each with its name.

    Raises:
        InputError: the folder or a template cannot be used; the message lists all
            problems.
    """
    if problems := find_problems(folder):
        raise InputError("; ".join(problems))
    return read_unchecked(folder)


def read_unchecked(folder: Path) -> Templates:
    """Return the templates in a folder without parsing them.

    If the folder does not exist, the result is empty.

    Raises:
        InputError: a template cannot be read.
    """
    return tuple((name, _read(path)) for name, path in _list_templates(folder))


def find_problems(folder: Path) -> list[str]:
    """List the problems of the templates in a folder, each with its path."""
    if not folder.is_dir():
        return [f"{folder}: is not a folder; claimcheck prompts init creates one"]
    problems = list(_find_misnamed_files(folder))
    templates = _list_templates(folder)
    if not templates and not problems:
        return [f"{folder}: has no template; claimcheck prompts init copies them"]
    for name, path in templates:
        try:
            text = _read(path)
        except InputError as error:
            problems.append(str(error))
        else:
            problems += [f"{path}: {problem}" for problem in _lint(name, text)]
    return problems


def find_notes(folder: Path) -> list[str]:
    """Return notes on usable templates: unchanged or outdated ones."""
    notes = []
    for name, text in read_folder(folder):
        custom, shipped = prompts.parse(text, name), prompts.load(name)
        path = folder / (name + SUFFIX)
        if custom.digest == shipped.digest:
            notes.append(f"{path}: is the same as the shipped one")
        elif custom.version < shipped.version:
            notes.append(
                f"{path}: is version {custom.version}, claimcheck has version "
                f"{shipped.version}; claimcheck prompts diff shows what changed"
            )
    return notes


def find_unused(templates: Templates, brief: Brief) -> list[str]:
    """Return the parts of a brief that these templates would ignore."""
    from jinja2 import meta

    environment = prompts.build_environment()
    problems = []
    for name, text in templates:
        body, shipped = prompts.parse(text, name).body, prompts.load(name).body
        used = meta.find_undeclared_variables(environment.parse(body))
        available = meta.find_undeclared_variables(environment.parse(shipped))
        for part in brief.published():
            needed = set(_VARIABLES_BY_PART.get(part, (part,))) & available
            if missing := sorted(needed - used):
                problems.append(
                    f"your template {name}{SUFFIX} does not use "
                    f"{_join(missing)}, so {part!r} would have no effect; add it as "
                    f"in the shipped one (claimcheck prompts show {name})"
                )
    return problems


def copy_shipped(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Copy the shipped templates, or some of them, into a folder.

    Raises:
        InputError: a template does not exist, a file already exists, or the folder
            cannot be written to. If a file exists, nothing is copied.
    """
    sources = {name: prompts.read_source(name) for name in names or _list_shipped()}
    paths = {name: folder / (name + SUFFIX) for name in sources}
    if existing := [str(path) for path in paths.values() if path.exists()]:
        raise InputError(
            f"{', '.join(existing)}: already exists; delete it first, or copy to "
            "another folder"
        )
    with translate_os_errors(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in paths.items():
            path.write_text(sources[name], encoding="utf-8", newline="\n")
    return list(paths.values())


def diff(folder: Path) -> Iterator[str]:
    """Yield a unified diff from the shipped templates to those in a folder.

    Raises:
        InputError: the folder does not exist, or a template cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder")
    for name, path in _list_templates(folder):
        yield from difflib.unified_diff(
            prompts.read_source(name).splitlines(),
            _read(path).splitlines(),
            f"claimcheck/{name}{SUFFIX}",
            str(path),
            lineterm="",
        )


def _list_shipped() -> tuple[str, ...]:
    return prompts.list_names()


def _list_templates(folder: Path) -> list[tuple[str, Path]]:
    paths = [(name, folder / (name + SUFFIX)) for name in _list_shipped()]
    return [(name, path) for name, path in paths if path.is_file()]


def _find_misnamed_files(folder: Path) -> Iterator[str]:
    """Find files that look like templates, but would not be read."""
    shipped = _list_shipped()
    for path in sorted(folder.iterdir()):
        name, _, rest = path.name.partition(".")
        is_misnamed = name in shipped and rest in ("md", "j2", "txt")
        if not is_misnamed and not path.name.endswith(".j2"):
            continue
        if path.name.removesuffix(SUFFIX) in shipped:
            continue
        similar = difflib.get_close_matches(name, shipped, 1)
        advice = f"; rename it to {similar[0]}{SUFFIX}" if similar else ""
        yield (
            f"{path}: is not the name of a template (available: "
            f"{', '.join(shipped)}){advice}"
        )


def _read(path: Path) -> str:
    with translate_os_errors(path):
        content = path.read_bytes()
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path}: is longer than {_MAX_BYTES:,} bytes")
    try:
        # With "\n" as line end, a template has the same hash on every system.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8: {error.reason}") from None


def _lint(name: str, text: str) -> list[str]:
    """Return a template's problems of the first kind that has any."""
    try:
        custom = prompts.parse(text, "")
    except InputError as error:
        return [str(error).removeprefix(": ")]
    shipped = prompts.load(name)
    if problems := _find_front_matter_problems(custom, shipped):
        return problems
    first_line = text.count("\n") - custom.body.count("\n")
    if problems := _find_structure_problems(custom, shipped, first_line):
        return problems
    return _find_rendering_problems(custom, shipped)


def _find_front_matter_problems(custom: Prompt, shipped: Prompt) -> list[str]:
    problems = []
    if custom.name != shipped.name:
        problems.append(
            f"front matter: name is {custom.name!r}; it must be {shipped.name!r}"
        )
    if custom.schema != shipped.schema:
        problems.append(
            f"front matter: schema is {custom.schema!r}; it must be "
            f"{shipped.schema!r}, as the form of the answer cannot be changed"
        )
    return problems


def _find_structure_problems(
    custom: Prompt, shipped: Prompt, first_line: int
) -> list[str]:
    """Compare blocks and variables; the body follows line `first_line`."""
    import jinja2
    from jinja2 import meta, nodes

    environment = prompts.build_environment()
    try:
        tree = environment.parse(custom.body)
    except jinja2.TemplateSyntaxError as error:
        return [f"line {first_line + error.lineno}: {error.message}"]
    problems = []
    includes = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    for node in tree.find_all(includes):
        problems.append(
            f"line {first_line + node.lineno}: a template is one file and cannot "
            "include, import, or extend another"
        )
    for part in tree.body:
        if not isinstance(part, nodes.Block) and _has_output(part):
            line = first_line + part.lineno
            problems.append(f"line {line}: text outside of the blocks is not sent")
    reference = environment.parse(shipped.body)
    blocks = [node.name for node in tree.find_all(nodes.Block)]
    expected = [node.name for node in reference.find_all(nodes.Block)]
    if blocks != expected:
        problems.append(
            f"has the blocks {_join(blocks)}; it must have {_join(expected)}, in "
            "this order"
        )
    used = meta.find_undeclared_variables(tree)
    available = meta.find_undeclared_variables(reference)
    problems += _find_variable_problems(used, available)
    return problems


def _has_output(node: Any) -> bool:
    """Return whether a node outside of the blocks is more than white space."""
    from jinja2 import nodes

    if not isinstance(node, nodes.Output):
        return not isinstance(node, (nodes.Assign, nodes.Macro))
    for part in node.nodes:
        if not isinstance(part, nodes.TemplateData) or part.data.strip():
            return True
    return False


def _find_variable_problems(used: set[str], available: set[str]) -> Iterator[str]:
    for name in sorted(used - available):
        similar = difflib.get_close_matches(name, available, 1)
        advice = f"; did you mean {similar[0]!r}?" if similar else ""
        names = _join(sorted(available))
        yield f"unknown variable {name!r} (available: {names}){advice}"
    for name in sorted(available - used - _OPTIONAL_VARIABLES):
        yield f"does not use the variable {name!r}"


def _find_rendering_problems(custom: Prompt, shipped: Prompt) -> list[str]:
    """Render samples, and compare what is fenced with the shipped template."""
    for variables in _build_sample_variables(custom.name):
        try:
            messages = prompts.render_body(custom.body, variables, "")
        except InputError as error:
            return [str(error).removeprefix(": ")]
        expected = prompts.render_body(shipped.body, variables, "")
        if problems := _compare_messages(messages, expected):
            return problems
    return []


def _build_sample_variables(name: str) -> list[dict[str, Any]]:
    """Return variables with all values, and with as few as possible."""
    full = dict(_SAMPLES)
    if name == "correct":
        full["items"] = [_CORRECT_ITEM]
    least = full | {"context": ""}
    least |= dict.fromkeys(("title", "published", "document_language"))
    return [
        full | _SAMPLE_BRIEF.list_variables(),
        least | EMPTY_BRIEF.list_variables(),
    ]


def _compare_messages(
    messages: Iterable[Message], expected: Iterable[Message]
) -> list[str]:
    contents = {message.role: message.content for message in messages}
    problems: list[str] = []
    for message in expected:
        content = contents[message.role]
        if message.role == "user" and _FENCE in message.content:
            problems += _find_mark_problems(content)
        allowed = _find_unfenced(message.content) | _BRIEF_SAMPLES
        for name in sorted(_find_unfenced(content) - allowed):
            problems.append(
                f"the block {message.role!r} has the {name} outside of the fence; put "
                "it between two lines that begin with {{ fence }}"
            )
        missing = _find_samples(message.content) - _find_samples(content)
        for name in sorted(missing - {"title", "date", "context"} - _BRIEF_SAMPLES):
            problems.append(f"the block {message.role!r} leaves out or cuts the {name}")
    return problems


def _find_mark_problems(content: str) -> Iterator[str]:
    """Yield a problem unless the user message names its mark before use."""
    first = next((line for line in content.splitlines() if _FENCE in line), "")
    if not first or first.startswith(_FENCE):
        yield (
            "the block 'user' does not name the mark before it begins a fence: put a "
            "line such as 'The mark is {{ fence }}.' before it"
        )


def _find_unfenced(content: str) -> set[str]:
    """Return the samples that are not between two lines with the mark."""
    unfenced: set[str] = set()
    fenced: set[str] = set()
    is_inside = False
    for line in content.splitlines():
        is_mark = line.startswith(_FENCE)
        if is_mark and is_inside:
            fenced = set()
        # The mark does not fence the rest of its own line.
        if is_mark or not is_inside:
            unfenced |= _find_samples(line)
        else:
            fenced |= _find_samples(line)
        is_inside ^= is_mark
    # A fence that is never closed fences nothing.
    return unfenced | fenced


def _find_samples(text: str) -> set[str]:
    return {name.removeprefix("sample-") for name in _SAMPLE.findall(text)}


def _join(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
