"""Secrets that must not get into a cassette: found by their form, and taken out before anything is written."""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_SECRET_PATTERNS = {
    "API key": re.compile(r"\b(?:sk|pk|rk|gsk|xai)-(?:[A-Za-z]+-)*[A-Za-z0-9_]{16,}"),
    "bearer token": re.compile(r"\bBearer\s+[A-Za-z0-9._~+/-]{12,}=*"),
    "organization": re.compile(r"\borg-[A-Za-z0-9]{10,}"),
    "project": re.compile(r"\bproj_[A-Za-z0-9]{10,}"),
    "cookie": re.compile(r"\b(?:set-cookie|__cf_bm|_cfuvid)\b[^\"\n]{0,200}", re.I),
    "machine path": re.compile(
        r"(?<![\w/.])/(?:home|root|Users|work)/[\w.-]+[^\s\"']*"
    ),
    "JSON web token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
}
_SECRET_PARAMETER = re.compile(r"key|token|secret|signature|password", re.I)
_SECRET_VARIABLES = re.compile(r"(?:API_KEY|TOKEN|SECRET|PASSWORD)$")


def find_secrets(text: str) -> list[str]:
    """List what looks like a secret, a cookie or a local path: `kind: first chars…`."""
    return [
        f"{kind}: {match.group()[:12]}…"
        for kind, pattern in _SECRET_PATTERNS.items()
        for match in pattern.finditer(text)
    ]


def strip_credentials(uri: str) -> str:
    """Remove user, password and the values of secret query parameters from a URI."""
    parts = urlsplit(uri)
    query = [
        (name, "redacted" if _SECRET_PARAMETER.search(name) else value)
        for name, value in parse_qsl(parts.query)
    ]
    return urlunsplit(
        parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(query))
    )


def redact(text: str) -> str:
    """The text without secrets: those of known form, and the values of this process's secret variables."""
    for name, value in os.environ.items():
        if _SECRET_VARIABLES.search(name) and len(value) >= 8:
            text = text.replace(value, "[redacted]")
    for pattern in _SECRET_PATTERNS.values():
        text = pattern.sub("[redacted]", text)
    return text
