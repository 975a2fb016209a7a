"""Terms: forms of words, names, and the lookup of written words by form."""

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
def switched_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switched_often")
def test_threads_that_share_a_lookup_miss_nothing():
    forms = {normalize_word("ferry")}
    words = {
        f"{left}{word}{right}"
        for word in ("ferry", "ferries")
        for left in '("['
        for right in ".,;:!?)]"
    }
    together = threading.Barrier(4)

    def learn(lookup, turn):
        mixed = random.Random(turn).sample(sorted(words), len(words))
        together.wait()
        for start in range(0, len(mixed), 5):
            lookup.find_chunks(forms, set(mixed[start : start + 5]))

    with ThreadPoolExecutor(4) as threads:
        for _ in range(100):
            lookup = FormIndex()
            list(threads.map(learn, [lookup] * 4, range(4)))
            assert lookup.find_chunks(forms, words).keys() == words


def test_a_lookup_finds_again_what_it_evicted():
    lookup = FormIndex(max_chunks=2)
    for _ in range(2):
        for written in ({"ferries,", "sail"}, {"The", "(ferry)", "ferry-house"}):
            held = lookup.find_chunks({normalize_word("ferry")}, written)
            assert held == {
                word: {normalize_word("ferry")} for word in written if "ferr" in word
            }
