"""Removes secrets before anything is written to a cassette."""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# The names are those that `find_secrets` reports. Account ids and paths on the
# recording machine are not keys, but they are private, too.
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
_SECRET_VARIABLE = re.compile(r"(?:API_KEY|TOKEN|SECRET|PASSWORD)$")

# A shorter value, such as "none" or "test", also occurs where it is not a secret.
_MIN_SECRET_LENGTH = 8


def find_secrets(text: str) -> list[str]:
    """List what looks like a secret: `kind: first characters…`."""
    secrets = []
    for kind, pattern in _SECRET_PATTERNS.items():
        for match in pattern.finditer(text):
            secrets.append(f"{kind}: {match.group()[:12]}…")
    return secrets


def strip_credentials(uri: str) -> str:
    """Remove the user, password, and secret parameters from a URI."""
    parts = urlsplit(uri)
    query = [
        (name, "redacted" if _SECRET_PARAMETER.search(name) else value)
        for name, value in parse_qsl(parts.query)
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host, query=urlencode(query)))


def redact(text: str) -> str:
    """Replace what looks like a secret, and the secrets of this process."""
    # A key of an unknown form is found by its value, if it is where keys usually are.
    for name, value in os.environ.items():
        if _SECRET_VARIABLE.search(name) and len(value) >= _MIN_SECRET_LENGTH:
            text = text.replace(value, "[redacted]")
    for pattern in _SECRET_PATTERNS.values():
        text = pattern.sub("[redacted]", text)
    return text
