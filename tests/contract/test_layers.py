"""Imports go down or stay level; openai and tenacity have one home."""

import ast
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "claimcheck"
LAYERS = [
    ("errors", "assets", "version"),
    ("core",),
    ("text", "grounding", "schema", "prompt"),
    ("readers", "clients", "config", "evidence", "store"),
    ("flows", "extractive", "checking"),
    ("reports", "testing", "evaluation", "batch", "changes", "bundle"),
    ("api",),
    ("cli", "serving", "__main__", "__init__"),
]
# the constructor that users look for reads files, which is the readers' work; a run shows itself, which is the reports'
ALLOWED_UP = {("core", "readers"), ("core", "reports")}
# where a mistake with one document, in its flow or in what it asks, must not end all others
ONE_OF_MANY = {Path("batch", "step.py"), Path("batch", "queue.py")}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer_of(part):
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "claimcheck":
                yield from (f"claimcheck.{name.name}" for name in node.names)


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_module_imports_only_from_its_layer_or_below(path):
    part = part_of(path)
    for name in imports(path):
        pieces = name.split(".")
        if pieces[0] == "claimcheck" and len(pieces) > 1:
            other = pieces[1]
            assert layer_of(other) <= layer_of(part) or (part, other) in ALLOWED_UP, (
                f"{part} imports {name}"
            )


def test_openai_and_tenacity_are_imported_by_the_clients_alone():
    users = {
        part_of(path)
        for path in MODULES
        for name in imports(path)
        if name.split(".")[0] in ("openai", "tenacity")
    }
    assert users == {"clients"}


def test_the_pure_layers_know_no_clock_network_or_environment():
    for path in MODULES:
        if layer_of(part_of(path)) in (1, 2):
            roots = {name.split(".")[0] for name in imports(path)}
            assert not roots & {
                "os",
                "socket",
                "time",
                "random",
                "subprocess",
                "urllib",
                "httpx2",
            }, path


def test_no_broad_except_stands_anywhere():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, path
                broad = ast.unparse(node.type) in ("Exception", "BaseException")
                assert not broad or path.relative_to(PACKAGE) in ONE_OF_MANY, path


def test_no_module_is_longer_than_350_lines():
    assert [
        path.name
        for path in MODULES
        if len(path.read_text(encoding="utf-8").splitlines()) > 350
    ] == []
