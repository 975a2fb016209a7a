"""How to reach an endpoint, and why it cannot be reached.

The SDK always says "Connection error." The cause is further down the chain of
exceptions, and each cause needs a different remedy.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from claimcheck.errors import AuthenticationError, SetupError
from claimcheck.llm.limited_client import AnswerTooLargeError
from claimcheck.settings import Settings

SdkClient = TypeVar("SdkClient")
_OPENAI_URL = "https://api.openai.com/v1"
# A connection that takes longer will hardly succeed. Chosen by hand.
_MAX_CONNECT_S = 30.0
_AFTER_CONNECTING = (
    httpx2.ReadTimeout,
    httpx2.WriteTimeout,
    httpx2.ReadError,
    httpx2.WriteError,
    httpx2.RemoteProtocolError,
    httpx2.DecodingError,
)
_PROXY_VARIABLES = "ALL_PROXY, HTTPS_PROXY, and HTTP_PROXY"


def build_sdk_options(settings: Settings) -> dict[str, Any]:
    """Return the arguments of the SDK's clients.

    Raises:
        AuthenticationError: the endpoint is OpenAI's, and no key is set.
        SetupError: the key contains characters that cannot be sent.
    """
    if not settings.api_key and not settings.base_url:
        raise AuthenticationError(
            "api.openai.com: no API key; set OPENAI_API_KEY, or name another endpoint "
            "with --base-url (in Python: Settings(api_key=..., base_url=...))"
        )
    # A local server needs no key, but the SDK refuses to start without one.
    key = _check_key(settings.api_key or "not-needed")
    # Stated even for OpenAI: the SDK would otherwise follow OPENAI_BASE_URL, which is
    # not part of the settings that a run publishes.
    address = urlsplit(settings.base_url or _OPENAI_URL)
    options: dict[str, Any] = {
        "api_key": key,
        "base_url": urlunsplit(address._replace(query="", fragment="")),
        "max_retries": 0,  # retry.py retries
        # Less than the deadline of the request, so that the error names the right
        # cause.
        "timeout": httpx2.Timeout(
            settings.timeout_s, connect=min(_MAX_CONNECT_S, 0.9 * settings.timeout_s)
        ),
    }
    if address.query:  # Azure's ?api-version=; the SDK would append its path to it
        options["default_query"] = dict(parse_qsl(address.query))
    if is_azure(settings.base_url):
        # Azure reads keys from this header, and only tokens from `Authorization`.
        options["default_headers"] = {"api-key": key}
    return options


def create_sdk_client(
    kind: Callable[..., SdkClient],
    settings: Settings,
    build_http_client: Callable[[], Any],
) -> SdkClient:
    """Create a client of the SDK with its HTTP client.

    Raises:
        AuthenticationError: the endpoint is OpenAI's, and no key is set.
        SetupError: this machine's proxy, certificates, or key cannot be used.
    """
    arguments = build_sdk_options(settings)
    try:
        return kind(**arguments, http_client=build_http_client())
    except (ValueError, ImportError, OSError, httpx2.InvalidURL) as error:
        raise build_setup_error(error) from None


def is_azure(base_url: str | None) -> bool:
    """Return whether the endpoint is Azure's, which needs its own header."""
    host = urlsplit(base_url or "").hostname or ""
    return host.endswith(".azure.com")


def build_setup_error(error: Exception) -> SetupError:
    """Explain why the SDK's client could not be created."""
    if isinstance(error, httpx2.InvalidURL):
        return SetupError(f"the endpoint's URL is not valid: {error}; check base_url")
    if isinstance(error, OSError):  # ssl.SSLError is one
        return SetupError(
            f"the certificates of this machine cannot be loaded ({error}); check the "
            "file that SSL_CERT_FILE names, or unset it"
        )
    if isinstance(error, ImportError):
        return SetupError(
            "the proxy is a SOCKS proxy, which needs another package; run "
            f"`pip install socksio`, or unset {_PROXY_VARIABLES}"
        )
    return SetupError(
        f"the proxy of this machine cannot be used ({error}); check "
        f"{_PROXY_VARIABLES}, or unset them"
    )


def is_certificate_error(error: BaseException) -> bool:
    """Return whether this machine rejected the endpoint's certificate."""
    causes = _list_causes(error)
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def is_too_large(error: BaseException) -> bool:
    """Return whether the endpoint sent more than the maximum size."""
    return any(isinstance(cause, AnswerTooLargeError) for cause in _list_causes(error))


def was_connected(error: BaseException) -> bool:
    """Return whether the connection was open when the request failed."""
    return any(isinstance(cause, _AFTER_CONNECTING) for cause in _list_causes(error))


def explain_connection_error(error: BaseException, settings: Settings) -> str:
    """Explain why the connection failed and what to do, as a clause."""
    address = urlsplit(settings.base_url or _OPENAI_URL)
    proxy = _find_proxy(address.scheme, address.netloc)
    for cause in _list_causes(error):
        is_unreached = isinstance(cause, (socket.gaierror, ConnectionRefusedError))
        if is_unreached and proxy:
            return (
                f"the proxy {proxy} cannot be reached; check {_PROXY_VARIABLES}, or "
                "unset them"
            )
        explanation = _explain_cause(cause, address.hostname)
        if explanation:
            return explanation
    return "check that the server is running and that the URL is right"


def _explain_cause(cause: BaseException, host: str | None) -> str | None:
    match cause:
        case httpx2.ProxyError():
            return f"the proxy refused it ({cause}); check {_PROXY_VARIABLES}"
        case socket.gaierror():
            return (
                f"the name {host!r} cannot be resolved; check the spelling of the URL "
                "and your network"
            )
        case ConnectionRefusedError():
            return (
                "the connection was refused; check that the server is running and "
                "that the port is right"
            )
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate is not trusted ({cause.verify_message}); set "
                "SSL_CERT_FILE to a file with the certificate that signed it"
            )
        case ssl.SSLError():
            return (
                f"TLS failed ({cause.reason or cause}); check whether the URL has to "
                "begin with http:// or https://"
            )
        case AnswerTooLargeError():
            return f"{cause}, more than any answer that could be used"
        case httpx2.DecodingError():
            return f"its answer cannot be unpacked ({cause})"
        case httpx2.RemoteProtocolError() | ConnectionResetError():
            return "the connection was lost before there was an answer"
        case httpx2.LocalProtocolError() | httpx2.UnsupportedProtocol():
            return f"the request cannot be sent ({cause})"
    return None


def _find_proxy(scheme: str, host: str) -> str | None:
    """Return the host and port of the proxy for an address, if any."""
    proxies = getproxies()
    url = proxies.get(scheme) or proxies.get("all")
    if not url or proxy_bypass(host):
        return None
    return urlsplit(url).netloc.rpartition("@")[2] or None


def _list_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):  # of the addresses of one host
            for inner in error.exceptions:
                yield from _list_causes(inner)
        error = error.__cause__ or error.__context__


def _check_key(key: str) -> str:
    """Return the key without surrounding white space.

    Raises:
        SetupError: the key contains a character that no header may contain.
    """
    # Keys are often read from a file, which ends with a line break.
    key = key.strip()
    for number, character in enumerate(key, 1):
        if "!" <= character <= "~":
            continue
        name = f"U+{ord(character):04X}"
        if character.isprintable() and character != " ":
            name = f"{character} ({name})"
        raise SetupError(
            f"OPENAI_API_KEY contains {name} at position {number}, which no key has; "
            "copy the key again, without quotes, spaces, or line breaks"
        )
    return key
