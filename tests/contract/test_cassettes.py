"""The files in cassettes/: no secrets, all of them used, their origin documented."""

import ast
import json

import pytest

from claimcheck.testing import find_secrets
from claimcheck.testing.files import (
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    read_file,
    select_headers,
)
from tests.support.paths import ROOT

CASSETTES = sorted((ROOT / "cassettes").rglob("*.json"))


def played():
    """The names in every `@pytest.mark.cassette("name")` of the tests."""
    names = set()
    for path in (ROOT / "tests/cassette").glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if (
                        isinstance(mark, ast.Call)
                        and ast.unparse(mark.func) == "pytest.mark.cassette"
                    ):
                        names.add(mark.args[0].value)
    return names


def test_every_cassette_is_used_and_every_used_one_exists():
    there = {
        str(path.relative_to(ROOT / "cassettes").with_suffix("")) for path in CASSETTES
    }
    assert there == played() != set()


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_no_cassette_contains_a_secret_or_an_unlisted_header(path):
    text = path.read_text(encoding="utf-8")
    assert find_secrets(text) == []
    for entry in json.loads(text)["interactions"]:
        assert entry["request"]["headers"] == select_headers(
            entry["request"]["headers"], REQUEST_HEADERS
        )
        assert entry["response"]["headers"] == select_headers(
            entry["response"]["headers"], RESPONSE_HEADERS
        )


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_every_cassette_loads(path):
    assert read_file(path).interactions


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcdefghij0123456789",
        "Authorization: Bearer abcdefghijklmnop",
        "org-abcdefghij1234",
        "set-cookie: __cf_bm=abc",
        "/home/jane/models/a.gguf",
        "/root/model.gguf",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.SflKxwRJSMeKKF2QT4",
    ],
)
def test_the_search_finds_each_kind_of_secret(text):
    assert find_secrets(f'{{"body": "{text}"}}') != []


def test_the_readme_states_model_hash_server_and_date():
    readme = (ROOT / "cassettes" / "README.md").read_text(encoding="utf-8")
    models = {
        entry["request"]["body"]["json"]["model"]
        for path in CASSETTES
        for entry in json.loads(path.read_text(encoding="utf-8"))["interactions"]
        if "json" in entry["request"]["body"]
    }
    assert {model.lower() for model in models} == {"qwen2.5-coder-1.5b-instruct"}
    assert all(
        word in readme
        for word in ("Qwen2.5-Coder-1.5B-Instruct", "sha256", "llama.cpp", "2026-")
    )
