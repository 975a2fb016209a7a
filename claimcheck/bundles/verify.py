"""Verifies that a run follows from what its bundle contains.

Nothing in a bundle is trusted, and none of its templates is run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cattrs.errors import BaseValidationError

from claimcheck import prompts, schemas
from claimcheck.bundles import check_evidence
from claimcheck.bundles.bundle import (
    ANSWERS,
    MANIFEST,
    RUN,
    SOURCE,
    Bundle,
    find_different_files,
    get_searched_check,
    hash_bytes,
    read_bundle,
)
from claimcheck.bundles.replay import BundledAnswers, prepare_replay
from claimcheck.counting import format_count
from claimcheck.engines import build_run_flow
from claimcheck.errors import ClaimcheckError
from claimcheck.models.document import Document
from claimcheck.models.integrity import find_run_inconsistencies
from claimcheck.models.llm import Client
from claimcheck.models.run import Check, Run, Signature
from claimcheck.pipeline.driver import drive
from claimcheck.prompts import Templates
from claimcheck.settings import Settings
from claimcheck.version import __version__

_MAX_REPORTED_PROBLEMS = 3  # fit on one line; chosen by hand
# The usage is not compared: a replay costs nothing and takes less time.
_REPLAYED_PARTS = (
    "summary",
    "claims",
    "verdicts",
    "unchecked",
    "failures",
    "ledger",
    "passages",
    "signature",
)

# The errors that a forged run, configuration, or answer can raise. Each means that the
# result was not reproduced.
_REPLAY_ERRORS = (
    ClaimcheckError,
    BaseValidationError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class VerificationStep:
    """A step of verification.

    `holds` is None if the bundle cannot tell. Only True is verified.
    """

    name: str
    holds: bool | None
    detail: str


def verify_bundle(path: Path, user_prompts: Templates = ()) -> list[VerificationStep]:
    """Verify the bundle at `path` step by step, without unpacking it.

    A run that was made with `user_prompts` can be replayed only with them: no template
    of a bundle is run.

    Raises:
        InputError: the file is not a bundle.
    """
    bundle = read_bundle(path)
    result = bundle.result
    # Every step is done even if an earlier one fails: together they show what changed.
    # First: what follows is about files that may have been changed.
    steps = [_verify_hashes(bundle)]
    if isinstance(result, Run):
        steps.append(_verify_spans(result, bundle.files[RUN]))
        steps.append(_verify_source(result, bundle.files[SOURCE].decode()))
    steps.append(_verify_prompts_and_schemas(bundle))
    if isinstance(result, Run):
        steps.append(_verify_results(result, bundle, user_prompts))
    if check := get_searched_check(result):
        steps += _verify_evidence(check, bundle, user_prompts)
    return steps


def _verify_hashes(bundle: Bundle) -> VerificationStep:
    # The manifest cannot have its own hash.
    actual = {
        name: hash_bytes(data)
        for name, data in bundle.files.items()
        if name != MANIFEST
    }
    different = {name for name, _ in actual.items() ^ bundle.hashes.items()}
    detail = f"{len(actual)} hashes match"
    if different:
        detail = f"changed, missing, or added: {', '.join(sorted(different))}"
    return VerificationStep("files", not different, detail)


def _verify_spans(run: Run, run_json: bytes) -> VerificationStep:
    schema_problems = schemas.find_problems("run", json.loads(run_json))
    problems = [*map(str, schema_problems), *find_run_inconsistencies(run)]
    claims = format_count(len(run.claims), "claim")
    detail = f"every span of {claims} matches the document's text"
    if problems:
        detail = "; ".join(problems[:_MAX_REPORTED_PROBLEMS])
    return VerificationStep("spans", not problems, detail)


def _verify_source(run: Run, source: str) -> VerificationStep:
    document = run.document
    # The id is derived from the text, and every claim's id from that of its document.
    if source == document.text and Document.from_text(source).id == document.id:
        return VerificationStep("source", True, "text and id match the run")
    return VerificationStep("source", False, "not the text of the run")


def _verify_prompts_and_schemas(bundle: Bundle) -> VerificationStep:
    different = find_different_files(bundle.result, bundle.files)
    kind = "run" if isinstance(bundle.result, Run) else "check"
    detail = f"match the {kind}'s signature"
    if different:
        detail = f"differ from the {kind}'s signature: {', '.join(different)}"
    return VerificationStep("prompts and schemas", not different, detail)


def _verify_results(
    run: Run, bundle: Bundle, user_prompts: Templates
) -> VerificationStep:
    """Replay the pipeline, and compare its result with the run."""

    def replay(settings: Settings, client: Client | None) -> list[str]:
        # A run does not state whether it was checked, but its verdicts show it.
        checked = bool(run.verdicts or run.unchecked)
        engine = run.signature.engine
        flow = build_run_flow(run.document, settings, engine, check=checked)
        replayed = drive(flow, client)
        return [
            part
            for part in _REPLAYED_PARTS
            if getattr(replayed, part) != getattr(run, part)
        ]

    name = "claims and verdicts"
    return _verify_by_replay(name, run.signature, bundle, user_prompts, replay)


def _verify_evidence(
    check: Check, bundle: Bundle, user_prompts: Templates
) -> list[VerificationStep]:
    """Read the pages again, look up the quotations, and repeat the check."""
    name = "evidence"
    try:
        documents = check_evidence.read_documents(check, bundle.files)
        problems = check_evidence.find_problems(check, documents)
    except _REPLAY_ERRORS as error:
        return [VerificationStep(name, False, _describe_error(error))]
    count = format_count(len(documents), "document")
    detail = f"every quotation is in one of {count}, read again"
    if problems:
        detail = "; ".join(problems[:_MAX_REPORTED_PROBLEMS])

    def replay(settings: Settings, client: Client | None) -> Sequence[str]:
        return check_evidence.replay(check, documents, settings, client)

    name_of_verdicts = "verdicts from evidence"
    return [
        VerificationStep(name, not problems, detail),
        _verify_by_replay(
            name_of_verdicts, check.signature, bundle, user_prompts, replay
        ),
    ]


def _verify_by_replay(
    name: str,
    signature: Signature,
    bundle: Bundle,
    user_prompts: Templates,
    replay: Callable[[Settings, Client | None], Sequence[str]],
) -> VerificationStep:
    """Repeat the work; `replay` returns the parts that differ."""
    if obstacle := _find_obstacle(signature, bundle, user_prompts):
        return VerificationStep(name, None, obstacle)
    try:
        answers = BundledAnswers(bundle.files.get(ANSWERS, b""))
        settings, client = prepare_replay(
            signature, bundle.batch_config, answers, user_prompts
        )
        different = replay(settings, client)
    except _REPLAY_ERRORS as error:
        reason = f"cannot be reproduced: {_describe_error(error)}"
        return VerificationStep(name, False, reason)
    detail = f"different: {', '.join(different)}" if different else "reproduced"
    return VerificationStep(name, not different, detail)


def _find_obstacle(
    signature: Signature, bundle: Bundle, user_prompts: Templates
) -> str | None:
    """Say why a result can't be reproduced; None if it can."""
    names = [name for name in prompts.list_names() if name in signature.prompts]
    digests = prompts.compute_digests(names, user_prompts)
    # Another version may rightly extract other claims.
    if digests != signature.prompts or signature.version != __version__:
        return (
            f"made by claimcheck {signature.version} with other prompts; name them "
            "with --prompts, or verify the bundle with that version"
        )
    if signature.engine != "extractive" and not bundle.has_answers:
        return "the bundle has no model answers; only a store keeps them"
    return None


def _describe_error(error: Exception) -> str:
    return str(error) or type(error).__name__
