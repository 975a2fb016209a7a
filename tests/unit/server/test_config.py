"""The address of a server, and the token that it requires there."""

import pytest

from claimcheck import errors
from claimcheck.server.config import list_host_names, require_token
from claimcheck.settings.run import is_loopback_host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_recognizes_loopback(host):
    assert is_loopback_host(host)
    require_token(host, None)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "", "localhost.evil"]
)
def test_other_addresses_require_a_token(host):
    assert not is_loopback_host(host)
    require_token(host, "a-long-and-random-token")
    with pytest.raises(errors.SettingsError, match="CLAIMCHECK_TOKEN"):
        require_token(host, None)


def test_a_token_must_be_long():
    with pytest.raises(errors.SettingsError, match="at least 16"):
        require_token("127.0.0.1", "short")


def test_only_a_loopback_server_limits_its_host_names():
    assert list_host_names("0.0.0.0", 80) is None
    assert list_host_names("::1", 8765) == {
        "localhost:8765",
        "127.0.0.1:8765",
        "[::1]:8765",
    }


def test_the_default_port_may_be_left_out_of_a_host_name():
    names = list_host_names("127.0.0.1", 80)
    assert names == {
        "localhost",
        "127.0.0.1",
        "[::1]",
        "localhost:80",
        "127.0.0.1:80",
        "[::1]:80",
    }
