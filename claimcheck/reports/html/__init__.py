"""The HTML report: one file, in which text of documents and models is never markup."""

from claimcheck.reports.html.page import render

__all__ = ["render"]
