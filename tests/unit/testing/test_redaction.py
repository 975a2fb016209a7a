"""Secrets are left out of cassettes."""

from claimcheck.testing.redaction import strip_credentials


def test_removes_credentials_from_a_url():
    assert strip_credentials("https://jane:pw@a.example:8/v1?api-key=abc&v=2") == (
        "https://a.example:8/v1?api-key=redacted&v=2"
    )
