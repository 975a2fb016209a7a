"""Writes problems with claims as SARIF 2.1.0, which code hosts show in files.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from claimcheck.reports.ci_results import RULES, CheckedClaim, SourceLocation
from claimcheck.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)


def render(results: Sequence[CheckedClaim]) -> str:
    """Render the claims that have a problem, and all rules."""
    problems = [result for result in results if result.rule]
    is_complete = all(result.rule != "not-checked" for result in problems)
    run = {
        "tool": {
            "driver": {
                "name": "claimcheck",
                "version": __version__,
                "rules": [
                    {"id": rule, "shortDescription": {"text": description}}
                    for rule, description in RULES.items()
                ],
            }
        },
        "invocations": [{"executionSuccessful": is_complete}],
        # Columns count code points, not UTF-16 units.
        "columnKind": "unicodeCodePoints",
        "results": [_build_result(problem) for problem in problems],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _build_result(problem: CheckedClaim) -> dict[str, Any]:
    assert problem.rule is not None
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "ruleIndex": list(RULES).index(problem.rule),
        "level": str(problem.level),
        "message": {"text": f"“{problem.text}” {problem.message}"},
        # A problem keeps its identity when lines are added above it.
        "partialFingerprints": {"claim/v1": f"{problem.subject}:{problem.rule}"},
    }
    if problem.location:
        result["locations"] = [_build_location(problem.location)]
    if problem.suppressed:
        # Somebody looked at the claim and did not find it false.
        result["suppressions"] = [
            {"kind": "external", "justification": problem.suppressed}
        ]
    if problem.evidence:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": text}, **_build_location(location)}
            for number, (text, location) in enumerate(problem.evidence, 1)
        ]
    return result


def _build_location(location: SourceLocation) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": location.source}}
    if location.start and location.end:
        (start_line, start_column), (end_line, end_column) = (
            location.start,
            location.end,
        )
        physical["region"] = {
            "startLine": start_line,
            "startColumn": start_column,
            "endLine": end_line,
            "endColumn": end_column,
        }
    return {"physicalLocation": physical}
