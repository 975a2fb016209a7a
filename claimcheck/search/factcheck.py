"""Search Google Fact Check Tools for earlier fact checks.

Its index consists of ClaimReview markup from publishers of fact checks.

https://developers.google.com/fact-check/tools/api/reference/rest/v1alpha1/claims/search
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claimcheck.models.known import KnownClaim
from claimcheck.models.search_log import Hit
from claimcheck.search.known_files import build_known_claim
from claimcheck.search.provider import Query, SearchProvider


class FactCheck(SearchProvider):
    """Finds fact checks, whose pages can be read as evidence."""

    default_url = "https://factchecktools.googleapis.com/v1alpha1"
    key_variable = "GOOGLE_FACT_CHECK_API_KEY"
    requests_per_minute = 300

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the pages of the fact checks."""
        hits = [
            Hit(item.url, item.title or item.text, published=item.reviewed)
            for item in self.find_known(query)
            if item.url
        ]
        return hits[: query.limit]

    def find_known(self, query: Query) -> list[KnownClaim]:
        """Return the fact checks, the most relevant first.

        Raises:
            ProviderError: the endpoint did not answer.
        """
        parameters = {
            "query": query.text,
            "languageCode": query.language,
            "pageSize": query.limit,
        }
        # The key is in a header, because addresses end up in logs.
        headers = {"x-goog-api-key": self._endpoint.key or ""}
        answer = self._endpoint.get_json("/claims:search", parameters, headers)
        known: list[KnownClaim] = []
        for claim in self._endpoint.get_list(answer, "claims"):
            if isinstance(claim, dict) and isinstance(claim.get("text"), str):
                known += _build_known(claim)
        before = query.before
        if before is not None:
            known = [item for item in known if item.reviewed and item.reviewed < before]
        return known


def _build_known(claim: dict[str, Any]) -> list[KnownClaim]:
    """Return a known claim for each review of a claim."""
    reviews = claim.get("claimReview")
    known = []
    for review in reviews if isinstance(reviews, list) else []:
        if not isinstance(review, dict):
            continue
        publisher = review.get("publisher")
        names = publisher if isinstance(publisher, dict) else {}
        fields = {
            "text": claim["text"],
            "speaker": claim.get("claimant"),
            "title": review.get("title"),
            "rating": review.get("textualRating"),
            "publisher": names.get("name") or names.get("site"),
            "reviewed": review.get("reviewDate"),
            "url": review.get("url"),
        }
        if item := build_known_claim(fields):
            known.append(item)
    return known
