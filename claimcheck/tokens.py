"""Counts tokens without a network.

The ranks of `o200k_base` (OpenAI's current models) ship with claimcheck, compressed,
because tiktoken would download them. They and the split pattern are tiktoken's (MIT,
see NOTICE). For other models the count is an estimate.
"""

from __future__ import annotations

import binascii
import hashlib
from functools import cache
from typing import TYPE_CHECKING

from claimcheck.errors import ClaimcheckError
from claimcheck.resources import read_packed

if TYPE_CHECKING:
    import tiktoken

ENCODING = "o200k_base"
# No window is smaller, so a smaller count from an endpoint is wrong or missing. This is
# also the lower bound of `context_tokens`.
_MIN_WINDOW_TOKENS = 256
# Other encodings need up to a third fewer tokens than ours for the same text. Chosen by
# hand.
_READ_SHARE = 0.6
_BYTES_OF_LONG_TOKEN = 5
_RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_RANKS_FILE = "o200k_base.tiktoken"

# tiktoken splits text with this pattern before it merges bytes. The seven cases are
# words in lower case, words in capitals, up to three digits, punctuation, line ends,
# trailing white space, and other white space.
_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SPLIT_PATTERN = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTION}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTION}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)


@cache
def _load_encoding() -> tiktoken.Encoding:
    import tiktoken

    raw = read_packed(_RANKS_FILE)
    if hashlib.sha256(raw).hexdigest() != _RANKS_SHA256:
        raise ClaimcheckError(
            f"{_RANKS_FILE} is damaged: its hash is not the published one. "
            "Reinstall claimcheck."
        )
    # 200,000 pairs of a token and its rank; `map` takes half the time of a loop.
    words = raw.split()
    tokens = map(binascii.a2b_base64, words[::2])
    ranks = dict(zip(tokens, map(int, words[1::2]), strict=True))
    special = {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}
    # It is not named o200k_base, because a second encoding of that name would break
    # tiktoken's registry.
    return tiktoken.Encoding(
        "claimcheck_o200k_base",
        pat_str=_SPLIT_PATTERN,
        mergeable_ranks=ranks,
        special_tokens=special,
    )


def count(text: str) -> int:
    """Return the number of `o200k_base` tokens in `text`.

    A literal `<|endoftext|>` counts as ordinary text.
    """
    return len(_load_encoding().encode_ordinary(text))


def estimate_unread(text: str, read_tokens: int) -> int:
    """Estimate how many tokens of a text the endpoint cut off.

    `read_tokens` is the endpoint's own count. Ollama, for one, cuts off text that
    exceeds its window without an error. The result is 0 if the endpoint seems to have
    read everything.
    """
    if read_tokens < _MIN_WINDOW_TOKENS:
        return 0
    # This is faster than counting, and enough for most answers: a token has about four
    # bytes in every script.
    if read_tokens * _BYTES_OF_LONG_TOKEN > len(text.encode("utf-8", "replace")):
        return 0
    sent_tokens = count(text)
    return sent_tokens - read_tokens if read_tokens < _READ_SHARE * sent_tokens else 0


def is_exact(model: str | None) -> bool:
    """Return whether `count` is exact, not an estimate, for this model."""
    if model is None:
        return False
    from tiktoken.model import encoding_name_for_model

    try:
        return encoding_name_for_model(model) == ENCODING
    except KeyError:
        return False
