"""Terms: forms of words, names, and the index of chunks by form."""

import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from claimcheck.english.terms import (
    FormIndex,
    extract_terms,
    extract_words,
    normalize_word,
)


def test_different_spellings_have_one_form():
    assert [
        normalize_word(word) for word in ("five", "5", "fifth", "5th", "1,800", "1940s")
    ] == [
        "5",
        "5",
        "5th",
        "5th",
        "1800",
        "1940",
    ]
    assert extract_words("The U.S. and the US, not us; Minaj's") == [
        "the",
        "usa",
        "and",
        "the",
        "usa",
        "not",
        "us",
        "minaj",
    ]


def test_recognizes_names_by_capitals():
    names = [
        term.word
        for term in extract_terms("Qwrtz met Liz Cheney on Monday, and talks failed.")
        if term.is_name
    ]
    assert names == ["qwrtz", "liz", "cheney", "monday"]


@pytest.fixture
def frequent_thread_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("frequent_thread_switches")
def test_threads_that_share_an_index_miss_nothing():
    forms = {normalize_word("ferry")}
    words = {
        f"{left}{word}{right}"
        for word in ("ferry", "ferries")
        for left in '("['
        for right in ".,;:!?)]"
    }
    together = threading.Barrier(4)

    def add(index, turn):
        mixed = random.Random(turn).sample(sorted(words), len(words))
        together.wait()
        for start in range(0, len(mixed), 5):
            index.find_chunks(forms, set(mixed[start : start + 5]))

    with ThreadPoolExecutor(4) as threads:
        for _ in range(100):
            index = FormIndex()
            list(threads.map(add, [index] * 4, range(4)))
            assert index.find_chunks(forms, words).keys() == words


def test_an_index_finds_again_what_it_evicted():
    index = FormIndex(max_chunks=2)
    for _ in range(2):
        for chunks in ({"ferries,", "sail"}, {"The", "(ferry)", "ferry-house"}):
            forms_by_chunk = index.find_chunks({normalize_word("ferry")}, chunks)
            assert forms_by_chunk == {
                word: {normalize_word("ferry")} for word in chunks if "ferr" in word
            }
