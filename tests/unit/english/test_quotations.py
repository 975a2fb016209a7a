"""The speakers that the sentences around one name."""

import pytest

from claimcheck.english.quotations import Attribution, resolve_speeches
from claimcheck.english.speech import UNKNOWN_SPEAKER
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def find_speakers(text):
    return [
        speech.speaker if speech else None
        for speech in resolve_speeches(split_sentences(Reading(text), "en"))
    ]


def test_resolves_a_pronoun_to_the_previous_speaker():
    assert find_speakers("Jan Novak said wages rose. He called the plan good.") == [
        "Jan Novak",
        "Jan Novak",
    ]


def test_does_not_resolve_an_ambiguous_pronoun():
    assert find_speakers(
        "Critics of Tom Novak met Ian Malik in Rome. He said wages rose."
    ) == [None, None]


def test_a_continued_quotation_keeps_its_speaker():
    assert find_speakers('"It is late," said Jane Roe. "We must go."') == [
        "Jane Roe",
        "Jane Roe",
    ]


def test_completes_a_last_name_only_if_it_is_unique():
    assert find_speakers("Jane Roe left. Roe said it was late.")[1] == "Jane Roe"
    assert find_speakers("Jane Roe and Tim Roe left. Roe said it was late.")[1] == "Roe"


def test_a_quotation_that_is_the_next_paragraph_keeps_its_speaker():
    said = '"It is late," Jane Roe said.\n\n'
    assert find_speakers(said + '"We must go."')[1] == "Jane Roe"
    assert find_speakers(said + '"We must go," Tim Poe said.')[1] == "Tim Poe"
    assert find_speakers(said + "We must go.")[1] is None
    assert find_speakers(said + 'The "new" bridge is "old".')[1] is None
    assert find_speakers(said + 'It rained.\n\n"We must go."')[2] is None


def test_a_label_speaks_unless_the_sentence_names_somebody():
    text = (
        "MR. LIND: The bridge opened in 1961. Jane Roe said it was late. I agree.\n\n"
        "MS. LEE: It closed in May.\n"
    )
    assert find_speakers(text) == ["MR. LIND", "Jane Roe", "MR. LIND", "MS. LEE"]


def test_a_pronoun_after_a_quotation_is_who_spoke_it():
    text = (
        '"We lost 40 people in 2020," said Bo Lind, the manager. "It was 30 in 2021."'
        '\n\n"In 2022 it was 20," he said.'
    )
    assert find_speakers(text) == ["Bo Lind", "Bo Lind", "Bo Lind"]


def test_a_quotation_keeps_its_speaker_over_paragraphs():
    text = """"We began in 2019," said Jane Roe, who runs the yard. "It had 40 boats.

"Now it has 90. Each of them carries 12 tonnes.

"Next year it will have 100."

The mayor left in May.
"""
    assert find_speakers(text) == [*["Jane Roe"] * 5, None]


def test_a_quotation_has_the_speaker_that_its_end_names():
    text = "“The port lost money in 2021.\n\n“It owed 3 million,” Jane Roe said.\n"
    assert find_speakers(text) == ["Jane Roe", "Jane Roe"]


def test_an_answer_has_another_speaker_than_its_question():
    assert find_speakers('"40 or 50?" asked Bo Lind.\n\n"Fifty, I think."')[1] is None


def test_a_pronoun_is_the_only_person_of_that_gender_nearby():
    text = """Maria Lind has farmed near Bergen since 1998 with Carl Moe.

The drought of 2022 destroyed 40 percent of the harvest.

"We lost 300 sheep," she said. He said it was 400.
"""
    assert find_speakers(text) == [None, None, "Maria Lind", "Carl Moe"]


def test_a_pronoun_is_nobody_if_two_people_are_near():
    assert find_speakers('Ann Lee met Eva Moe.\n\n"We lost," she said.')[1] is None
    # Kim may be a woman, or a man.
    assert find_speakers('Ann Lee met Kim Moe.\n\n"We lost," she said.')[1] is None


def test_a_pronoun_is_nobody_whom_a_quotation_mentions():
    text = 'Ann Lee left. "Eva Moe lied," said a clerk. "It rained," she said.'
    assert find_speakers(text)[2] == "Ann Lee"


def test_a_pronoun_may_be_a_speaker_whose_name_is_not_listed():
    text = "Wei Zhang said the mill would reopen. He said 40 workers would return."
    assert find_speakers(text) == ["Wei Zhang", "Wei Zhang"]


@pytest.mark.parametrize(
    "quotation",
    [
        '"The dam will last 50 years," he said.',
        '"The dam will last 50 years," he told reporters.',
        'In a statement it said: "The dam will last 50 years."',
        'Engineer Olga Dunn shrugged: "The dam will last 50 years."',
        "«El paro ha bajado un 12 % desde 2019», dijo la ministra Yolanda Ruiz.",
        "La ministra dijo que «el paro ha bajado un 12 % desde 2019».",
        "„Die Brücke kostet 5 Millionen Euro“, sagte Sprecher Jörg Hahnemann.",
        "»Die Brücke kostet 5 Millionen Euro«, sagte Sprecher Jörg Hahnemann.",
        'Die Ministerin sagte: "Die Brücke kostet 5 Millionen Euro."',
        "M. Lefèvre a déclaré : « Le pont coûte 5 millions d'euros. »",
    ],
)
def test_a_quotation_is_never_the_voice_of_the_document(quotation):
    sentences = split_sentences(Reading(f"The office opened. {quotation}"), "en")
    speeches = Attribution(sentences).speeches
    assert [speech and speech.speaker for speech in speeches] == [None, UNKNOWN_SPEAKER]
    assert find_speakers(quotation) == [None]


def test_a_pronoun_may_mean_the_unnamed_person_just_before_it():
    text = 'Peter Wahl saw the dam. {} "It may last 50 years," he said.'
    assert find_speakers(text.format("It is old."))[-1] == "Peter Wahl"
    assert find_speakers(text.format("The mayor left."))[-1] is None


@pytest.mark.parametrize(
    "text",
    [
        'The so-called "green deal" cost 5 million.',
        'The film "The Lord of the Rings" made 5 million.',
        '"The Lord of the Rings" made 5 million.',
        "Er las „Der Zauberberg“ in 5 Tagen.",
        'He read "the long way home" in 5 days.',
    ],
)
def test_a_title_is_not_what_somebody_says(text):
    assert Attribution(split_sentences(Reading(text), "en")).speeches == [None]


def test_a_weekday_is_not_part_of_a_full_name():
    assert find_speakers("On Monday Brandt said that 40 people work there.") == [
        "Brandt"
    ]
