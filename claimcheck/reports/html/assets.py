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

HERE = Path(__file__).parent
_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\f\r"},
    **dict.fromkeys(range(128, 160), 65533),
    0x7F: 0x2421,
    ord("\f"): "\n",
}


def readable(text: str) -> str:
    """The text without control characters that HTML may not hold or that turn the page around, shown as their pictures."""
    return text.translate(_PICTURES)


@cache
def asset(name: str, folder: Path = HERE) -> str:
    """A style or script of a page."""
    return (folder / name).read_text(encoding="utf-8")


def policy(styles: Sequence[str], scripts: Sequence[str], *, asks: bool = False) -> str:
    """The Content Security Policy under which these styles and scripts are all that may run and load.

    With `asks` the page may ask the server that it came from, and nobody else.
    """
    style, script = (_hashes(styles), _hashes(scripts))
    asking = "'self'" if asks else "'none'"
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src {asking}; form-action {asking}; "
        "base-uri 'none'"
    )


@cache
def template(name: str, folder: Path = HERE) -> Template:
    """The template of a page: sandboxed, everything escaped."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = readable
    return environment.get_template(name)


def _hashes(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
