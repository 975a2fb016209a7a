"""`claimcheck-prose` checks the claims in texts, for pre-commit and CI.

It prints a line for each problem, `draft.md:3:1: error: number: ...`, as linters do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from claimcheck.api.check import check
from claimcheck.api.summarize import summarize
from claimcheck.errors import ClaimcheckError
from claimcheck.models.document import Document
from claimcheck.reports.ci_results import (
    CheckedClaim,
    Level,
    list_check_results,
    locate_claims,
)
from claimcheck.reports.terminal import clean_line
from claimcheck.settings import Settings
from claimcheck.settings.load import load_settings

# Characters that end a value in GitHub's workflow commands, and their escapes.
_GITHUB_ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files; return 1 if one has a problem, 2 if one is unreadable."""
    options = _build_parser().parse_args(arguments)
    try:
        settings = load_settings().settings
        # Read once for all files.
        evidence = [Document.from_path(path) for path in _list_files(options.against)]
        problems = []
        for path in options.files:
            document = Document.from_path(path)
            earlier = _read_earlier(path, options.since)
            # By text, not by line: lines move with every edit above them.
            known = _list_texts(_find_problems(earlier, evidence, settings))
            problems += [
                problem
                for problem in _find_problems(document, evidence, settings)
                if problem.text not in known
            ]
    except ClaimcheckError as error:
        print(f"claimcheck-prose: {clean_line(str(error))}", file=sys.stderr)
        return 2
    lines = [_format_line(problem) for problem in problems]
    for line in map(_format_github, problems) if options.github else lines:
        print(line)
    if options.report:
        options.report.write_text("\n".join(lines), encoding="utf-8")
    # Errors are refuted claims; a claim without evidence is a warning.
    failing = {Level.ERROR}
    if options.fail_on == "unsupported":
        failing.add(Level.WARNING)
    return int(any(problem.level in failing for problem in problems))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claimcheck-prose", description="Check the claims in texts."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="Texts to check.")
    parser.add_argument(
        "--against",
        action="append",
        required=True,
        metavar="EVIDENCE",
        help="A file or folder with evidence. May be repeated.",
    )
    parser.add_argument(
        "--fail-on",
        choices=["refuted", "unsupported"],
        default="refuted",
        help="Exit with status 1 for verdicts of this kind (default: refuted).",
    )
    parser.add_argument(
        "--since",
        metavar="REVISION",
        help="Leave out problems that the text already had in this Git revision.",
    )
    parser.add_argument(
        "--github",
        action="store_true",
        help="Print annotations that GitHub shows next to the lines.",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="Also write the problems to a file."
    )
    return parser


def _list_files(sources: Iterable[str]) -> list[Path]:
    files: list[Path] = []
    for source in map(Path, sources):
        if source.is_dir():
            # Sorted, so that the same folder gives the same report on every machine.
            files += sorted(item for item in source.rglob("*") if item.is_file())
        else:
            files.append(source)
    return files


def _read_earlier(path: str, revision: str | None) -> Document | None:
    """Return the text in a revision; None if it was missing or empty."""
    if revision is None:
        return None
    # `:./` is relative to the working folder, as the path is.
    command = ["git", "show", "--end-of-options", f"{revision}:./{path}"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    text = done.stdout.decode("utf-8", "replace").replace("\x00", "")
    return Document.from_text(text, source=path) if text.strip() else None


def _find_problems(
    document: Document | None, evidence: list[Document], settings: Settings
) -> list[CheckedClaim]:
    # A file that is new in this revision has no earlier problems.
    if document is None:
        return []
    run = summarize(document, settings=settings)
    if not run.claims:
        return []
    result = check(run, evidence, settings=settings)
    found = list_check_results(result, locate_claims(run))
    return [item for item in found if item.rule]


def _list_texts(problems: Iterable[CheckedClaim]) -> set[str]:
    return {problem.text for problem in problems}


def _format_line(problem: CheckedClaim) -> str:
    file, line, column = _locate(problem)
    message = clean_line(f"“{problem.text}” {problem.message}")
    return f"{file}:{line}:{column}: {problem.level}: {problem.rule}: {message}"


def _format_github(problem: CheckedClaim) -> str:
    file, line, _ = _locate(problem)
    message = clean_line(f"“{problem.text}” {problem.message}")
    # A comma or colon would end the file name.
    file = file.translate(_GITHUB_ESCAPES).replace(",", "%2C").replace(":", "%3A")
    return (
        f"::{problem.level} file={file},line={line},title={problem.rule}::"
        f"{message.translate(_GITHUB_ESCAPES)}"
    )


def _locate(problem: CheckedClaim) -> tuple[str, int, int]:
    """Return the file, line, and column; line 1, column 1 if unknown."""
    location = problem.location
    if location is None:
        return "claims", 1, 1
    return clean_line(unquote(location.source)), *(location.start or (1, 1))
