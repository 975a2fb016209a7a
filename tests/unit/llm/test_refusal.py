"""What a refusal means, in whatever words."""

import pytest

from claimcheck.llm.refusal import Refusal, read_error_body

WINDOW = "is_over_context_window"
CREDIT = "is_out_of_credit"
MODEL = "is_unknown_model"
FILTER = "is_filtered"
KEY = "is_unauthenticated"
QUOTA = "is_over_quota"
MEANINGS = (WINDOW, CREDIT, MODEL, FILTER, KEY, QUOTA)
CASES = [
    (400, "Input is too long for requested model.", WINDOW),
    (400, "prompt too long; exceeded max context length by 4 tokens", WINDOW),
    (
        400,
        "The input token count (9) exceeds the maximum number of tokens (8).",
        WINDOW,
    ),
    (413, "Payload Too Large", WINDOW),
    (429, "Request too large for m on tokens per min (TPM): Limit 1", WINDOW),
    (400, "max_tokens is too large: 4000. It supports at most 2000", None),
    (400, "Access denied, your account is not in good standing.", CREDIT),
    (403, "insufficient quota", CREDIT),
    (403, "You have no remaining credit. Please purchase more.", CREDIT),
    (400, "Your free trial has expired, please upgrade", CREDIT),
    (429, "Your account has run out of funds", CREDIT),
    (429, "Your prepayment credits are depleted.", CREDIT),
    (403, "This organization has been disabled.", CREDIT),
    (400, "Billing is not enabled for this project", CREDIT),
    (402, "You have exceeded your monthly included credits", CREDIT),
    (429, "Your project has exceeded its spending cap", CREDIT),
    (429, "Quota exceeded for requests per minute; check load balancing", None),
    (400, {"error": {"message": "no", "code": "Arrearage"}}, CREDIT),
    (400, "The model `m` does not exist", MODEL),
    (400, {"error": {"message": "no", "code": "model_not_found"}}, MODEL),
    (404, "model 'm' not found, try pulling it first", MODEL),
    (400, "This model does not support response format `json_schema`.", None),
    (400, "Unsupported parameter: not supported with this model", None),
    (400, {"error": {"message": "no", "code": "content_filter"}}, FILTER),
    (429, "Rate limit reached for m", None),
    (403, "Your account balance is insufficient", CREDIT),
    (429, {"error": {"code": "1113", "message": "余额不足或无可用资源包"}}, CREDIT),
    (400, "API key not valid. Please pass a valid API key.", KEY),
    (400, "API key expired. Please renew the API key.", KEY),
    (401, "Unauthorized", KEY),
    (400, {"error": {"message": "no", "status": "API_KEY_INVALID"}}, KEY),
    (429, "Your plan's monthly limit was reached; upgrade", QUOTA),
    (400, "You have reached your specified API usage limits.", QUOTA),
    (429, "Quota exceeded for metric requests, limit: 50 per day", QUOTA),
    (429, {"error": {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED",
      "details": [{"violations": [{"quotaId": "RequestsPerDayPerProject-FreeTier"}]},
                  {"retryDelay": "34s"}]}}, QUOTA),
    (429, "Rate limit reached on tokens per minute", None),
    (400, "The model `m` has been decommissioned", MODEL),
    (400, "Model m is not available in your region", MODEL),
    (400, "`temperature` is deprecated for this model.", None),
    (400, "This model's JSON mode is not available", None),
    (400, "Content Exists Risk", FILTER),
    (403, "m requires moderation. Your input was flagged for violence.", FILTER),
    (403, "Output blocked by content filtering policy", FILTER),
    (451, "", FILTER),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "meaning"), CASES)
def test_tells_what_a_refusal_means(status, body, meaning):
    refusal = Refusal(status, read_error_body(body))
    found = [name for name in MEANINGS if getattr(refusal, name)]
    assert found == ([meaning] if meaning else [])
    if meaning:
        assert not refusal.is_transient
