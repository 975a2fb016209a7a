"""Writes checked claims as JUnit XML, which every CI system shows.

Each claim is a test case.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from claimcheck.reports.ci_results import CheckedClaim, Level
from claimcheck.reports.terminal import clean_line

# XML 1.0 does not allow these two noncharacters.
_NOT_XML = {0xFFFE: " ", 0xFFFF: " "}


def render(results: Sequence[CheckedClaim]) -> str:
    """Render each claim as passed, failed, skipped, or in error.

    Claims without enough evidence are skipped: nobody knows whether they are wrong.
    So are claims that a person accepted or rejected.
    """
    suite = ElementTree.Element("testsuite", name="claimcheck")
    counts = {"tests": len(results), "failures": 0, "errors": 0, "skipped": 0}
    for result in results:
        source = result.location.source if result.location else "claims"
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=clean_line(source),
            name=clean_line(result.text),
        )
        if result.location and result.location.start:
            case.set("file", clean_line(source))
            case.set("line", str(result.location.start[0]))
        if result.rule is None:
            continue
        tag, count = _choose_outcome(result)
        counts[count] += 1
        problem = ElementTree.SubElement(
            case, tag, type=result.rule, message=clean_line(result.message)
        )
        problem.text = "\n".join(
            f"{location.source}: {clean_line(text)}"
            for text, location in result.evidence
        )
    for name, number in counts.items():
        suite.set(name, str(number))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.translate(_NOT_XML)}\n'


def _choose_outcome(result: CheckedClaim) -> tuple[str, str]:
    """Return the element of a problem, and the attribute that counts it."""
    if result.rule == "not-checked":
        return "error", "errors"
    if result.level is Level.WARNING or result.suppressed:
        return "skipped", "skipped"
    return "failure", "failures"
