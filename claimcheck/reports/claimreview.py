"""Writes verdicts as schema.org ClaimReview in JSON-LD, for search engines.

See https://schema.org/ClaimReview, and Google's guidelines for it:
https://developers.google.com/search/docs/appearance/structured-data/factcheck.
The publisher and the page of a review come from the user; they are never made up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from rfc3986_validator import validate_rfc3986

from claimcheck import schemas
from claimcheck.errors import SettingsError
from claimcheck.models.document import Document
from claimcheck.models.run import Check
from claimcheck.models.verdict import Finding, Label, Verdict
from claimcheck.reports import wording
from claimcheck.settings import Settings
from claimcheck.verification.explain import remove_working_notes

# Google's guidelines ask for a number, and say what the ends of its scale mean.
_BEST_RATING, _WORST_RATING = 5, 1
# An undecided claim has no number: see `_build_rating`.
_RATING_BY_LABEL = {
    Label.SUPPORTED: _BEST_RATING,
    Label.REFUTED: _WORST_RATING,
    Label.CONFLICTING_EVIDENCE: 3,
}


@dataclass(frozen=True, slots=True)
class Review:
    """Who publishes a review, on which page, and on which day.

    `claimed_at` is the URL of the page that makes the claims; None if the document
    states it.
    """

    publisher_name: str
    publisher_url: str
    url: str
    published: date
    claimed_at: str | None = None


def build_review(
    settings: Settings,
    review_url: str | None,
    *,
    claimed_at: str | None = None,
    published: date | None = None,
) -> Review:
    """Return the publisher, page, and day of a review, by default today.

    Raises:
        SettingsError: the publisher's name, its URL, or the page is missing, or the
            page is not an http(s) URL.
    """
    required = {
        "`publisher_name` in claimcheck.toml": settings.publisher_name,
        "`publisher_url` in claimcheck.toml": settings.publisher_url,
        "--review-url, the page that will publish the review": review_url,
    }
    missing = [name for name, value in required.items() if not value]
    if missing:
        raise SettingsError(
            f"claimreview needs {'; '.join(missing)}. "
            "A review names its publisher and its page."
        )
    urls = {
        "`publisher_url` in claimcheck.toml": settings.publisher_url,
        "--review-url": review_url,
        "--claimed-at": claimed_at,
    }
    for name, url in urls.items():
        if url and not _is_web_url(url):
            raise SettingsError(
                f"{name} {url!r} is not an http(s) URL, such as "
                "https://example.org/reviews/7"
            )
    return Review(
        str(settings.publisher_name),
        str(settings.publisher_url),
        str(review_url),
        published or datetime.now(UTC).date(),
        claimed_at,
    )


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port or 0) >= 0  # may raise
    except ValueError:
        return False
    # `urlsplit` accepts any characters, such as spaces.
    is_uri = validate_rfc3986(url, rule="URI") is not None
    return is_uri and has_host and url.startswith(("http://", "https://"))


def render(check: Check, review: Review) -> str:
    """Render a JSON array with one ClaimReview per verdict."""
    documents = {
        document.id: _build_creative_work(document) for document in check.documents
    }
    appearance = _build_appearance(check.claimed_in, review.claimed_at)
    page = review.url.partition("#")[0]
    reviews = []
    for verdict in check.verdicts:
        finding, author = _choose_finding(verdict)
        # Each document is listed once, in the order of the evidence.
        cited = dict.fromkeys(evidence.document_id for evidence in finding.evidence)
        item: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            # Several reviews may be on one page, but each needs its own address.
            "url": f"{page}#{verdict.subject}",
            "datePublished": review.published.isoformat(),
            "author": {
                "@type": "Organization",
                "name": review.publisher_name,
                "url": review.publisher_url,
            },
            "claimReviewed": verdict.text,
            "reviewBody": remove_working_notes(finding.rationale),
            "itemReviewed": _build_claim(author, appearance),
            "reviewRating": _build_rating(finding.label),
        }
        # Without evidence the property is left out: an empty list says nothing.
        if cited:
            item["citation"] = [documents[identity] for identity in cited]
        reviews.append(item)
    # An invalid review is our bug; search engines would ignore it silently.
    problems = schemas.find_problems("claimreview", reviews)
    assert not problems, problems[:3]
    return json.dumps(reviews, ensure_ascii=False, indent=2) + "\n"


def _choose_finding(verdict: Verdict) -> tuple[Finding, str | None]:
    """Return what a review rates, and who claims it.

    That a speaker said something is a claim of the text, not of the speaker: whoever
    was misquoted must not be named as the author of a false claim.
    """
    content = verdict.content
    said = verdict.finding.label is Label.SUPPORTED
    if content is not None and said and content.label in _RATING_BY_LABEL:
        return content, verdict.speaker
    return verdict.finding, None if content is not None else verdict.speaker


def _build_rating(label: Label) -> dict[str, Any]:
    """Build the rating; without enough evidence it has no number."""
    rating: dict[str, Any] = {
        "@type": "Rating",
        "alternateName": wording.format_label(label).capitalize(),
    }
    if label in _RATING_BY_LABEL:
        rating |= {
            "ratingValue": _RATING_BY_LABEL[label],
            "bestRating": _BEST_RATING,
            "worstRating": _WORST_RATING,
        }
    return rating


def _build_claim(
    author: str | None, appearance: list[dict[str, Any]]
) -> dict[str, Any]:
    claim: dict[str, Any] = {"@type": "Claim"}
    if author:
        # schema.org also has organizations, but nothing here tells them from people.
        claim["author"] = {"@type": "Person", "name": author}
    if appearance:
        claim["appearance"] = appearance
    return claim


def _build_appearance(
    document: Document | None, claimed_at: str | None
) -> list[dict[str, Any]]:
    """List the pages on which the claims were made, if known."""
    if claimed_at:
        return [{"@type": "CreativeWork", "url": claimed_at}]
    return [_build_creative_work(document)] if document else []


def _build_creative_work(document: Document) -> dict[str, Any]:
    work: dict[str, Any] = {
        "@type": "CreativeWork",
        "name": document.title or document.source,
    }
    # A page may state any URL as its own, even an invalid one.
    if document.url and _is_web_url(document.url):
        work["url"] = document.url
    if document.published:
        work["datePublished"] = document.published.isoformat()
    return work
