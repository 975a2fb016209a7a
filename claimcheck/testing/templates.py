"""Which prompts and schemas of claimcheck a request was made from.

A cassette states them, so that somebody can tell which recordings a changed prompt
makes stale, without running any test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain

from claimcheck import prompts, schemas
from claimcheck.errors import InputError

_DIGITS = 12  # of the sha256, as in a run's signature on the command line


def identify_templates(body: bytes) -> dict[str, str]:
    """Return digests of the prompts whose text is in a body, and of their schemas."""
    contents = list(_list_contents(body))
    templates: dict[str, str] = {}
    for name in prompts.list_names():
        texts = chain.from_iterable(prompts.list_fixed_texts(name))
        longest = max(texts, key=len, default="")
        if longest and any(longest in content for content in contents):
            templates |= _compute_digests(name)
    return templates


def find_changed(templates: Mapping[str, str], body: bytes) -> list[str]:
    """List the templates that would not make the recorded request any more.

    A prompt may also change where it makes no difference to a request, such as in the
    text of a condition that does not apply.
    """
    changed = []
    for template, digest in templates.items():
        kind, _, name = template.partition("/")
        if digest != _find_digest(template) and not (
            kind == "prompts" and _may_make(name, list(_list_contents(body)))
        ):
            changed.append(template)
    return changed


def _find_digest(template: str) -> str | None:
    for name in prompts.list_names():
        digests = _compute_digests(name)
        if template in digests:
            return digests[template]
    return None


@cache
def _compute_digests(name: str) -> dict[str, str]:
    prompt = prompts.load(name)
    digests = {f"prompts/{name}": prompt.digest[:_DIGITS]}
    if prompt.schema:
        digest = schemas.compute_digest(prompt.schema)
        digests[f"schemas/{prompt.schema}"] = digest[:_DIGITS]
    return digests


def _list_contents(body: bytes) -> Iterator[str]:
    """Yield the messages of a request, or of each one in a file of the Batch API."""
    for line in [body, *body.splitlines()]:
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            value = json.loads(line)
            for message in value.get("body", value)["messages"]:
                yield str(message["content"])


def _may_make(name: str, contents: Sequence[str]) -> bool:
    """Whether the prompt, with some values of its variables, makes these messages."""
    try:
        messages = prompts.list_fixed_texts(name)
    except InputError:
        return False
    return all(_fits_any(texts, contents) for texts in messages)


def _fits_any(texts: Sequence[str], contents: Sequence[str]) -> bool:
    return any(_fits(texts, content) for content in contents)


def _fits(texts: Sequence[str], content: str) -> bool:
    *others, last = texts
    if not content.endswith(last):
        return False
    rest = content.removesuffix(last)
    is_gap = False
    for text in others:
        skipped, found, after = rest.partition(text) if text else ("", True, rest)
        if not found or (skipped.strip() and not is_gap):
            return False
        rest, is_gap = after, not text
    return is_gap or not last or not rest.strip()
