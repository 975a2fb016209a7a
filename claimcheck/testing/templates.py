"""Which prompts and schemas of claimcheck a request was made from.

A cassette states them, so that somebody can tell which recordings a changed prompt
makes stale, without running any test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from claimcheck import prompts, schemas

_DIGITS = 12  # of the sha256, as in a run's signature on the command line


def identify_templates(body: bytes) -> dict[str, str]:
    """Return the digests of the templates whose fixed text is in a request body."""
    text = body.decode("utf-8", "replace")
    templates: dict[str, str] = {}
    for name in prompts.list_names():
        fixed = prompts.find_fixed_text(name)
        # Clients write JSON with or without escapes of other than ASCII characters.
        notations = {
            json.dumps(fixed)[1:-1],
            json.dumps(fixed, ensure_ascii=False)[1:-1],
        }
        if fixed and any(notation in text for notation in notations):
            templates |= _compute_digests(name)
    return templates


def find_changed(templates: Mapping[str, str]) -> list[str]:
    """List the templates that are no longer what they were while recording."""
    current: dict[str, str] = {}
    for name in prompts.list_names():
        current |= _compute_digests(name)
    return [name for name, digest in templates.items() if current.get(name) != digest]


@cache
def _compute_digests(name: str) -> dict[str, str]:
    prompt = prompts.load(name)
    digests = {f"prompts/{name}": prompt.digest[:_DIGITS]}
    if prompt.schema:
        digest = schemas.compute_digest(prompt.schema)
        digests[f"schemas/{prompt.schema}"] = digest[:_DIGITS]
    return digests
