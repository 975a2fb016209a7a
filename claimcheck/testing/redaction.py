"""Masks secrets, and nothing else, before anything is written to a cassette.

Three kinds of secrets are masked: text with the shape of a known kind of key, the
credentials of the recorded requests themselves, and values of fields such as
`password`, in JSON and in forms. Text that merely looks private, such as a path on
the recording machine, is only reported by `find_secrets`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from claimcheck.testing.bodies import (
    find_style,
    header_to_text,
    parse_exact_json,
    render_json,
)

MASK = "[redacted]"
_MASKED_PARAMETER = "redacted"  # brackets would be percent-encoded

# A key may not start inside a word, except after `\n` in serialized JSON.
_START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf]))"
# A key has a digit; "sk-learning-transformation" does not.
_WITH_DIGIT = r"(?=[A-Za-z_-]*\d)"
_KEY_SHAPES = {
    "API key": re.compile(
        _START
        + rf"""(?:
            (?:(?:sk|pk|rk|gsk|xai)-|(?:sk|pk|rk)_(?:live|test)_)
              {_WITH_DIGIT}[A-Za-z0-9_-]{{16,}}
          | (?:ghp|gho|ghs|gsk|hf)_[A-Za-z0-9]{{30,}}
          | github_pat_[A-Za-z0-9_]{{20,}}
          | xox[abp]-[A-Za-z0-9-]{{20,}}
          | AIza[A-Za-z0-9_-]{{35}}
          | AKIA[A-Z0-9]{{16}}
        )""",
        re.VERBOSE,
    ),
    "bearer token": re.compile(
        # After "Authorization:" any value is a token; in prose, it must have a digit.
        _START
        + r"""(?:
            (?i:(?<=authorization:\s)|(?<=authorization:)) Bearer\s+
          | Bearer\s+(?=[A-Za-z._~+/-]*\d)
        ) [A-Za-z0-9._~+/-]{12,}=*""",
        re.VERBOSE,
    ),
    "organization": re.compile(_START + r"org-(?=[A-Za-z]*\d)[A-Za-z0-9]{10,}"),
    "project": re.compile(_START + r"proj_(?=[A-Za-z]*\d)[A-Za-z0-9]{10,}"),
    "JSON web token": re.compile(
        _START + r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}", re.ASCII
    ),
}
# A text without any of these has no key. This saves time, because the patterns are slow
# on long texts.
_KEY_WORDS = (
    "sk-", "pk-", "rk-", "gsk", "xai-", "k_live_", "k_test_", "ghp_", "gho_", "ghs_",
    "hf_", "github_pat_", "xox", "AIza", "AKIA", "Bearer", "org-", "proj_", "eyJ",
)  # fmt: skip
# Private or suspicious, but possible in an innocent document.
_FINDINGS = {
    "cookie": re.compile(r"set-cookie\b[\"']?\s*:\s*\S+=|\b(?:__cf_bm|_cfuvid)=", re.I),
    "machine path": re.compile(
        r"(?<![\w/.])/(?:home|root|Users|work)/[\w.-]+[^\s\"']*"
    ),
}
_CREDENTIAL_HEADERS = (
    "authorization",
    "proxy-authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "x-subscription-token",
    "openai-organization",
    "openai-project",
)
# Exact names only: `page_token` and `keyword` are not secrets, and a `token` in the
# answer of a model is a piece of its text.
_FIELD_NAMES = r"""(?:(?:access|auth|bearer|id|refresh|session)[-_]?token|api[-_]?key
    |client[-_]?secret|passphrase|passwd|password|private[-_]?key|secret
    |secret[-_](?:access[-_])?key|subscription-key|x-amz-security-token|x-api-key)"""
_SECRET_FIELD = re.compile(_FIELD_NAMES, re.VERBOSE | re.IGNORECASE)
_SECRET_PARAMETER = re.compile(
    rf"([?&](?:{_FIELD_NAMES}|sig|signature|x-amz-signature)=)([^&\#]*)",
    re.VERBOSE | re.IGNORECASE,
)
# Of JSON Lines, for example.
_SECRET_JSON_FIELD = re.compile(
    rf"""("{_FIELD_NAMES}"\s*:\s*")((?:[^"\\]|\\.)+)(?=")""",
    re.VERBOSE | re.IGNORECASE,
)
_FORM = re.compile(r"[^\s=&]+=[^\s&]*(?:&[^\s=&]+=[^\s&]*)*")
_USER_AND_PASSWORD = re.compile(r"^(\w+://)([^/?#]*)@")
# A shorter value, such as "none" or "test", also occurs as an ordinary word.
_MIN_SECRET_LENGTH = 8
# Placeholders that people use for servers without keys.
_PLACEHOLDERS = frozenset({"not-needed", "no-key-required", "lm-studio", "anything"})


def find_secrets(text: str) -> list[str]:
    """List everything that looks like a secret: `kind: first characters…`."""
    secrets = []
    for kind, pattern in (_KEY_SHAPES | _FINDINGS).items():
        for match in pattern.finditer(text):
            secrets.append(f"{kind}: {match.group()[:12]}…")
    return secrets


def find_credentials(uri: str, headers: Mapping[str, Any]) -> set[str]:
    """Return the keys, organization, and project sent with a request."""
    values = set()
    for name, value in headers.items():
        if name.lower() in _CREDENTIAL_HEADERS:
            # "Bearer KEY": the scheme is not secret.
            values.add(header_to_text(value).rpartition(" ")[2])
    for _, user_and_password in _USER_AND_PASSWORD.findall(uri):
        values.update(unquote(user_and_password).split(":"))
    for _, value in _SECRET_PARAMETER.findall(uri):
        values.add(unquote_plus(value))
    known = {value for value in values if len(value) >= _MIN_SECRET_LENGTH}
    return known - _PLACEHOLDERS


def strip_credentials(uri: str) -> str:
    """Remove the user, password, and secret parameters from a URI.

    Everything else stays as sent, including percent signs and empty values.
    """
    uri = _USER_AND_PASSWORD.sub(r"\1", uri)
    uri = _SECRET_PARAMETER.sub(rf"\1{_MASKED_PARAMETER}", uri)
    for pattern in _KEY_SHAPES.values():
        uri = pattern.sub(_MASKED_PARAMETER, uri)
    return uri


def redact(text: str, credentials: Iterable[str] = ()) -> str:
    """Mask the credentials, and what has the shape of a key, in a text."""
    # The longest first, because one may contain another.
    for value in sorted(credentials, key=len, reverse=True):
        # Text may be JSON lines or a form, which write some characters differently.
        for form in (value, json.dumps(value)[1:-1], quote(value, safe="")):
            text = text.replace(form, MASK)
    if any(word in text for word in _KEY_WORDS):
        for pattern in _KEY_SHAPES.values():
            text = pattern.sub(MASK, text)
    return text


def redact_body(body: bytes, credentials: Iterable[str] = ()) -> bytes:
    """Mask secrets in a body; a body without any is returned unchanged."""
    try:
        text = body.decode()
        value = parse_exact_json(text)
        redacted = _redact_json(value, credentials)
        if redacted == value:
            return body
        return render_json(redacted, find_style(text, value)).encode("utf-8")
    except (ValueError, RecursionError):
        # An upload may have bytes that are not text; they must survive.
        text = body.decode("utf-8", "surrogateescape")
        text = redact(_redact_fields(text), credentials)
        return text.encode("utf-8", "surrogateescape")


def _redact_fields(text: str) -> str:
    """Mask values of secret fields in a form, or in several JSON objects."""
    if _FORM.fullmatch(text):
        # The first field has no separator before it.
        return _SECRET_PARAMETER.sub(rf"\1{_MASKED_PARAMETER}", f"&{text}")[1:]
    return _SECRET_JSON_FIELD.sub(rf"\1{MASK}", text)


def _redact_json(value: Any, credentials: Iterable[str]) -> Any:
    if isinstance(value, str):
        return redact(value, credentials)
    if isinstance(value, list):
        return [_redact_json(item, credentials) for item in value]
    if isinstance(value, dict):
        redacted = {}
        for key, item in value.items():
            is_secret = isinstance(item, str) and item and _SECRET_FIELD.fullmatch(key)
            new_item = MASK if is_secret else _redact_json(item, credentials)
            redacted[redact(key, credentials)] = new_item
        return redacted
    return value
