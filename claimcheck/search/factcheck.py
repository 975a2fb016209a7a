"""Search Google Fact Check Tools for earlier fact checks.

Its index consists of ClaimReview markup from publishers of fact checks.

https://developers.google.com/fact-check/tools/api/reference/rest/v1alpha1/claims/search
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claimcheck.models.known import KnownClaim
from claimcheck.models.search_log import Hit
from claimcheck.search.endpoint import clean_hit, clean_text, collect_hits, parse_day
from claimcheck.search.provider import Query, SearchProvider

_MAX_TEXT_CHARACTERS = 1_000


class FactCheck(SearchProvider):
    """Finds fact checks, whose pages can be read as evidence."""

    default_url = "https://factchecktools.googleapis.com/v1alpha1"
    key_variable = "GOOGLE_FACT_CHECK_API_KEY"
    requests_per_minute = 300

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the pages of the fact checks."""
        known = [
            {"url": item.url, "title": item.title or item.text, "day": item.reviewed}
            for item in self.find_known(query)
        ]
        return collect_hits(
            known,
            lambda row: Hit(row["url"] or "", row["title"], published=row["day"]),
            query.limit,
        )

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
        hit = clean_hit(Hit(review.get("url") or ""))
        known.append(
            KnownClaim(
                text=clean_text(claim["text"], _MAX_TEXT_CHARACTERS),
                speaker=clean_text(claim.get("claimant"), 200) or None,
                title=clean_text(review.get("title"), 300) or None,
                rating=clean_text(review.get("textualRating"), 200) or None,
                publisher=clean_text(names.get("name") or names.get("site"), 200)
                or None,
                reviewed=parse_day(review.get("reviewDate")),
                url=hit.url if hit else None,
            )
        )
    return known
