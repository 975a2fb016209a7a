"""Refuse private addresses and other schemes before any request is sent."""

import ipaddress

import pytest

from claimcheck import Document, errors
from claimcheck.readers import url


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/a",
        "http://127.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://192.168.1.1/router",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",  # site-local, deprecated
        "http://[64:ff9b::7f00:1]/",  # NAT64
        "http://[64:ff9b::169.254.169.254]/",
        "http://[64:ff9b:1::808:808]/",  # NAT64 of one's own network
        "http://[::127.0.0.1]/",  # IPv4-compatible
        "http://[::10.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",  # IPv4-translated
        "http://[2002:7f00:1::1]/",  # 6to4
        "http://[2002:a9fe:a9fe::]/",
        "http://[2001:0:808:808:0:0:80ff:fffe]/",  # Teredo to 127.0.0.1
        "http://[2001:4860::5efe:10.0.0.1]/",  # ISATAP
        "http://[2001:4860::200:5efe:10.0.0.1]/",
        "http://192.0.0.1/",
        "http://192.0.0.170/",
        "http://198.18.0.1/",
        "http://240.0.0.1/",
        "http://224.0.0.1/",
        "http://[ff02::1]/",
        "http://[4000::1]/",  # not assigned
        "http://[100::1]/",  # discarded
        "http://[2001:db8::1]/",
    ],
)
def test_refuses_private_addresses_in_every_spelling(address):
    with pytest.raises(errors.InputError, match="private address; it is fetched only"):
        Document.from_url(address)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org",
        "javascript://x",
    ],
)
def test_refuses_schemes_other_than_http(address):
    with pytest.raises(errors.InputError, match="only http and https"):
        Document.from_url(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "192.0.1.1",
        "2001:4860:4860::8888",
        "64:ff9b::8.8.8.8",  # how a network with only IPv6 reaches IPv4
        "::ffff:8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_public_addresses_are_public_in_every_notation(address):
    assert url.is_public(ipaddress.ip_address(address))
