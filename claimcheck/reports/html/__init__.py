"""The HTML report: one file, with no markup from documents or models."""

from claimcheck.reports.html.page import render

__all__ = ["render"]
