"""The public names: listed, sorted, importable, documented; the package is light and typed."""

import ast
import dataclasses
import inspect
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, get_args, get_origin, get_type_hints

import claimcheck
from claimcheck.evaluation.evaluate import EvaluationComparison
from claimcheck.evaluation.result import EvaluationSignature, MeasuredRow
from claimcheck.models.claim import FieldValue
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


def test_public_frozen_values_are_hashable():
    for name in claimcheck.__all__:
        assert not has_unhashable_fields(getattr(claimcheck, name)), name
    # The classes inside them.
    for value in (EvaluationSignature, FieldValue, MeasuredRow, EvaluationComparison):
        assert not has_unhashable_fields(value), value


def has_unhashable_fields(value):
    """Return whether a field that is part of the hash may be a dict or a list."""
    if not dataclasses.is_dataclass(value) or not value.__dataclass_params__.frozen:
        return False
    types = get_type_hints(value)
    return any(
        field.hash is None and field.compare and is_unhashable(types[field.name])
        for field in dataclasses.fields(value)
    )


def is_unhashable(kind):
    unhashable = (dict, list, set, Mapping, Any)
    if kind in unhashable or get_origin(kind) in unhashable:
        return True
    return any(map(is_unhashable, get_args(kind)))


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
