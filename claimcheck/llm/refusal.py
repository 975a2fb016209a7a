"""Classify an endpoint's refusal by its HTTP status and its words.

Endpoints agree neither on status codes nor on error codes, and some put an error into a
200. All other modules use this one to distinguish refusals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import openai

from claimcheck.llm.completion import ErrorInAnswerError
from claimcheck.llm.error_body import ErrorDetails, read_error_body
from claimcheck.llm.retry_after import (
    MAX_RETRY_AFTER_S,
    find_retry_after_s,
    is_transient_status,
    parse_retry_after_s,
)

_CONTEXT_WINDOW_WORDS = re.compile(
    r"context.?(?:length|window|size)|maximum context|exceed_context|too many tokens"
    r"|prompt is too long|maximum (?:prompt|input) length"
    r"|\b(?:input|prompt|request|messages?)\b.{0,40}\btoo (?:long|large)"
    r"|\binput\b.{0,60}exceeds? the (?:maximum|limit)",
    re.I,
)
_MODEL_CODES = (
    "model_not_found",
    "model_not_available",
    "model_decommissioned",
    "invalid_model",
)
_MODEL_WORDS = re.compile(
    r"\bmodel\b\W.{0,80}\b(?:does not|doesn['’]t|not) (?:exist|found)"
    r"|\bmodel\b\W.{0,80}\b(?:has been|was) (?:deprecated|decommissioned|retired)"
    r"|\bmodel [\w./:`'\"-]+ is (?:not|no longer) (?:currently )?available"
    r"|(?:unknown|invalid|no such) model\b|not a valid model",
    re.I,
)
_KEY_CODES = ("invalid_api_key", "api_key_invalid", "authentication_error")
_KEY_WORDS = re.compile(
    r"\bapi.?key\b.{0,20}\b(?:invalid|not valid|expired|incorrect|missing|revoked"
    r"|required|disabled)|\b(?:invalid|incorrect|expired|missing|no) (?:api.?key|auth)",
    re.I,
)
_CREDIT_CODES = (
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "arrearage",
)
_CREDIT_WORDS = re.compile(
    r"""
    (?:insufficient|\bno|\bout\ of|exhausted|exceeded|not\ enough).{0,30}
        \b(?:credits?|funds|balance)\b
    | \b(?:credits?|funds|balance)\b.{0,30}
        (?:insufficient|too\ low|negative|exhausted|depleted|expired|used\ up)
    | insufficient.{0,10}\ quota | exceeded\ your\ current\ quota | 余额不足
    | hard\ limit\ has\ been\ reached | \bspend(?:ing)?\ (?:cap|limit)\b
    | payment\ required | \b(?:over|past\ )due\b | unpaid\ (?:bill|invoice)
    | \bbilling\b.{0,20}(?:not\ (?:enabled|active|set)|disabled|required)
    | \b(?:free\ )?trial\b.{0,20}(?:expired|ended|over)
    | account.{0,40}good\ standing
    | (?:account|organization|workspace).{0,20}(?:suspended|deactivated|disabled)
    """,
    re.I | re.X,
)
# Limits that last longer than anybody waits, unlike a limit on a request's tokens.
_QUOTA_WORDS = re.compile(
    r"per.?(?:day|week|month)\b|per(?:day|month)"
    r"|\b(?:daily|weekly|monthly)\b.{0,40}\b(?:limit|quota|allowance)|usage limits?\b",
    re.I,
)
# Gemini also says "exceeded your current quota" about its limits per minute.
_RATE_CODES = ("resource_exhausted", "rate_limit_exceeded")
_FILTER_CODES = ("content_filter", "content_policy_violation", "data_inspection_failed")
# DeepSeek's, OpenRouter's, and Anthropic's words; the others have codes.
_FILTER_WORDS = re.compile(
    r"content exists risk|input was flagged|requires moderation"
    r"|content.?(?:filter|policy|management)|safety (?:policy|system|filter)",
    re.I,
)
# FastAPI uses 422 for validation; a grammar that cannot be compiled causes a 500.
_BODY_STATUSES = (400, 415, 422, 500, 501)
# These are about the account, the time, or the route, whatever their words.
_OTHER_STATUSES = (401, 402, 407, 408, 413, 429, 529)
# Words which mean that only input plus maximum output exceed the window.
_ANSWER_WORDS = re.compile(
    r"max_?(?:completion_|output_|new_)?tokens|in the completion"
)
_RATE_LIMIT_STATUSES = (429, 529)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the endpoint sent.

    `status` is None for an error inside a 200 that states no code. `retry_after_s` is
    how long the endpoint asks to wait, and `should_retry` its own opinion on retries.
    `redirect` is the address of another server to which it redirects, if any.
    """

    status: int | None
    details: ErrorDetails
    retry_after_s: float | None = None
    should_retry: bool | None = None
    redirect: str | None = None

    @property
    def is_out_of_credit(self) -> bool:
        """Whether the account cannot pay for any further request."""
        if self.status == 402 or self._has_code(_CREDIT_CODES):
            return True
        return self._says(_CREDIT_WORDS) and not self._has_code(_RATE_CODES)

    @property
    def is_over_context_window(self) -> bool:
        """Whether the request does not fit the model's context window."""
        if self.status == 413:
            return True
        text = " ".join((self.details.message, *self.details.codes))
        return bool(_CONTEXT_WINDOW_WORDS.search(text))

    @property
    def exceeds_window_by_text(self) -> bool:
        """Whether the request is too long even with a shorter answer."""
        if not self.is_over_context_window:
            return False
        return self.status == 413 or not self._says(_ANSWER_WORDS)

    @property
    def is_unknown_model(self) -> bool:
        """Whether the endpoint does not have the model."""
        return self._has_code(_MODEL_CODES) or self._says(_MODEL_WORDS)

    @property
    def is_filtered(self) -> bool:
        """Whether a content filter refused the text of the request."""
        if self.status == 451 or self._has_code(_FILTER_CODES):
            return True
        return self._says(_FILTER_WORDS)

    @property
    def is_unauthenticated(self) -> bool:
        """Whether the endpoint refused the key, or requires one."""
        if self.status == 401 or self._has_code(_KEY_CODES):
            return True
        return self.status == 400 and self._says(_KEY_WORDS)

    @property
    def is_over_quota(self) -> bool:
        """Whether the account may send no more for hours, or this month."""
        if self.asks_for_too_long:
            return False  # the endpoint says when to retry
        is_limit = self.status in (*_RATE_LIMIT_STATUSES, 400, 403)
        return is_limit and self._says(_QUOTA_WORDS)

    @property
    def is_rate_limit(self) -> bool:
        """Whether requests must be sent more slowly for a while."""
        is_final = self.is_out_of_credit or self.is_over_quota
        return self.status in _RATE_LIMIT_STATUSES and not is_final

    @property
    def asks_for_too_long(self) -> bool:
        """Whether the endpoint asks to wait longer than the ceiling."""
        return self.retry_after_s is not None and self.retry_after_s > MAX_RETRY_AFTER_S

    @property
    def is_of_body_status(self) -> bool:
        """Whether endpoints refuse parts of a body with this status."""
        return self.status in _BODY_STATUSES

    @property
    def may_be_about_body(self) -> bool:
        """Whether the refusal may concern part of the body, not its text.

        With any status: OpenRouter answers 404 ("no endpoints support this parameter"),
        gateways 403 or 502, and some put the error into a 200.
        """
        if self.status in _OTHER_STATUSES or self.exceeds_window_by_text:
            return False
        return not (
            self.is_out_of_credit
            or self.is_over_quota
            or self.is_unauthenticated
            or self.is_filtered
            or self.is_unknown_model
            or self.asks_for_too_long
        )

    @property
    def may_name_nothing(self) -> bool:
        """Whether the refusal may concern the body without naming a part."""
        # OpenRouter: "No endpoints found that can handle the requested parameters."
        is_about_parameters = "parameter" in self.details.message.lower()
        return self.is_of_body_status or (self.status == 404 and is_about_parameters)

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed when it is sent again."""
        if self.is_out_of_credit or self.is_over_quota or self.asks_for_too_long:
            return False
        # "Request too large for this model on tokens per minute" is also a 429.
        if self.is_over_context_window:
            return False
        if self.should_retry is not None:
            return self.should_retry
        if self.status is None:
            # An error inside a 200, after the request was accepted: usually a provider
            # behind the endpoint failed.
            return True
        return is_transient_status(self.status)

    def _has_code(self, codes: Sequence[str]) -> bool:
        return not set(codes).isdisjoint(self.details.codes)

    def _says(self, words: re.Pattern[str]) -> bool:
        return words.search(self.details.message) is not None


def read_refusal(error: BaseException | None) -> Refusal | None:
    """Read the refusal in an error; None if the endpoint did not send one."""
    headers: Mapping[str, str]
    if isinstance(error, ErrorInAnswerError):
        status, details, headers = error.details.status, error.details, error.headers
    elif isinstance(error, openai.APIStatusError):
        status, headers = error.status_code, error.response.headers
        details = read_error_body(error.response.content or error.body)
    else:
        return None
    retry_after_s = parse_retry_after_s(headers)
    if retry_after_s is None and status in _RATE_LIMIT_STATUSES:
        retry_after_s = find_retry_after_s(details.message)
    is_redirect = status is not None and 300 <= status < 400
    return Refusal(
        redirect=headers.get("location") if is_redirect else None,
        status=status,
        details=details,
        retry_after_s=retry_after_s,
        should_retry={"true": True, "false": False}.get(
            headers.get("x-should-retry", "")
        ),
    )
