"""Cassettes without pytest."""

from claimcheck.testing import CassetteMissError, use_cassette


def test_the_context_manager_explains_a_miss(tmp_path):
    import pytest
    from openai import OpenAI

    client = OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1", max_retries=0)
    with (
        client,
        pytest.raises(CassetteMissError, match="has no requests"),
        use_cassette(tmp_path / "none.json"),
    ):
        client.models.list()
