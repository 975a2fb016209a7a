"""Describes the document, version, model, tokens, and cost of a result."""

from __future__ import annotations

from claimcheck.counting import format_count
from claimcheck.models.llm import Usage
from claimcheck.models.run import Check, Run, Signature

# How the publication date is known (`Document.published_from`), for readers.
_DATE_ORIGINS = {
    "url": "from its URL",
    "text": "from its text",
    "given": "given",
    "metadata": "stated",
}


def describe_document(run: Run) -> str:
    """Describe the document's source, date, language and size in one line."""
    document = run.document
    parts = [document.source]
    if document.author:
        parts.append(f"by {document.author}")
    if document.published:
        # How reliable the date is depends on where it is from.
        origin = _DATE_ORIGINS.get(document.published_from or "", "")
        parts.append(f"published {document.published} ({origin})")
    elif not document.parts:
        parts.append("publication date unknown")
    parts.append(f"language {document.language or 'unknown'}")
    parts.append(f"{document.characters:,} characters")
    if document.tokens is not None:
        # If the model's own tokenizer is not used, the number is an estimate.
        about = "about " if "estimate" in run.signature.token_count else ""
        parts.append(f"{about}{document.tokens:,} tokens")
    return " · ".join(part for part in parts if part)


def describe_search(check: Check) -> str:
    """Describe how many documents were searched for evidence."""
    text = f"Checked against {format_count(check.searched, 'document')}"
    log = check.search
    if log is None:
        return text
    number = sum(len(claim.queries) for claim in log.claims)
    queries = format_count(number, "query")
    text += f" · searched {', '.join(log.providers)} ({queries})"
    return f"{text}, before {log.before}" if log.before else text


def list_searches(check: Check) -> list[str]:
    """List the searches, and the pages that were read."""
    if check.search is None:
        return []
    lines = []
    for claim in check.search.claims:
        for query in claim.queries:
            found = query.problem or format_count(query.results, "result")
            lines.append(f"Searched {query.provider} for “{query.query}”: {found}")
    for page in check.search.pages:
        if page.document_id:
            lines.append(f"Read: {page.title or page.url} ({page.url})")
    return list(dict.fromkeys(lines))


def list_left_out_pages(check: Check) -> list[str]:
    """List the pages that a search found but left out, and why."""
    pages = check.search.pages if check.search else ()
    return [f"Left out: {page.url}: {page.problem}" for page in pages if page.problem]


def describe_provenance(result: Run | Check) -> str:
    """Describe version, engine, model, tokens, cost and time in one line."""
    claims = len(result.claims if isinstance(result, Run) else result.verdicts)
    return describe_work(result.signature, result.usage, claims)


def describe_work(signature: Signature, usage: Usage, claims: int) -> str:
    """Describe a signature and its usage in one line."""
    parts = [f"claimcheck {signature.version}", f"engine {signature.engine}"]
    if signature.model:
        parts.append(f"model {signature.model} ({signature.response_format})")
        parts += _list_usage(usage, claims)
    else:
        parts.append("no model")
        verifier = signature.settings.get("verifier")
        if verifier not in (None, "lexical"):
            parts.append(f"verifier {verifier}")
    parts.append(f"{usage.seconds:.1f} s")
    return " · ".join(parts)


def _list_usage(usage: Usage, claims: int) -> list[str]:
    """List the requests, tokens and cost of a model."""
    tokens_in = f"{usage.input_tokens:,} tokens in"
    if usage.cached_tokens:
        tokens_in += f" ({usage.cached_tokens:,} cached)"
    tokens_out = f"{usage.output_tokens:,} out"
    if usage.reasoning_tokens:
        # Reasoning tokens are part of the output, and most of the cost of a reasoning
        # model.
        tokens_out += f" ({usage.reasoning_tokens:,} reasoning)"
    parts = [format_count(usage.requests, "request"), f"{tokens_in}, {tokens_out}"]
    if usage.stored_answers:
        parts.append(format_count(usage.stored_answers, "stored answer"))
    parts.append(_format_cost(usage, claims))
    return parts


def _format_cost(usage: Usage, claims: int) -> str:
    """Format the total cost and the cost per claim."""
    if usage.cost_usd is None:
        return "price unknown"
    total = f"${usage.cost_usd:.4f}"
    cost_per_claim = format_cost_per_claim(usage, claims)
    return f"{total} ({cost_per_claim} per claim)" if cost_per_claim else total


def format_cost_per_claim(usage: Usage, claims: int) -> str | None:
    """Format the average cost per claim; None without a cost or claims."""
    return f"${usage.cost_usd / claims:.4f}" if usage.cost_usd and claims else None
