"""The HTML report: one file, without network, in which text from documents and models is text and nothing else."""

from claimcheck.reports.html.page import render

__all__ = ["render"]
