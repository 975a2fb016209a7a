"""Run one document to its outcome, whichever engine reads it.

Worker processes import this module, so it must not import `claimcheck.llm`: openai
takes half a second to load, and the extractive engine does not need it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from claimcheck.batch.plan import Plan
from claimcheck.engines import build_run_flow
from claimcheck.errors import (
    ContextWindowError,
    FilteredError,
    InputError,
    ProviderError,
    StoreError,
    UnreachableError,
    UnstorableError,
)
from claimcheck.models.document import Document
from claimcheck.models.llm import Client
from claimcheck.models.outcome import Outcome
from claimcheck.models.run import Cause
from claimcheck.pipeline.driver import adrive


async def run_document(
    document: Document, plan: Plan, client: Client | None
) -> Outcome:
    """Run one document to its outcome; the extractive engine needs no client.

    Raises:
        UnreachableError: no request was answered.
        ProviderError: every further document would fail with the same error.
        StoreError: the store or the cache cannot be used.
    """
    started = time.perf_counter()
    try:
        flow = build_run_flow(document, plan.settings, plan.engine, check=plan.check)
        run = await adrive(flow, client)
    except StoreError:
        raise  # an InputError, but not caused by the document
    except UnstorableError as error:
        return Outcome.from_failure("unstorable", str(error))
    except InputError as error:
        return Outcome.from_failure("unreadable", str(error))
    except ContextWindowError as error:
        return Outcome.from_failure("too_long", str(error), error.requests)
    except FilteredError as error:
        return Outcome.from_failure(Cause.FILTERED, str(error), error.requests)
    except ProviderError as error:
        if error.final or isinstance(error, UnreachableError):
            raise
        return Outcome.from_failure(Cause.UNANSWERED, str(error), error.requests)
    except Exception as error:  # noqa: BLE001 - one bug must not end a batch
        return Outcome.from_failure("internal", f"{type(error).__name__}: {error}")
    seconds = round(time.perf_counter() - started, 3)
    return Outcome.from_run(replace(run, usage=replace(run.usage, seconds=seconds)))


def run_extractively(plan: Plan, document: Document) -> Outcome:
    """Run one document with the extractive engine, outside an event loop."""
    return asyncio.run(run_document(document, plan, None))
