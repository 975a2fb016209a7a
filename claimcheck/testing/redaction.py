"""Secrets that must not get into a cassette: found by their form, and taken out before anything is written."""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_PATTERNS = {
    "API key": re.compile(r"\b(?:sk|pk|rk|gsk|xai)-(?:[A-Za-z]+-)*[A-Za-z0-9_]{16,}"),
    "bearer token": re.compile(r"\bBearer\s+[A-Za-z0-9._~+/-]{12,}=*"),
    "organization": re.compile(r"\borg-[A-Za-z0-9]{10,}"),
    "project": re.compile(r"\bproj_[A-Za-z0-9]{10,}"),
    "cookie": re.compile(r"\b(?:set-cookie|__cf_bm|_cfuvid)\b[^\"\n]{0,200}", re.I),
    "machine path": re.compile(r"(?<![\w/.])/(?:home|root|Users|work)/[\w.-]+[^\s\"']*"),
    "JSON web token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
}
_SECRET_PARAMETER = re.compile(r"key|token|secret|signature|password", re.I)
_SECRET_VARIABLES = re.compile(r"(?:API_KEY|TOKEN|SECRET|PASSWORD)$")


def secrets_in(text: str) -> list[str]:
    """What in the text looks like a secret, a cookie or a machine's path: `kind: first characters…`."""
    return [
        f"{kind}: {match.group()[:12]}…"
        for kind, pattern in _PATTERNS.items()
        for match in pattern.finditer(text)
    ]


def without_credentials(uri: str) -> str:
    """The URI without user and password, and without the values of query parameters that name a secret."""
    parts = urlsplit(uri)
    query = [
        (name, "redacted" if _SECRET_PARAMETER.search(name) else value)
        for name, value in parse_qsl(parts.query)
    ]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(query)))


def redact(text: str) -> str:
    """The text without secrets: those of known form, and the values of this process's secret variables."""
    for name, value in os.environ.items():
        if _SECRET_VARIABLES.search(name) and len(value) >= 8:
            text = text.replace(value, "[redacted]")
    for pattern in _PATTERNS.values():
        text = pattern.sub("[redacted]", text)
    return text
