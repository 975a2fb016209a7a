"""Identify the prompts and schemas of claimcheck behind a request.

A cassette states them, so that people can see which recordings a changed prompt makes
stale, without running any test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain

from claimcheck import prompts, schemas
from claimcheck.testing.bodies import parse_exact_json

_DIGITS = 12  # of the sha256, as in a run's signature on the command line


def identify_templates(body: bytes) -> dict[str, str]:
    """Return digests of the prompts in a body, and of their schemas."""
    contents = list(_list_contents(body))
    templates: dict[str, str] = {}
    for name in prompts.list_names():
        texts = chain.from_iterable(prompts.list_fixed_texts(name))
        longest = max(texts, key=len)
        if any(longest in content for content in contents):
            templates |= _compute_digests(name)
    return templates


def find_changed(templates: Mapping[str, str], body: bytes) -> list[str]:
    """List the templates that would no longer produce the recorded request.

    A changed prompt may still produce the same request, for instance if the change is
    in the text of a condition that does not apply.
    """
    current = dict(_list_current_digests())
    changed = [name for name in templates if templates[name] != current.get(name)]
    contents = list(_list_contents(body))
    return [template for template in changed if not _may_produce(template, contents)]


def _list_current_digests() -> Iterator[tuple[str, str]]:
    for name in prompts.list_names():
        yield from _compute_digests(name).items()


@cache
def _compute_digests(name: str) -> dict[str, str]:
    prompt = prompts.load(name)
    digests = {f"prompts/{name}": prompt.digest[:_DIGITS]}
    if prompt.schema:
        digest = schemas.compute_digest(prompt.schema)
        digests[f"schemas/{prompt.schema}"] = digest[:_DIGITS]
    return digests


def _list_contents(body: bytes) -> Iterator[str]:
    """Yield the messages of a request, or of all in a Batch API file."""
    for line in [body, *body.splitlines()]:
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            value = parse_exact_json(line.decode())
            request = value.get("body", value)
            for message in request.get("messages") or request["input"]:
                yield str(message["content"])


def _may_produce(template: str, contents: Sequence[str]) -> bool:
    """Whether a prompt produces these messages for some variables."""
    kind, _, name = template.partition("/")
    if kind != "prompts" or name not in prompts.list_names():
        return False
    patterns = map(_build_pattern, prompts.list_fixed_texts(name))
    return all(any(map(pattern.fullmatch, contents)) for pattern in patterns)


def _build_pattern(fixed_texts: Iterable[str]) -> re.Pattern[str]:
    # An empty text marks the position of a variable.
    parts = [re.escape(text) or ".*" for text in fixed_texts]
    return re.compile(r"\s*".join(parts), re.DOTALL)
