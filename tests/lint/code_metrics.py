"""Print how readable a package is in figures, and check them against limits.

The figures are a thermometer, not the goal. How each is counted:

* Code lines: not blank, not only a comment, not in a docstring.
* Comments: per 100 non-blank lines, with those at the end of code lines.
* Branches: each `if`, `elif`, `for`, `while`, `except`, `case`, `assert`, conditional
  expression, and `for` in a comprehension, and each operand of `and` or `or` after
  the first. `else`, `try`, `with`, and `if` in a comprehension do not count.
* Density: branches per 100 plain lines: the non-blank lines, less one for each comment,
  less the lines of docstrings. Counted like this, h11 has 17, httpx 15, tenacity 13,
  and jinja 18.
* Functions: lines from `def` to the end; branches, plus one for the straight path;
  parameters other than `self` and `cls`, unless it is a command of the command line.
* Columns: characters, in lines without a URL. Summary: first line of a docstring.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MIN_COMMENT_PERCENT = 5.0
LIMITS = {
    "density": 18.0,
    "function lines": 50,
    "branches": 12,
    "parameters": 7,
    "columns": 88,
    "summary columns": 79,
}

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (*FUNCTIONS, ast.ClassDef, ast.Module)
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.match_case,
    ast.Assert,
    ast.comprehension,
)
# `app.command("check")(check.check)` makes a command of a function elsewhere.
REGISTERED_COMMAND = re.compile(r"^\w+\.command\(.*\)\((\w+\.\w+)\)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Size:
    """Something that has a maximum, and where it is."""

    value: float
    kind: str
    where: str


def count_branches(tree: ast.AST) -> int:
    """Count the branches in a node and below it."""
    total = 0
    for node in ast.walk(tree):
        if isinstance(node, BRANCHES):
            total += 1
        elif isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
    return total


def count_parameters(arguments: ast.arguments) -> int:
    """Count the parameters of a function, without `self` and `cls`."""
    names = [
        node.arg
        for node in ast.iter_child_nodes(arguments)
        if isinstance(node, ast.arg)
    ]
    return len([name for name in names if name not in ("self", "cls")])


def find_docstrings(tree: ast.AST) -> Iterator[ast.Expr]:
    """Yield the docstrings of a module and of its classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            yield node.body[0]


def measure_file(text: str) -> Counter[str]:
    """Count the lines of a file by kind, and its branches."""
    tree = ast.parse(text)
    lines = text.splitlines()
    filled = {number for number, line in enumerate(lines, 1) if line.strip()}
    documented: set[int] = set()
    for docstring in find_docstrings(tree):
        documented.update(range(docstring.lineno, docstring.end_lineno + 1))
    comments = 0
    comment_lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments += 1
            if token.line.lstrip().startswith("#"):
                comment_lines.add(token.start[0])
    return Counter(
        files=1,
        lines=len(lines),
        filled=len(filled),
        code=len(filled - comment_lines - documented),
        plain=len(filled) - comments - len(documented),
        comments=comments,
        branches=count_branches(tree),
    )


def list_sizes(path: Path, text: str, commands: set[str]) -> Iterator[Size]:
    """Yield the size of every function, line, and docstring summary."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if not isinstance(node, FUNCTIONS):
            continue
        where = f"{path}:{node.lineno} {node.name}"
        yield Size(node.end_lineno - node.lineno + 1, "function lines", where)
        yield Size(count_branches(node) + 1, "branches", where)
        decorators = " ".join(map(ast.unparse, node.decorator_list))
        is_command = (
            ".command(" in decorators
            or "with_options" in decorators
            or f"{path.stem}.{node.name}" in commands
        )
        if not is_command:
            yield Size(count_parameters(node.args), "parameters", where)
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if "://" not in line:
            yield Size(len(line), "columns", f"{path}:{number}")
    for docstring in find_docstrings(tree):
        number = docstring.lineno + docstring.value.value.startswith("\n")
        yield Size(len(lines[number - 1]), "summary columns", f"{path}:{number}")


def compute_density(figures: Counter[str]) -> float:
    """Return branches per 100 plain lines."""
    return round(100 * figures["branches"] / max(1, figures["plain"]), 1)


def compute_comment_percent(figures: Counter[str]) -> float:
    """Return comments per 100 non-blank lines."""
    return round(100 * figures["comments"] / max(1, figures["filled"]), 1)


def print_figures(name: str, figures: Counter[str]) -> None:
    """Print the figures of a folder on one line."""
    print(
        f"{name}: {figures['files']} files, {figures['lines']:,} lines, "
        f"{figures['code']:,} of code; {compute_density(figures)} branches per 100, "
        f"{compute_comment_percent(figures)} % comments"
    )


def print_sizes(sizes: list[Size]) -> list[str]:
    """Print the largest of each kind, and return what is over its limit."""
    problems = []
    for kind, limit in LIMITS.items():
        ranked = sorted(size for size in sizes if size.kind == kind)
        too_large = [size for size in ranked if size.value > limit]
        largest = ranked[-1]
        print(f"{kind}: {len(too_large)} over {limit}; maximum {largest.value}")
        problems += [f"{size.where}: {kind} {size.value}" for size in too_large]
    return problems


def main() -> None:
    """Print the figures of the package named on the command line."""
    parser = argparse.ArgumentParser(description="Print how readable a package is.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--exclude", action="append", default=[], metavar="FOLDER")
    parser.add_argument("--folders", action="store_true", help="print each folder too")
    parser.add_argument("--check", action="store_true", help="exit 1 if over a limit")
    options = parser.parse_args()
    texts = {
        path: path.read_text("utf-8") for path in sorted(options.package.rglob("*.py"))
    }
    commands = set(REGISTERED_COMMAND.findall("\n".join(texts.values())))
    total: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    folders: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: list[Size] = []
    for path, text in texts.items():
        name = path.relative_to(options.package)
        figures = measure_file(text)
        folders[str(name.parent)].update(figures)
        if name.parts[0] in options.exclude:
            excluded.update(figures)
        else:
            total.update(figures)
            sizes += list_sizes(path, text, commands)
    if options.folders:
        for folder in sorted(folders):
            print_figures(folder, folders[folder])
    if excluded:
        print_figures(f"not counted ({', '.join(options.exclude)})", excluded)
    print_figures(str(options.package), total)
    sizes.append(Size(compute_density(total), "density", str(options.package)))
    problems = print_sizes(sizes)
    comment_percent = compute_comment_percent(total)
    if comment_percent < MIN_COMMENT_PERCENT:
        problems.append(f"{options.package}: comments {comment_percent} %")
    if options.check and problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
