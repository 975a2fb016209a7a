"""Checks that a user's template keeps what claimcheck relies on.

These are the form of the answer, the messages, the variables, and the fence around
everything that comes from a document. A template is rendered with samples, which show
what is outside of the fence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from claimcheck import prompts
from claimcheck.errors import InputError
from claimcheck.models.brief import EMPTY_BRIEF, Brief, Example, Field
from claimcheck.models.llm import Message
from claimcheck.prompts import SUFFIX, Prompt, Templates

# A template may omit these variables. If any other is missing, the answer is useless.
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


def find_unused(templates: Templates, brief: Brief) -> list[str]:
    """Return the parts of a brief that these templates would ignore."""
    from jinja2 import meta

    environment = prompts.build_environment()
    problems = []
    for name, text in templates:
        body, shipped = prompts.parse(text, name).body, prompts.load(name).body
        used = meta.find_undeclared_variables(environment.parse(body))
        # Some templates, such as that of a repair, never had these variables.
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


def find_problems(name: str, text: str) -> list[str]:
    """Return a template's problems of the first kind that has any."""
    try:
        custom = prompts.parse(text, "")
    except InputError as error:
        return [str(error).removeprefix(": ")]
    shipped = prompts.load(name)
    if problems := _find_front_matter_problems(custom, shipped):
        return problems
    # Jinja counts the lines of the body, and people those of the file.
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
    # The sandbox has no loader: these would fail only when a request is built.
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
        # What the shipped template leaves unfenced is allowed.
        expected = prompts.render_body(shipped.body, variables, "")
        if problems := _compare_messages(messages, expected):
            return problems
    return []


def _build_sample_variables(name: str) -> list[dict[str, Any]]:
    """Return variables with all values, and with as few as possible."""
    full = dict(_SAMPLES)
    if name == "correct":
        full["items"] = [_CORRECT_ITEM]
    # A template may fail only for documents without a title or a date.
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
        # A template may leave these out; without any other, it would be useless.
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
