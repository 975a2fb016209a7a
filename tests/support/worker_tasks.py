"""Tasks for worker processes, which import them from here."""

import os

from claimcheck import Limits, Settings
from claimcheck.batch.document_runner import run_extractively
from claimcheck.batch.plan import Plan
from claimcheck.errors import StoreError

PLAN = Plan.from_settings(Settings(engine="extractive"), Limits())


def crash(document):
    """Run a document; if it contains POISON, end the process."""
    if "POISON" in document.text:
        os._exit(9)
    return run_extractively(PLAN, document)


def chatter(document):
    """Print a line, and run a document."""
    print("from a worker", flush=True)
    return run_extractively(PLAN, document)


def fail(document):
    """Run a document; if it contains POISON, fail as with a full disk."""
    if "POISON" in document.text:
        raise StoreError("full")
    return run_extractively(PLAN, document)
