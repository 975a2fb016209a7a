"""Answers the requests of a test from its cassettes, and blocks all others."""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from types import FunctionType
from typing import Any
from urllib.parse import urlsplit

import vcr.patch
from vcr.patch import PATCHER_NAMES, CassettePatcherBuilder, _HTTPSConnection
from vcr.request import Request
from vcr.stubs import VCRHTTPResponse

from claimcheck.testing.bodies import mark_decompressed, pack_response
from claimcheck.testing.cassette import Cassette, CassetteMissError

_KEY_VARIABLE = "OPENAI_API_KEY"
# Clients refuse to start without a key, and a replay needs none.
_REPLAY_KEY = "no-key-required"
# vcrpy's patches for these pass on, and expect, bodies that urllib3 has decompressed.
# The patches for all others use the bytes as sent.
_DECOMPRESSING_PATCHERS = ("requests", "urllib3", "boto3")


class NetworkBlockedError(RuntimeError):
    """Code tried to open a connection while a cassette was playing."""


class Guard:
    """Answers requests from a cassette, and records each miss.

    vcrpy's patches call the methods of vcrpy's own cassettes. Requests to
    `allowed_hosts` (`host` or `host:port`) pass through.
    """

    # aiohttp has our own patch.
    skip_patchers = (*_DECOMPRESSING_PATCHERS, "aiohttp")

    _path = "claimcheck"  # vcrpy names its patched classes after it

    def __init__(self, cassette: Cassette, allowed_hosts: Sequence[str] = ()) -> None:
        self.cassette = cassette
        self.misses: list[CassetteMissError] = []
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    @property
    def custom_patches(self) -> tuple[Any, ...]:
        """The patches other than vcrpy's own."""
        patches = ((VCRHTTPResponse, "close", _close), *_keep_patches_in_all_threads())
        if importlib.util.find_spec("aiohttp") is None:
            return patches
        from claimcheck.testing.aiohttp_client import patch_aiohttp

        return (*patches, *patch_aiohttp(DecompressingGuard(self)))

    @property
    def write_protected(self) -> bool:
        """Whether requests without an answer must fail."""
        return self.cassette.write_protected

    def filter_request(self, request: Request) -> Request | None:
        """Return the request, or None if it passes through."""
        parts = urlsplit(request.uri)
        host = (parts.hostname or "").lower()
        if {host, f"{host}:{request.port}"} & self._allowed_hosts:
            return None
        return request

    def has_answer(self, request: Request) -> bool:
        """Whether the playing cassette answers the request."""
        if self.filter_request(request) is None:
            return False
        return self.cassette.can_play(request)

    def can_play_response_for(self, request: Request) -> bool:
        """Whether the request has an answer.

        Raises:
            CassetteMissError: the request has no answer and must not be sent.
        """
        if self.has_answer(request):
            return True
        if self.write_protected and self.filter_request(request) is not None:
            # Raised here, because the error of vcrpy's patches has no diff.
            raise self._miss(request)
        return False

    def play_response(self, request: Request) -> dict[str, Any]:
        """Return the answer, as it was received.

        Raises:
            CassetteMissError: another thread has just played the last one.
        """
        return pack_response(self.play(request))

    def play(self, request: Request) -> dict[str, Any]:
        """Return the answer, decompressed; raises as `play_response` does."""
        response = self.cassette.play(request)
        if response is None:
            raise self._miss(request)
        return response

    def append(self, request: Request, response: dict[str, Any]) -> None:
        """Record the answer of a request that was sent."""
        if self.filter_request(request) is not None:
            self.cassette.add(request, response)

    def _miss(self, request: Request) -> CassetteMissError:
        miss = self.cassette.build_miss(request)
        self.misses.append(miss)
        return miss

    @contextmanager
    def active(self) -> Iterator[None]:
        """Intercept the requests inside the block."""
        # What one test, or its fixture, learned about an endpoint must not affect the
        # requests of another.
        _forget_dialects()
        try:
            with ExitStack() as stack:
                if self.write_protected:
                    stack.enter_context(_replay_environment(self.cassette))
                for guard in (self, DecompressingGuard(self)):
                    for patcher in CassettePatcherBuilder(guard).build():
                        stack.enter_context(patcher)
                yield
        finally:
            _forget_dialects()

    @contextmanager
    def raising_misses(self) -> Iterator[None]:
        """Raise the first miss at the end of a block that swallowed it."""
        try:
            yield
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except (
            BaseException
        ) as error:  # pytest.skip raises one that is not an Exception
            if self.misses and error is not self.misses[0]:
                raise self.misses[0] from error
            raise
        if self.misses:
            raise self.misses[0]


class DecompressingGuard:
    """The guard for clients whose patches use decompressed bodies."""

    custom_patches = ()
    skip_patchers = tuple(set(PATCHER_NAMES) - set(_DECOMPRESSING_PATCHERS))

    _path = Guard._path

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.filter_request = guard.filter_request
        self.has_answer = guard.has_answer
        self.can_play_response_for = guard.can_play_response_for

    @property
    def write_protected(self) -> bool:
        """Whether requests without an answer must fail."""
        return self._guard.write_protected

    def play_response(self, request: Request) -> dict[str, Any]:
        """Return the answer, decompressed; raises as that of `Guard` does."""
        response = self._guard.play(request)
        response["body"].pop("compressed", None)
        return response

    def append(self, request: Request, response: dict[str, Any]) -> None:
        """Record the answer of a request that was sent."""
        self._guard.append(request, mark_decompressed(response))


def _close(response: VCRHTTPResponse) -> None:
    # That of vcrpy 9.4 returns True, so `with urlopen(...)` would swallow any error.
    response._closed = True


def _keep_patches_in_all_threads() -> Iterator[tuple[Any, str, Any]]:
    """Yield patches that let threads use clients made of `http.client`.

    While vcrpy sends a request, it puts all real classes back, for every thread, so the
    requests of the others are neither recorded nor blocked. Python's own class needs
    that, because it looks up its name among the patched ones; httplib2 does, too.
    """
    if "httplib2" in sys.modules:
        return
    names = vars(http.client) | {"HTTPSConnection": _HTTPSConnection}
    original = _HTTPSConnection.__init__
    init = FunctionType(
        original.__code__,
        names,
        argdefs=original.__defaults__,
        closure=original.__closure__,
    )
    init.__kwdefaults__ = original.__kwdefaults__
    yield _HTTPSConnection, "__init__", init
    yield vcr.patch, "force_reset", nullcontext


def _forget_dialects() -> None:
    # Code that has not loaded the module has nothing to forget, and loading is slow.
    negotiation = sys.modules.get("claimcheck.llm.negotiation")
    if negotiation is not None:
        negotiation.forget_dialects()


@contextmanager
def use_cassette(path: str | Path, *, record: str | None = None) -> Iterator[Cassette]:
    """Answer the requests inside the block from the cassette at `path`.

    `record` is None or `none` to only replay, `once` to record a cassette that does not
    exist yet, `new` to add missing requests, or `all` to record everything again.
    Cookies, keys of known forms, the credentials of the requests, and the values of
    fields such as `password` never reach the file; other private text may.

    Raises:
        CassetteMissError: a request has no recorded answer, even if the code in the
            block caught the error.
    """
    cassette = Cassette(Path(path), record=record)
    guard = Guard(cassette)
    passed = False
    try:
        with guard.raising_misses(), guard.active():
            yield cassette
        passed = True
    finally:
        cassette.save(passed=passed)


@contextmanager
def _replay_environment(cassette: Cassette) -> Iterator[None]:
    """Set the recording's address, and a key if there is none, for clients."""
    variables = dict(cassette.environment)
    if not os.environ.get(_KEY_VARIABLE):
        variables[_KEY_VARIABLE] = _REPLAY_KEY
    before = {name: os.environ.get(name) for name in variables}
    for name, value in variables.items():
        _set_variable(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            # Unless a fixture has set it to something else in the meantime.
            if os.environ.get(name) == variables[name]:
                _set_variable(name, value)


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


class _NetworkBlock:
    """Blocks this process's connections, below any client or other plugin.

    An audit hook cannot be removed, so there is only one, which checks this object.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_installed = False
        self._allowed: list[frozenset[str]] = []

    @contextmanager
    def blocking(self, allowed_hosts: Sequence[str]) -> Iterator[None]:
        with self._lock:
            if not self._is_installed:
                sys.addaudithook(self._audit)
                self._is_installed = True
        self._allowed.append(_resolve_hosts(allowed_hosts))
        try:
            yield
        finally:
            self._allowed.pop()

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._allowed or event not in (
            "socket.connect",
            "socket.sendto",
            "socket.sendmsg",
        ):
            return
        address = arguments[-1]
        # Unix sockets do not leave the machine; their addresses are not tuples.
        if isinstance(address, tuple) and str(address[0]) not in self._allowed[-1]:
            raise NetworkBlockedError(
                f"a cassette is playing, so the socket to {address[0]}:{address[1]} "
                "was blocked; list hosts that a test may reach in "
                "claimcheck_allow_hosts"
            )


def _resolve_hosts(hosts: Sequence[str]) -> frozenset[str]:
    addresses = set()
    for entry in hosts:
        # More than one colon means an IPv6 address, not host:port.
        host = entry.partition(":")[0] if entry.count(":") == 1 else entry
        addresses.add(host)
        with suppress(OSError):  # a connection to the host will fail with a clear error
            results = socket.getaddrinfo(host, None)
            addresses.update(str(result[4][0]) for result in results)
    return frozenset(addresses)


_NETWORK_BLOCK = _NetworkBlock()
block_network = _NETWORK_BLOCK.blocking
