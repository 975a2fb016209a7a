"""The style sheets, scripts, and templates of pages.

A page loads nothing from elsewhere and runs only its own scripts: a Content Security
Policy lists the hashes of the only styles and scripts that may be used.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from claimcheck.models.verdict import Label
from claimcheck.reports import wording

if TYPE_CHECKING:
    from jinja2 import Template

ASSETS_FOLDER = Path(__file__).parent


# HTML does not allow these characters (the parse error is called
# "control-character-in-input-stream"), and browsers differ in what they show.
_CONTROL_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\f\r"},
    ord("\f"): "\n",
    0x7F: 0x2421,  # the picture of DELETE
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),  # Unicode has no pictures of these
}


def replace_control_characters(text: str) -> str:
    """Replace control characters, which HTML forbids, with symbols."""
    return text.translate(_CONTROL_PICTURES)


def format_css_class(label: Label) -> str:
    """Return the CSS class of a label: "not-enough-evidence"."""
    return str(label).replace("_", "-")


def format_badge(label: Label) -> str:
    """Return the text of a label on a badge: "Not enough evidence"."""
    return wording.format_label(label).capitalize()


@cache
def read_asset(name: str, folder: Path = ASSETS_FOLDER) -> str:
    """Read a style sheet or script of a page."""
    return (folder / name).read_text(encoding="utf-8")


def build_content_security_policy(
    styles: Sequence[str], scripts: Sequence[str], *, allow_requests: bool = False
) -> str:
    """Build a policy that allows only these styles and scripts.

    With `allow_requests` the page may send requests, but only to its own server.
    """
    target = "'self'" if allow_requests else "'none'"
    # Forbid everything, then allow the least that the page needs.
    directives = [
        "default-src 'none'",
        f"style-src {_list_hashes(styles)}",
        f"script-src {_list_hashes(scripts)}",
        f"connect-src {target}",
        f"form-action {target}",
        # A <base> element would turn every link of the page into another one.
        "base-uri 'none'",
    ]
    return "; ".join(directives)


def _list_hashes(texts: Sequence[str]) -> str:
    """List the hashes of inline styles or scripts as CSP sources."""
    sources = []
    for text in texts:
        digest = hashlib.sha256(text.encode()).digest()
        sources.append(f"'sha256-{base64.b64encode(digest).decode()}'")
    return " ".join(sources) or "'none'"


@cache
def load_template(name: str, folder: Path = ASSETS_FOLDER) -> Template:
    """Load a page template, in which every value is escaped."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        # A misspelled name is an error and not an empty string.
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = replace_control_characters
    return environment.get_template(name)
