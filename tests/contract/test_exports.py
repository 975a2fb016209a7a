"""The public names: listed, sorted, importable, documented; the package is light and typed."""

import ast
import inspect
import re
from importlib import import_module

import claimcheck
from tests.support.paths import ROOT


def test_all_is_sorted_and_every_name_exists():
    assert claimcheck.__all__ == sorted(claimcheck.__all__)
    for name in claimcheck.__all__:
        assert getattr(claimcheck, name) is not None


def test_every_public_name_has_a_docstring():
    missing = [
        name
        for name in claimcheck.__all__
        if not name.startswith("__") and not inspect.getdoc(getattr(claimcheck, name))
    ]
    assert missing == []


def test_the_package_is_typed():
    assert (ROOT / "claimcheck" / "py.typed").exists()
    stub = ast.parse((ROOT / "claimcheck" / "__init__.pyi").read_text("utf-8"))
    stub_names = {
        alias.asname
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stub_names == set(claimcheck.__all__)


def test_the_reference_page_has_every_public_name():
    page = (ROOT / "docs" / "reference.md").read_text("utf-8")
    documented = {}
    for module, name in re.findall(r"^::: ([\w.]+)\.(\w+)$", page, re.M):
        documented[name] = getattr(import_module(module), name)
    public = {name: getattr(claimcheck, name) for name in claimcheck.__all__}
    del public["__version__"]
    assert documented == public


def test_the_seed_still_contains_its_page_noise():
    text = (ROOT / "seeds" / "us-russia-venezuela-talks.txt").read_bytes()
    assert len(text) == 2845
    assert b"role-of-maduro-\na64881\n" in text
