"""Documents at http and https addresses, with limits, and no way into the network that claimcheck runs in."""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from email.message import Message
from urllib.parse import urljoin, urlsplit

import httpx2

from claimcheck.errors import InputError
from claimcheck.version import __version__

_MAX_BYTES = 20 * 2**20
_TIMEOUT_S = 30.0
_MAX_REDIRECTS = 5
_SUPPORTED_CONTENT_TYPES = re.compile(
    r"text/(?:html|plain|markdown|x-markdown|vtt|srt)|application/(?:xhtml\+xml|pdf|x-subrip|octet-stream|msword"
    r"|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)|message/rfc822|"
)
_STATUS_REASONS = {
    401: "asks for a login",
    402: "asks for payment",
    403: "refuses access",
    451: "is withheld for legal reasons",
}


def fetch_bytes(
    url: str, *, allow_private: bool = False
) -> tuple[str, bytes, str | None]:
    """The final address after redirects, its content, and the character set that the server states.

    Every address, also of a redirect, is resolved first and connected to as resolved, so that a name can't lead
    elsewhere between the check and the connection. Proxies of the environment are not used.

    Raises:
        InputError: the scheme is not http or https, the address is private, or the server gives no document within
            5 redirects, 30 seconds and 20 MB.
    """
    deadline = time.monotonic() + _TIMEOUT_S
    with httpx2.Client(trust_env=False, follow_redirects=False) as client:
        for _ in range(_MAX_REDIRECTS + 1):
            location, data, charset = _request_once(
                client, url, allow_private, deadline
            )
            if location is None:
                return url, data, charset
            url = urljoin(url, location)
    raise InputError(
        f"{_redact_credentials(url)}: redirects more than {_MAX_REDIRECTS} times; give the final address"
    )


def _request_once(
    client: httpx2.Client, url: str, allow_private: bool, deadline: float
) -> tuple[str | None, bytes, str | None]:
    """Request one URL: its redirect location, or its content and charset."""
    shown = _redact_credentials(url)
    host, target = _resolve_url(url, allow_private)
    headers = {
        "host": host,
        "user-agent": f"claimcheck/{__version__}",
        "accept": "text/html, */*;q=0.5",
    }
    request = client.build_request(
        "GET", target, headers=headers, timeout=max(0.1, deadline - time.monotonic())
    )
    request.extensions["sni_hostname"] = urlsplit(url).hostname or ""
    try:
        response = client.send(request, stream=True)
        try:
            if response.is_redirect and "location" in response.headers:
                return response.headers["location"], b"", None
            _refuse_status(response.status_code, shown)
            charset = _parse_charset(response.headers.get("content-type", ""), shown)
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > _MAX_BYTES:
                    raise InputError(
                        f"{shown}: has more than {_MAX_BYTES >> 20} MB; save a part and give that"
                    )
                if time.monotonic() > deadline:
                    raise InputError(
                        f"{shown}: took longer than {_TIMEOUT_S:.0f} s; save it and give the file"
                    )
            return None, bytes(data), charset
        finally:
            response.close()
    except httpx2.TimeoutException:
        raise InputError(f"{shown}: did not answer within {_TIMEOUT_S:.0f} s") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise InputError(
            f"{shown}: can't be fetched: {error or type(error).__name__}"
        ) from None


def _resolve_url(url: str, allow_private: bool) -> tuple[str, str]:
    """Return the Host header, and the URL with its host name resolved."""
    shown = _redact_credentials(url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{shown}: is no address") from None
    if parts.scheme not in ("http", "https"):
        raise InputError(
            f"{shown}: only http and https addresses are fetched, not {parts.scheme}:"
        )
    if not host:
        raise InputError(f"{shown}: names no host")
    try:
        found = socket.getaddrinfo(host, port or parts.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InputError(f"{shown}: there is no host {host}, or no network") from None
    addresses = [
        ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found
    ]
    private = [address for address in addresses if not _is_public(address)]
    if private and not allow_private:
        raise InputError(
            f"{shown}: leads to {private[0]}, an address that is not public; --allow-private fetches it all the same"
        )
    literal = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
    at_port = f":{port}" if port else ""
    named = f"[{host}]" if ":" in host else host.encode("idna").decode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return named + at_port, f"{parts.scheme}://{literal}{at_port}{path}"


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = (
        getattr(address, "ipv4_mapped", None)
        or getattr(address, "sixtofour", None)
        or address
    )
    return bool(inner.is_global and not inner.is_multicast)


def _refuse_status(status: int, shown: str) -> None:
    if status >= 300:
        why = _STATUS_REASONS.get(status, "gives no document")
        raise InputError(
            f"{shown}: {why} (HTTP {status}); save the text where you can read it, and give that"
        )


def _parse_charset(content_type: str, shown: str) -> str | None:
    stated = Message()
    stated["content-type"] = content_type
    kind = content_type.partition(";")[0].strip().lower()
    if not _SUPPORTED_CONTENT_TYPES.fullmatch(kind):
        raise InputError(f"{shown}: is {kind}, no document that claimcheck reads")
    return stated.get_content_charset()


def _redact_credentials(url: str) -> str:
    """Remove the user name and password from a URL."""
    return re.sub(r"(?<=//)[^/@?#]*@", "", url)[:300]
