"""Tests with and without a cassette that share a fixture, which has one anyway."""

import pytest
from conftest import ask


@pytest.fixture(scope="module")
def mixed_answer():
    yield ask("mixed")
    ask("mixed teardown")


def test_without_a_cassette(mixed_answer):
    assert "mixed" in mixed_answer


@pytest.mark.cassette
def test_with_a_cassette(mixed_answer):
    assert "mixed" in mixed_answer


def test_without_a_cassette_again(mixed_answer):
    assert "mixed" in mixed_answer
