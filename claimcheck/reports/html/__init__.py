"""The HTML report: one file, without markup from documents or models."""

from claimcheck.reports.html.page import render

__all__ = ["render"]
