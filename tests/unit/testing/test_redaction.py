"""Secrets are left out of cassettes."""


def test_removes_credentials_from_a_url():
    from claimcheck.testing.secrets import without_credentials

    assert without_credentials("https://jane:pw@a.example:8/v1?api-key=abc&v=2") == (
        "https://a.example:8/v1?api-key=redacted&v=2"
    )
