"""What is known of words: relations, rarity, what they are about."""

import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from claimcheck import Document
from claimcheck.english.lexicon import stem
from claimcheck.english.terms import FormIndex, extract_terms, extract_words, normalize_word
from claimcheck.english.vocabulary import compute_rarity, compute_topic_vector, get_part_of_speech
from claimcheck.english.wordnet import Relation, collect_senses, look_up_senses
from claimcheck.verification.evidence import EvidenceDocument


@pytest.mark.parametrize(
    ("claim", "evidence", "relation"),
    [
        ("film", "movies", Relation.SYNONYM),
        ("decision", "decided", Relation.COGNATE),
        ("bird", "pigeon", Relation.GENERAL),
        ("pigeon", "bird", Relation.SPECIFIC),
        ("increase", "decreased", Relation.OPPOSITE),
        ("table", "optimism", Relation.NONE),
        ("british", "britain", Relation.COGNATE),
        ("swedes", "sweden", Relation.COGNATE),
        ("china", "taiwan", Relation.NONE),
        ("chinese", "taiwan", Relation.NONE),
    ],
)
def test_how_a_word_stands_to_another(claim, evidence, relation):
    assert look_up_senses(stem(claim)).relation_to(collect_senses(frozenset({stem(evidence)}))) is relation


def test_common_words_tell_little_and_numbers_most():
    assert (
        compute_rarity("the")
        < compute_rarity("people")
        < compute_rarity("ferry")
        < compute_rarity("zugzwang")
        == compute_rarity("17")
        == 1
    )


def test_parts_of_speech():
    words = ("house", "eat", "purple", "quickly", "dublin", "qwrtz")
    assert [get_part_of_speech(word) for word in words] == ["n", "v", "a", "r", "N", "?"]


def test_words_about_the_same_lie_together():
    tax, budget, cat = (compute_topic_vector([word]) for word in ("tax", "budget", "kitten"))
    assert np.linalg.norm(tax - budget) < np.linalg.norm(tax - cat)
    assert not compute_topic_vector(["qwrtz"]).any()


def test_forms_that_are_the_same_word():
    assert [normalize_word(word) for word in ("five", "5", "fifth", "5th", "1,800", "1940s")] == [
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


def test_names_are_told_by_their_capitals():
    names = [
        term.word
        for term in extract_terms("Qwrtz met Liz Cheney on Monday, and talks failed.")
        if term.is_name
    ]
    assert names == ["qwrtz", "liz", "cheney", "monday"]


def test_sentences_are_found_by_the_forms_of_their_words():
    source = EvidenceDocument(
        Document.from_text("All treaties lapsed. Nobody said why. The treaty was renewed, after all!")
    )
    forms = {normalize_word("treaty"), normalize_word("all")}
    assert source.hits(forms) == {0: forms, 2: forms}


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
        f"{left}{word}{right}" for word in ("ferry", "ferries") for left in '("[' for right in ".,;:!?)]"
    }
    together = threading.Barrier(4)

    def learn(lookup, turn):
        mixed = random.Random(turn).sample(sorted(words), len(words))
        together.wait()
        for start in range(0, len(mixed), 5):
            lookup.holding(forms, set(mixed[start : start + 5]))

    with ThreadPoolExecutor(4) as threads:
        for _ in range(100):
            lookup = FormIndex()
            list(threads.map(learn, [lookup] * 4, range(4)))
            assert lookup.holding(forms, words).keys() == words


def test_what_a_lookup_forgets_it_looks_up_again():
    lookup = FormIndex(most=2)
    for _ in range(2):
        for written in ({"ferries,", "sail"}, {"The", "(ferry)", "ferry-house"}):
            held = lookup.holding({normalize_word("ferry")}, written)
            assert held == {word: {normalize_word("ferry")} for word in written if "ferr" in word}
