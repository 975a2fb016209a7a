"""Counting with no network: the packed encoding is tiktoken's own."""

import tiktoken

from claimcheck import tokens


def test_counts_known_texts():
    assert tokens.count("") == 0
    assert tokens.count("hello world") == 2
    assert tokens.count("<|endoftext|>") > 1  # text, not the special token


def test_encodes_as_published():
    # "hello world" in o200k_base, as the OpenAI cookbook prints tokens
    encoding = tokens._load_encoding()
    assert encoding.encode_ordinary("tiktoken is great!") == [
        83,
        8251,
        2488,
        382,
        2212,
        0,
    ]
    assert encoding.n_vocab == 200_019
    assert encoding.name not in tiktoken.list_encoding_names()


def test_counts_are_exact_only_for_models_with_this_encoding():
    assert [
        tokens.is_exact(model)
        for model in ("gpt-4o-mini", "gpt-5", "o3", "gpt-4", "qwen", None)
    ] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_counts_a_long_run_of_one_letter():
    assert tokens.count("a" * 200_000) > 1_000
