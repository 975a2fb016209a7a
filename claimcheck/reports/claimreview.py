"""Verdicts as schema.org ClaimReview in JSON-LD, as Google's guidelines for the type ask for it.

https://schema.org/ClaimReview; https://developers.google.com/search/docs/appearance/structured-data/factcheck.
Who publishes the review, and on which page, comes from whoever publishes it: nothing of that is made up here.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from claimcheck import schemas
from claimcheck.errors import SettingsError
from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.verdict import Label, Verdict
from claimcheck.reports.verdicts_text import UPPERCASE_LABEL_NAMES
from claimcheck.settings import Settings

_BEST_RATING, _WORST_RATING = 5, 1
_RATING_BY_LABEL = {
    Label.SUPPORTED: _BEST_RATING,
    Label.REFUTED: _WORST_RATING,
    Label.CONFLICTING_EVIDENCE: 3,
}


def require_publisher(settings: Settings, review_url: str | None) -> None:
    """Fails where it is not known who publishes the review, or where.

    Raises:
        SettingsError: the publisher's name or URL, or the page, is missing or no URL.
    """
    missing = [
        what
        for what, value in (
            ("`publisher_name` in claimcheck.toml", settings.publisher_name),
            ("`publisher_url` in claimcheck.toml", settings.publisher_url),
            ("--review-url, the page on which the review will stand", review_url),
        )
        if not value
    ]
    if missing:
        raise SettingsError(
            f"claimreview: needs {'; '.join(missing)}: it names who answers for the review"
        )
    if not str(review_url).startswith(("http://", "https://")):
        raise SettingsError(f"--review-url {review_url!r}: is no http(s) URL")


def render(
    check: Check,
    settings: Settings,
    *,
    review_url: str,
    published: date,
    claimed_at: str | None = None,
) -> str:
    """A JSON array with a ClaimReview for each verdict; a claim without a verdict has none.

    `claimed_at` is the page that makes the claims, where the check does not know it from their document.

    Raises:
        SettingsError: who publishes the review is not known.
    """
    require_publisher(settings, review_url)
    documents = {
        document.id: _build_creative_work(document) for document in check.documents
    }
    appearance = _build_appearance(check.claimed_in, claimed_at)
    reviews = []
    for verdict in check.verdicts:
        cited = dict.fromkeys(item.document_id for item in verdict.finding.evidence)
        review: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": f"{review_url.partition('#')[0]}#{verdict.subject}",
            "datePublished": published.isoformat(),
            "author": {
                "@type": "Organization",
                "name": settings.publisher_name,
                "url": settings.publisher_url,
            },
            "claimReviewed": verdict.text,
            "reviewBody": verdict.finding.rationale,
            "itemReviewed": _build_claim(verdict, appearance),
            "reviewRating": _build_rating(verdict.label),
        }
        if cited:
            review["citation"] = [documents[identity] for identity in cited]
        reviews.append(review)
    problems = schemas.find_problems("claimreview", reviews)
    assert not problems, problems[:3]
    return json.dumps(reviews, ensure_ascii=False, indent=2) + "\n"


def _build_rating(label: Label) -> dict[str, Any]:
    """Build the rating; without enough evidence it has a name but no number."""
    rating: dict[str, Any] = {
        "@type": "Rating",
        "alternateName": UPPERCASE_LABEL_NAMES[label].capitalize(),
    }
    if label in _RATING_BY_LABEL:
        rating |= {
            "ratingValue": _RATING_BY_LABEL[label],
            "bestRating": _BEST_RATING,
            "worstRating": _WORST_RATING,
        }
    return rating


def _build_claim(verdict: Verdict, appearance: list[dict[str, Any]]) -> dict[str, Any]:
    claim: dict[str, Any] = {"@type": "Claim"}
    if verdict.speaker:
        claim["author"] = {"@type": "Person", "name": verdict.speaker}
    if appearance:
        claim["appearance"] = appearance
    return claim


def _build_appearance(
    document: Document | None, claimed_at: str | None
) -> list[dict[str, Any]]:
    """List where the claims were made, as far as that is known."""
    if claimed_at:
        return [{"@type": "CreativeWork", "url": claimed_at}]
    return [_build_creative_work(document)] if document else []


def _build_creative_work(document: Document) -> dict[str, Any]:
    work: dict[str, Any] = {
        "@type": "CreativeWork",
        "name": document.title or document.source,
    }
    if document.url:
        work["url"] = document.url
    if document.published:
        work["datePublished"] = document.published.isoformat()
    return work
