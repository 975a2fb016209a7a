"""What a refusal means, in whatever words."""

import pytest

from claimcheck.llm.refusal import Refusal, read_error_body

WINDOW = "is_over_context_window"
CREDIT = "is_out_of_credit"
MODEL = "is_unknown_model"
FILTER = "is_filtered"
MEANINGS = (WINDOW, CREDIT, MODEL, FILTER)
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
    (400, {"error": {"message": "no", "code": "Arrearage"}}, CREDIT),
    (400, "The model `m` does not exist", MODEL),
    (400, {"error": {"message": "no", "code": "model_not_found"}}, MODEL),
    (404, "model 'm' not found, try pulling it first", MODEL),
    (400, "This model does not support response format `json_schema`.", None),
    (400, "Unsupported parameter: not supported with this model", None),
    (400, {"error": {"message": "no", "code": "content_filter"}}, FILTER),
    (429, "Rate limit reached for m", None),
]


@pytest.mark.parametrize(("status", "body", "meaning"), CASES)
def test_tells_what_a_refusal_means(status, body, meaning):
    refusal = Refusal(status, read_error_body(body))
    found = [name for name in MEANINGS if getattr(refusal, name)]
    assert found == ([meaning] if meaning else [])
    if meaning:
        assert not refusal.is_transient
