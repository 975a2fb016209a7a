"""Fetch documents from http and https addresses, within limits.

Addresses may come from users of a server, so no request may reach the private network
in which claimcheck runs. Each host name is resolved first, and the connection uses the
address that was checked, so that the name can't resolve differently in between.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from functools import cache
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from claimcheck.errors import InputError
from claimcheck.version import __version__

_MAX_BYTES = 20 * 2**20
_TIMEOUT_S = 30.0
_MAX_REDIRECTS = 5
_MAX_NAME_CHARACTERS = 300  # of an address in a message
_SUPPORTED_CONTENT_TYPES = re.compile(
    r"""
    text/(?:html|plain|markdown|x-markdown|vtt|srt|xml|csv|tab-separated-values|rtf
        |x-tex)
    |application/(?:(?:xhtml|rss|atom|rdf)\+xml|xml|pdf|rtf|x-tex|x-latex|x-subrip
        |octet-stream|msword|epub\+zip|json|x-ipynb\+json|warc|gzip|vnd\.ms-outlook
        |vnd\.ms-excel|vnd\.oasis\.opendocument\.(?:text|spreadsheet)
        |vnd\.openxmlformats-officedocument\.(?:wordprocessingml\.document
            |presentationml\.presentation|spreadsheetml\.sheet))
    |image/(?:png|jpeg|tiff|webp|gif)
    |message/rfc822
    |                                  # none stated
    """,
    re.X,
)
_STATUS_REASONS = {
    401: "asks for a login",
    402: "asks for payment",
    403: "refuses access",
    451: "is withheld for legal reasons",
}

# Whether an address may be private; raises InputError if it must not be fetched.
AddressRule = Callable[[str], bool]
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# All public IPv6 addresses. `is_global` also accepts unassigned and site-local ones
# (fec0::/10).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Some versions of Python consider most of this network global (RFC 6890).
_IETF_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
_IPV4_IN_LOW_BITS = (
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible, and ::1
    ipaddress.IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    ipaddress.IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated (RFC 2765)
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052)
)
_ISATAP = 0x5EFE  # above the IPv4 address (RFC 5214), ignoring the "universal" bit
# Headers that describe the content; others may contain cookies, or differ each time.
_KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date")


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content at an address; `url` is the final one after redirects.

    `headers` are those that describe the content.
    """

    url: str
    content: bytes
    headers: dict[str, str]

    @property
    def charset(self) -> str | None:
        """The charset that the server states."""
        header = Message()
        header["content-type"] = self.headers.get("content-type", "")
        return header.get_content_charset()


class PrivateAddressError(InputError):
    """The address is not public, and nobody allowed it."""


class StatusError(InputError):
    """The server answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def fetch_bytes(
    url: str, *, allow_private: bool = False, rule: AddressRule | None = None
) -> Fetched:
    """Return the content at an address.

    Redirects are followed. The environment's proxies are not used, because they would
    resolve names themselves. A `rule` replaces `allow_private` and decides about each
    address along the way.

    Raises:
        InputError: the scheme is not http or https, the address is private, or the
            server returns no document within 5 redirects, 30 seconds, and 20 MB.
    """
    # httpx only limits the wait for the next bytes, so a server could send its headers
    # a byte at a time, forever. The thread lets us enforce a deadline.
    fetching = Future[Fetched]()
    rule = rule or (lambda _: allow_private)
    arguments = (url, rule, time.monotonic() + _TIMEOUT_S, fetching)
    # A daemon, so that the process can end even if the server never does.
    threading.Thread(target=_run_in_thread, args=arguments, daemon=True).start()
    try:
        return fetching.result(_TIMEOUT_S)
    except TimeoutError:
        raise _make_timeout_error(_redact_credentials(url)) from None


def _run_in_thread(
    url: str, rule: AddressRule, deadline: float, fetching: Future[Fetched]
) -> None:
    try:
        fetching.set_result(_fetch_bytes(url, rule, deadline))
    except BaseException as error:  # noqa: BLE001 - for the thread that waits
        fetching.set_exception(error)


def _fetch_bytes(url: str, rule: AddressRule, deadline: float) -> Fetched:
    with httpx2.Client(
        verify=_load_certificates(), trust_env=False, follow_redirects=False
    ) as client:
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                request = _build_request(client, url, rule, deadline)
            # Python and httpx2 reject different malformed addresses.
            except (ValueError, httpx2.InvalidURL):
                raise _make_address_error(url) from None
            location, fetched = _send(client, request, url, deadline)
            if fetched is not None:
                return fetched
            try:
                url = urljoin(url, location)
            except ValueError:
                name = _redact_credentials(url)
                raise InputError(
                    f"{name}: redirects to {_redact_credentials(location)!r}, which is "
                    "not a valid address"
                ) from None
    name = _redact_credentials(url)
    raise InputError(
        f"{name}: redirects more than {_MAX_REDIRECTS} times; use the final address"
    )


@cache
def _load_certificates() -> ssl.SSLContext:
    # They take 20 ms, and a search reads many pages.
    return httpx2.create_ssl_context(trust_env=False)


def _build_request(
    client: httpx2.Client, url: str, rule: AddressRule, deadline: float
) -> httpx2.Request:
    """Build a request to the resolved address of a host."""
    parts = _parse_url(url)
    addresses = _resolve_host(parts, url)
    # Checked for each redirect: an allowed host must not lead to another one.
    if not rule(url):
        _refuse_private(addresses, url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    netloc = _bracket(str(addresses[0])) + port
    target = parts._replace(netloc=netloc, path=parts.path or "/", fragment="")
    headers = {
        "host": _bracket(host.encode("idna").decode()) + port,
        "user-agent": f"claimcheck/{__version__}",
        "accept": "text/html, */*;q=0.5",
    }
    request = client.build_request(
        "GET",
        target.geturl(),
        headers=headers,
        timeout=max(0.1, deadline - time.monotonic()),
    )
    # TLS must check the certificate of the host name, not of its numeric address.
    request.extensions["sni_hostname"] = host
    return request


def _bracket(host: str) -> str:
    """Return a host as written in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def _make_timeout_error(name: str) -> InputError:
    return InputError(
        f"{name}: took longer than {_TIMEOUT_S:.0f} s; save it and use the file"
    )


def _make_address_error(url: str) -> InputError:
    return InputError(f"{_redact_credentials(url)}: is not a valid address")


def _parse_url(url: str) -> SplitResult:
    name = _redact_credentials(url)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # an invalid port raises here
    except ValueError:
        raise _make_address_error(url) from None
    if parts.scheme not in ("http", "https"):
        raise InputError(
            f"{name}: only http and https addresses are supported, not {parts.scheme}:"
        )
    if not host:
        raise InputError(f"{name}: has no host name")
    return parts


def _resolve_host(parts: SplitResult, url: str) -> list[IPAddress]:
    port = parts.port or parts.scheme
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        name = _redact_credentials(url)
        raise InputError(
            f"{name}: the host {parts.hostname} was not found; check the address and "
            "the network"
        ) from None
    addresses: list[IPAddress] = []
    # All addresses count: a name may resolve to a public and a private one.
    for *_, address in found:
        without_zone = str(address[0]).partition("%")[0]  # fe80::1%eth0
        addresses.append(ipaddress.ip_address(without_zone))
    return addresses


def _refuse_private(addresses: list[IPAddress], url: str) -> None:
    for address in addresses:
        if not is_public(address):
            raise PrivateAddressError(
                f"{_redact_credentials(url)}: resolves to {address}, "
                "a private address; it is fetched only if claimcheck runs with "
                "--allow-private (in Python: allow_private=True)"
            )


def is_public(address: IPAddress) -> bool:
    """Whether an address, or the IPv4 address it maps to, is public."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _find_ipv4(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    elif address in _IETF_PROTOCOLS:
        return False
    return address.is_global and not address.is_multicast


def _find_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address an IPv6 address is translated to, if any."""
    if address.sixtofour is not None:
        return address.sixtofour
    low_bits = int(address) & 0xFFFFFFFF
    is_isatap = (int(address) >> 32) & 0xFDFFFFFF == _ISATAP
    if is_isatap or any(address in network for network in _IPV4_IN_LOW_BITS):
        return ipaddress.IPv4Address(low_bits)
    return None


def _send(
    client: httpx2.Client, request: httpx2.Request, url: str, deadline: float
) -> tuple[str, Fetched | None]:
    """Send a request; return the location of a redirect, or the content."""
    name = _redact_credentials(url)
    try:
        with closing(client.send(request, stream=True)) as response:
            # Redirects are followed by hand, because each address must be checked.
            if response.is_redirect and "location" in response.headers:
                return response.headers["location"], None
            _refuse_status(response.status_code, name)
            _refuse_content_type(response.headers.get("content-type", ""), name)
            content = _read_body(response, name, deadline)
            headers = {
                header: response.headers[header]
                for header in _KEPT_HEADERS
                if header in response.headers
            }
            return "", Fetched(url, content, headers)
    except httpx2.TimeoutException:
        raise _make_timeout_error(name) from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = error or type(error).__name__
        raise InputError(f"{name}: can't be fetched: {reason}") from None


def _refuse_status(status: int, name: str) -> None:
    if status >= 300:
        reason = _STATUS_REASONS.get(status, "returns no document")
        raise StatusError(
            status,
            f"{name}: {reason} (HTTP {status}); save the text where you can read it, "
            "and use that",
        )


def _refuse_content_type(content_type: str, name: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if not _SUPPORTED_CONTENT_TYPES.fullmatch(kind):
        raise InputError(f"{name}: is {kind}, which claimcheck can't read")


def _read_body(response: httpx2.Response, name: str, deadline: float) -> bytes:
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > _MAX_BYTES:
            raise InputError(
                f"{name}: has more than {_MAX_BYTES >> 20} MB; save a part and use that"
            )
        if time.monotonic() > deadline:
            raise _make_timeout_error(name)
    return bytes(data)


def _redact_credentials(url: str) -> str:
    """Remove the user name and password from a URL, and shorten it."""
    return re.sub(r"(?<=//)[^/@?#]*@", "", url)[:_MAX_NAME_CHARACTERS]
