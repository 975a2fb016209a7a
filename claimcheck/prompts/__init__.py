"""Renders prompts in a sandbox, from templates in `prompts/` or the user's.

A template opens with TOML between `+++` lines (name, version, description, schema) and
has one block per chat message, named after its role. Document text is passed in as a
variable and is never compiled. It is put between two fence lines with a mark that does
not occur in it, so that no document can close its own fence. A template is
one file: it cannot include another, because the sandbox has no loader.
"""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimcheck import resources
from claimcheck.errors import InputError
from claimcheck.models.llm import Message

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

SUFFIX = ".md.j2"
ROLES = ("system", "user", "assistant")
# The user's templates, which replace the shipped ones: pairs of name and text.
Templates = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template: front matter, body, and the SHA-256 hash of the file."""

    name: str
    version: int
    description: str
    schema: str | None
    body: str
    digest: str


def list_names() -> tuple[str, ...]:
    """Return the names of all templates."""
    return resources.list_files("prompts", SUFFIX)


def read_source(name: str) -> str:
    """Return the text of the template file.

    Raises:
        InputError: the template does not exist.
    """
    if name not in list_names():
        available = ", ".join(list_names())
        raise InputError(f"Unknown prompt {name!r}. Available: {available}")
    return _get_template_path(name).read_text(encoding="utf-8")


def load(name: str, user_templates: Templates = ()) -> Prompt:
    """Return the template of that name: the user's, or the shipped one.

    Raises:
        InputError: the template does not exist, or its front matter is broken.
    """
    for template_name, text in user_templates:
        if template_name == name:
            return parse(text, name + SUFFIX)
    return _load_shipped(name)


def get_source(name: str, user_templates: Templates) -> str:
    """Return the text of the template that is used.

    Raises:
        InputError: the template does not exist.
    """
    return dict(user_templates).get(name) or read_source(name)


def compute_digests(names: Iterable[str], user_templates: Templates) -> dict[str, str]:
    """Map names to the SHA-256 hashes of the templates that are used."""
    return {name: load(name, user_templates).digest for name in names}


@cache
def _load_shipped(name: str) -> Prompt:
    return parse(read_source(name), str(_get_template_path(name)))


# Cached, because every request renders one of a few templates.
@cache
def parse(text: str, path: str) -> Prompt:
    """Parse the text of a template; `path` is for the error message.

    Raises:
        InputError: the front matter is broken.
    """
    # At most two splits: the body may contain such a line, too.
    parts = text.split("+++\n", 2)
    try:
        if len(parts) != 3 or parts[0]:
            raise ValueError("it must open with TOML between two +++ lines")
        front = tomllib.loads(parts[1])
        return Prompt(
            name=str(front["name"]),
            version=int(front["version"]),
            description=str(front["description"]),
            schema=front.get("schema"),
            body=parts[2],
            digest=hashlib.sha256(text.encode()).hexdigest(),
        )
    except KeyError as error:
        raise InputError(f"{path}: front matter: {error} is missing") from None
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: front matter: {error}") from None


def render(
    name: str, variables: dict[str, Any], user_templates: Templates = ()
) -> tuple[Message, ...]:
    """Render a template: one message per block, in the order of the file.

    Raises:
        InputError: the template is broken, or uses a variable that is not passed.
    """
    is_custom = any(template_name == name for template_name, _ in user_templates)
    path = name + SUFFIX if is_custom else str(_get_template_path(name))
    return render_body(load(name, user_templates).body, variables, path)


def render_body(body: str, variables: dict[str, Any], path: str) -> tuple[Message, ...]:
    """Render the body of a template; `path` is for the error message.

    Raises:
        InputError: the template is broken, or uses a variable that is not passed.
    """
    import jinja2

    try:
        template = _compile_template(body)
        # Blocks are rendered one by one, because each is a separate message.
        context = template.new_context(variables)
        messages = []
        for role, block in template.blocks.items():
            if role in ROLES:
                messages.append(Message(role, "".join(block(context)).strip()))
        return tuple(messages)
    except jinja2.TemplateError as error:
        raise InputError(f"{path}: {error}") from None


@cache
def list_fixed_texts(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the fixed texts of each message of a shipped template, in order.

    An empty text stands for variables, conditions, and loops.

    Raises:
        InputError: the template is broken, or does not exist.
    """
    import jinja2
    from jinja2 import nodes

    try:
        tree = build_environment().parse(load(name).body)
    except jinja2.TemplateError as error:
        raise InputError(f"{_get_template_path(name)}: {error}") from None
    messages = []
    for block in tree.find_all(nodes.Block):
        texts = []
        for node in block.body:
            for part in getattr(node, "nodes", [node]):
                is_text = isinstance(part, nodes.TemplateData)
                texts.append(part.data.strip() if is_text else "")
        # Several empty texts in a row become one.
        messages.append(tuple(text for text, _ in itertools.groupby(texts)))
    return tuple(messages)


def choose_fence(text: str) -> str:
    """Return a mark that does not occur in `text`, always the same one."""
    # It is derived from the text, so that the same document makes the same request:
    # caches and cassettes depend on that.
    mark = hashlib.sha256(text.encode()).hexdigest()
    while mark[:8] in text:
        mark = hashlib.sha256(mark.encode()).hexdigest()
    return mark[:8]


@cache
def _compile_template(body: str) -> Template:
    """Compile the body of a template; document text never gets here."""
    return build_environment().from_string(body)


@cache
def build_environment() -> ImmutableSandboxedEnvironment:
    """Return the sandbox in which all templates are parsed and rendered."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,  # a misspelled variable is an error, not ""
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # a prompt is plain text; reports escape theirs
    )


def _get_template_path(name: str) -> Path:
    return resources.find_folder("prompts") / (name + SUFFIX)
