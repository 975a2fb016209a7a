"""What every page is made with: templates that escape, a policy that lets nothing foreign run, text that HTML may hold."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

ASSETS_FOLDER = Path(__file__).parent
_CONTROL_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\f\r"},
    **dict.fromkeys(range(128, 160), 65533),
    0x7F: 0x2421,
    ord("\f"): "\n",
}


def replace_control_characters(text: str) -> str:
    """Replace control characters that HTML may not contain with visible symbols."""
    return text.translate(_CONTROL_PICTURES)


@cache
def read_asset(name: str, folder: Path = ASSETS_FOLDER) -> str:
    """Read a style sheet or script of a page."""
    return (folder / name).read_text(encoding="utf-8")


def build_content_security_policy(
    styles: Sequence[str], scripts: Sequence[str], *, asks: bool = False
) -> str:
    """Build a policy that allows only these styles and scripts to load and run.

    With `asks` the page may ask the server that it came from, and nobody else.
    """
    style, script = (_hash_sources(styles), _hash_sources(scripts))
    asking = "'self'" if asks else "'none'"
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src {asking}; form-action {asking}; "
        "base-uri 'none'"
    )


@cache
def load_template(name: str, folder: Path = ASSETS_FOLDER) -> Template:
    """Load a page template: sandboxed, with everything escaped."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = replace_control_characters
    return environment.get_template(name)


def _hash_sources(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return (
        " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
        or "'none'"
    )
