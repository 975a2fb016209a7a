"""Refuse private addresses and other schemes before any request is sent."""

import pytest

from claimcheck import Document, errors


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
    ],
)
def test_refuses_private_addresses_in_every_spelling(address):
    with pytest.raises(errors.InputError, match="private address; use --allow-private"):
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
