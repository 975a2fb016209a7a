"""Batches of documents, sent by single requests or the Batch API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from claimcheck.batch.batch import Batch
from claimcheck.batch.shards import ImportReport, import_shards
from claimcheck.prompts.briefs import PATH_SETTINGS
from claimcheck.readers.sources import ReadOptions

if TYPE_CHECKING:
    from claimcheck.batch.openai_batch import BatchApiRunner
    from claimcheck.models.outcome import Estimate

__all__ = [
    "Batch",
    "BatchApiRunner",
    "ImportReport",
    "ReadOptions",
    "estimate_batch_api",
    "import_shards",
    "list_batch_flags",
    "open_batch_api",
]


@contextmanager
def open_batch_api(batch: Batch) -> Iterator[BatchApiRunner]:
    """Yield the runner that submits and collects a batch; lock its store.

    Raises:
        ProviderError: no API key is set.
        StoreError: another command is using the store.
    """
    from claimcheck.batch.openai_batch import BatchApiRunner
    from claimcheck.llm.batch_api import BatchApi

    with (
        closing(BatchApi(batch.plan.settings)) as endpoint,
        batch.store.database.lock(),
    ):
        yield BatchApiRunner(batch.store, batch.number, batch.plan, endpoint)


def estimate_batch_api(batch: Batch, on_progress: Callable[[int], None]) -> Estimate:
    """Estimate the cost of the pending documents at the Batch API's prices."""
    from claimcheck.llm.batch_api import PRICE_FACTOR

    return batch.estimate(on_progress, price_factor=PRICE_FACTOR)


def list_batch_flags(config: dict[str, Any]) -> dict[str, Any]:
    """Return the flags of `load_settings` that start a stored batch again.

    `config` is what the store recorded: `BatchStatus.config`.
    """
    # What judged the first runs must judge the others, or they can't be compared.
    verifier = _choose_verifier(config)
    if config["engine"] == "extractive":
        names = ("engine", "max_claims", "passage_tokens")
        return {name: config[name] for name in names} | {"verifier": verifier}
    endpoint = config["endpoint"]
    # A store may come from somebody else, so it opens no files.
    settings = dict(config["settings"])
    for name in PATH_SETTINGS:
        settings.pop(name, None)
    return {
        "engine": "llm",
        "model": config["model"],
        # Without a scheme, it is the name of the default endpoint, not an address.
        "base_url": endpoint if "://" in endpoint else None,
        "seed": config["seed"],
        **settings,
        "verifier": verifier,
    }


def _choose_verifier(config: dict[str, Any]) -> str | None:
    """Return a stored batch's verifier; None leaves it to the settings."""
    if not config["check"]:
        return None
    from claimcheck.verification.verifiers import LEXICAL, is_on_this_machine

    name: str | None = config.get("verifier")
    if name is None:
        return LEXICAL if config["engine"] == "extractive" else None
    # A store may come from somebody else, who must not choose what is downloaded.
    return name if is_on_this_machine(name) else None
