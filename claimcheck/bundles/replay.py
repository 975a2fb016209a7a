"""Replays a model's work on its stored answers; nothing is ever sent."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from claimcheck.bundles import check_evidence
from claimcheck.bundles.bundle import BundledAnswer
from claimcheck.errors import InputError, ProviderError
from claimcheck.json_lines import read_json_lines
from claimcheck.llm.stored import (
    AnswerStore,
    StoredAnswersClient,
    compute_request_digest,
)
from claimcheck.models.llm import (
    Client,
    ModelRequest,
    ModelResponse,
    dump_response,
    load_response,
)
from claimcheck.models.run import Check, Signature
from claimcheck.pipeline.check import VERIFIER
from claimcheck.prompts import Templates
from claimcheck.prompts.briefs import read_stored_brief
from claimcheck.search.archive import EvidenceArchive
from claimcheck.settings import Settings
from claimcheck.verification.verifiers import is_on_this_machine


def prepare_replay(
    signature: Signature,
    batch_config: Mapping[str, Any] | None,
    answers: AnswerStore,
    user_prompts: Templates,
) -> tuple[Settings, Client | None]:
    """Return the settings that made a result, and a client with its answers.

    Without a model there are no answers and no client.

    Raises:
        InputError: the verifier is not on this machine. A bundle comes from somebody
            else, who must not choose what is downloaded.
    """
    verifier: str | None = signature.settings.get(VERIFIER)
    if verifier is not None and not is_on_this_machine(verifier):
        raise InputError(
            f"it was checked with the verifier {verifier}, which is not on this machine"
        )
    if signature.engine == "extractive":
        options = {"engine": "extractive", "seed": signature.seed, "verifier": verifier}
        return _build_settings(signature.settings, **options), None

    assert batch_config is not None
    # The address is part of each request's digest, by which answers are found.
    endpoint = str(batch_config["endpoint"])
    # Fields and kinds are part of the requests whose answers are looked up.
    brief = read_stored_brief(batch_config["settings"])
    settings = _build_settings(
        batch_config["settings"],
        engine="llm",
        model=batch_config["model"],
        base_url=endpoint if "://" in endpoint else None,
        seed=batch_config["seed"],
        brief=replace(brief, prompts=user_prompts),
        verifier=verifier,
    )
    return settings, StoredAnswersClient(_NoEndpoint(settings), answers, settings)


def _build_settings(values: Mapping[str, Any], **more: Any) -> Settings:
    """Build settings from those of a signature; unknown names are left out."""
    names = {field.name for field in fields(Settings)}
    known = {name: value for name, value in values.items() if name in names}
    return Settings(**{**known, **more})


def collect_cached_answers(check: Check, settings: Settings) -> list[BundledAnswer]:
    """Return the model's answers of a check from the answer cache.

    `settings` name the endpoint, which is part of each answer's key.

    Raises:
        ProviderError: the cache lacks an answer.
        InputError: the archive lacks a page.
    """
    from claimcheck.store.cache import AnswerCache

    with EvidenceArchive() as archive:
        files = check_evidence.collect_files(check, archive)
    documents = check_evidence.read_documents(check, files)
    config = build_check_config(check, settings)
    # Replaying is the only way to know which answers the check used.
    with AnswerCache() as cache:
        answers = _CollectedAnswers(cache)
        replay = prepare_replay(
            check.signature, config, answers, settings.brief.prompts
        )
        check_evidence.replay(check, documents, *replay)
    return list(answers.collected.values())


def build_check_config(check: Check, settings: Settings) -> dict[str, Any]:
    """Return the configuration from which a model's check is replayed."""
    return {
        "endpoint": settings.endpoint(),
        "model": settings.model,
        "seed": check.signature.seed,
        "settings": check.signature.settings,
    }


class BundledAnswers:
    """An `AnswerStore` with the answers of a bundle."""

    def __init__(self, lines: bytes) -> None:
        # A broken line counts as a missing answer, whose result is then not reproduced.
        self._answers = {}
        for line in read_json_lines(io.BytesIO(lines)):
            if isinstance(line.value, dict):
                answer = load_response(line.value["response"])
                self._answers[line.value["digest"]] = answer

    def find(self, digest: str) -> ModelResponse | None:
        """Return the answer to the request with this digest, if any."""
        return self._answers.get(digest)

    def save(self, digest: str, request: ModelRequest, response: ModelResponse) -> None:
        """Fail: a replay asks no endpoint, so it has no answers to save."""
        raise AssertionError("nothing is sent, so nothing is answered")


class _CollectedAnswers(BundledAnswers):
    """An `AnswerStore` that records which answers of a cache are used."""

    def __init__(self, cache: AnswerStore) -> None:
        super().__init__(b"")
        self._cache = cache
        self.collected: dict[str, BundledAnswer] = {}

    def find(self, digest: str) -> ModelResponse | None:
        response = self._cache.find(digest)
        if response is not None:
            answer = BundledAnswer(digest, dump_response(response))
            self.collected[digest] = answer
        return response


class _NoEndpoint(Client):
    """The client behind the answers, which gets the requests without one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def complete(self, request: ModelRequest) -> ModelResponse:
        # The beginning of the hash is enough to find the request in a log.
        digest = compute_request_digest(request, self._settings)
        raise ProviderError(f"the bundle has no answer to request {digest[:12]}")

    async def acomplete(self, request: ModelRequest) -> ModelResponse:
        return self.complete(request)
