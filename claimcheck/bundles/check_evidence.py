"""Stores the evidence of a check in a bundle, and verifies the check with it.

A bundle of a check has `check.json`, the bytes of each page under their SHA-256, and
the documents that the user provided. Verification reads the pages again, looks up every
quotation, and compares each claim with the same documents again. It cannot show that a
URL really returned these bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from claimcheck.errors import InputError
from claimcheck.json_lines import read_json_lines
from claimcheck.models.claim import Statement
from claimcheck.models.document import Document, dump_document, load_document
from claimcheck.models.integrity import find_check_inconsistencies
from claimcheck.models.llm import Client
from claimcheck.models.run import Check
from claimcheck.models.search_log import SearchLog
from claimcheck.pipeline.check import check_with_model, check_without_model
from claimcheck.pipeline.driver import drive
from claimcheck.pipeline.queries_and_matches import (
    QUERIES,
    SuggestedQueries,
    suggest_queries,
)
from claimcheck.pipeline.signature import merge_signatures
from claimcheck.search.archive import EvidenceArchive
from claimcheck.search.fetch import read_snapshot
from claimcheck.settings import Settings
from claimcheck.verification.retrieve import RecordedCorpus

DOCUMENTS = "documents.jsonl"
PAGES = "pages/"


def require_search(check: Check) -> SearchLog:
    """Return the search log of a check.

    Raises:
        InputError: the check had no search, so its evidence was not archived.
    """
    if check.search is None:
        raise InputError(
            "only the evidence of a check with --search is kept; this check has none"
        )
    return check.search


def collect_files(check: Check, archive: EvidenceArchive) -> dict[str, bytes]:
    """Return the pages and documents that a check used, by file name.

    Raises:
        InputError: the archive lacks one of them.
    """
    log = require_search(check)
    files: dict[str, bytes] = {}
    found: set[str] = set()
    for page in log.pages:
        if page.document_id is None or page.snapshot is None:
            continue
        # By hash: a page that changed since then is another page.
        content = archive.find_content(page.snapshot.sha256)
        if content is None:
            raise InputError(
                f"the evidence archive no longer has the page {page.url}; check again"
            )
        files[PAGES + page.snapshot.sha256] = content
        found.add(page.document_id)
    provided_lines = []
    # What the user gave has no address from which others could get it.
    for identity in sorted(_list_document_ids(log) - found):
        document = archive.find_document(identity)
        if document is None:
            raise InputError(
                f"the evidence archive does not have the document {identity}; check "
                "again"
            )
        # As a store keeps it, so that title, date, and address are restored, too.
        row = {"fields": dump_document(document), "text": document.full_text}
        provided_lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    if provided_lines:
        files[DOCUMENTS] = "".join(provided_lines).encode()
    return files


def read_documents(check: Check, files: Mapping[str, bytes]) -> list[Document]:
    """Return the documents of a check, read again from a bundle's files.

    Raises:
        InputError: a page is missing, can't be read, or has other contents.
    """
    documents = []
    for page in require_search(check).pages:
        if page.document_id is None or page.snapshot is None:
            continue
        content = files.get(PAGES + page.snapshot.sha256)
        if content is None:
            raise InputError(f"the page {page.url} is missing")
        if hashlib.sha256(content).hexdigest() != page.snapshot.sha256:
            raise InputError(
                f"the page {page.url} has another content than its hash says"
            )
        document = read_snapshot(page.snapshot, content)
        # The reader may have changed; then the spans would point elsewhere.
        if document.id != page.document_id:
            raise InputError(f"the page {page.url} has another text")
        documents.append(document)
    for line in read_json_lines(io.BytesIO(files.get(DOCUMENTS, b""))):
        if line.problem or not isinstance(line.value, dict):
            raise InputError(f"{DOCUMENTS} is damaged in line {line.number}")
        stated = load_document(line.value["fields"])
        document = Document.from_text(line.value["text"], source=stated.source)
        if document.id != stated.id:
            raise InputError(f"{stated.source} has another text than its id says")
        documents.append(replace(stated, text=line.value["text"]))
    return documents


def find_problems(check: Check, documents: Iterable[Document]) -> list[str]:
    """List the quotations that are not in the documents of a bundle."""
    read = {document.id: document for document in documents}
    problems = []
    for document in check.documents:
        # A forged copy could hide what the page really says.
        if document.text not in (None, read[document.id].text):
            problems.append(f"the text of {document.source} is not that of its page")
    # The text of the page counts, not the copy stored with the verdicts.
    cited = tuple(read[document.id] for document in check.documents)
    return [*problems, *find_check_inconsistencies(replace(check, documents=cited))]


def replay(
    check: Check,
    documents: Iterable[Document],
    settings: Settings,
    client: Client | None = None,
) -> tuple[str, ...]:
    """Check the claims again; return the parts of the result that differ.

    Raises:
        ClaimcheckError: the check can't be repeated.
    """
    log = require_search(check)
    corpus = RecordedCorpus(
        documents, {claim.text: claim.document_ids for claim in log.claims}
    )
    unsearched = {failure.subject for failure in check.failures}
    searched = {
        claim.subject: Statement(claim.subject, claim.text, claim.speaker)
        for claim in log.claims
    }
    statements = [
        searched[claim.subject]
        for claim in log.claims
        if claim.subject not in unsearched or claim.document_ids
    ]
    run = check_without_model if client is None else check_with_model
    result = drive(run(statements, corpus, settings), client)
    signature = result.signature
    different = []
    if QUERIES in check.signature.prompts:
        suggested = drive(suggest_queries(list(searched.values()), settings), client)
        signature = merge_signatures(signature, suggested.signature)
        if not _follows_suggestions(suggested, log):
            different.append("queries")
    # Compared whole: confidence and evidence must be reproduced, too.
    if result.verdicts != check.verdicts:
        different.append("verdicts")
    if signature != check.signature:
        different.append("signature")
    return tuple(different)


def _follows_suggestions(suggested: SuggestedQueries, log: SearchLog) -> bool:
    """Return whether each provider's first queries were those of the model.

    After a problem, a provider got no more queries.
    """
    for claim in log.claims:
        queries = suggested.queries.get(claim.subject, ())
        for provider in log.providers:
            asked = [query for query in claim.queries if query.provider == provider]
            texts = tuple(query.query for query in asked[: len(queries)])
            if texts != queries[: len(texts)]:
                return False
            has_failed = any(query.problem for query in asked)
            if len(texts) < len(queries) and not has_failed:
                return False
    return True


def _list_document_ids(log: SearchLog) -> set[str]:
    return {identity for claim in log.claims for identity in claim.document_ids}
