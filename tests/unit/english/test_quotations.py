"""The speakers of quotations and of reported speech."""

import pytest

from claimcheck.english.quotations import resolve_speeches
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences


def find_speakers(text):
    return [
        speech.speaker if speech else None
        for speech in resolve_speeches(split_sentences(Reading(text), "en"))
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ('"It is late," said Jane Roe.', "Jane Roe"),
        ('"It is late," Jane Roe told reporters in Paris.', "Jane Roe"),
        (
            '"It is late," said the company\'s managing director, Erik Sandahl.',
            "Erik Sandahl",
        ),
        ('"It is late," said Dr. Ines Calder, who led the study.', "Ines Calder"),
        ('"Wages fell," wrote its leader, Petra Dvorak, on X.', "Petra Dvorak"),
        ("Prime Minister Jan Novak said that wages rose.", "Jan Novak"),
        ("Jan Novak, the prime minister, said wages rose.", "Jan Novak"),
        ("His lawyer, Karin Holm, said the company would pay.", "Karin Holm"),
        ("Wages rose in May, said the ministry.", "the ministry"),
        ("Wages rose in May, said a clerk who had seen the books.", "a clerk"),
        ("Holm's mayor, Anna Brandt, called the decision wrong.", "Anna Brandt"),
        ("Agency Interfax quoted Novak as saying wages rose.", "Novak"),
        ("Novak was quoted by the Interfax agency as saying wages rose.", "Novak"),
        (
            "According to the statistics office, wages fell 1.4%.",
            "the statistics office",
        ),
        ("Wages fell, according to Jane Roe.", "Jane Roe"),
        (
            "A spokesman for the parks, Tom Weyer, did not dispute it but said it"
            " ignored shade.",
            "Tom Weyer",
        ),
        (
            'Steve Kodis, the man behind making "Sunrise" the official flag of the'
            ' city, says, "I am glad."',
            "Steve Kodis",
        ),
        ("The ministry announced that 300 people left.", "The ministry"),
        ("The president of Peru says taxes will fall.", "The president of Peru"),
        (
            "Jane Roe, speaking in Oslo, told Reuters that the port would close.",
            "Jane Roe",
        ),
        ("Jane Roe, who led the study, said the result made her hopeful.", "Jane Roe"),
        ("Jan Novak, the prime minister, said Russia left the talks.", "Jan Novak"),
        (
            "The late Ron Romine, an old friend, told the Herald in 2014 that it was"
            " a thrill.",
            "Ron Romine",
        ),
        (
            "People were poor in every case, said Kathryn Gehred, a historian.",
            "Kathryn Gehred",
        ),
        (
            "Mayor Ann Lee, her son and two aides are under arrest and insist that she"
            " stays, a source said.",
            "a source",
        ),
        (
            "It employs 40 people, according to the Ports and Ferries Board, a lobby.",
            "the Ports and Ferries Board",
        ),
        ("Wages rose, Jane Roe and Tim Poe said.", "Jane Roe and Tim Poe"),
        ('"It is late," said Jane Roe and Tim Poe.', "Jane Roe and Tim Poe"),
        (
            "A report released by the Center on Poverty and Inequality calls that into"
            " question.",
            None,
        ),
        ("The bill passed in Oslo and Bo Lind said it was late.", None),
        ("The mayor's office and the police union said it was late.", None),
        (
            "The bill was passed and the police union said it was late.",
            "the police union",
        ),
        ("Jane Roe did not say that it was late.", None),
        ("If Jane Roe says so, it is late.", None),
        ("Easier said than done, it was late.", None),
        ("Sources close to Jane Roe say it was late.", "Sources"),
        ("The years of work told on the town of 900 people.", None),
        ("His illness and recklessness told of a bad year.", None),
        ("It was an endeavor that calls for artists and for patience.", None),
        ("A woman texted her mother to say that it was late.", None),
        ("None of this is to say that Britain is poor.", None),
        ("Luckily nobody was hurt and told the ministry.", None),
        ("The company added 300 jobs.", None),
        ("The Wizard of Oz tells the story of a girl.", None),
        ("The march was not as long as Mao said it was.", None),
        ("The bill was higher than Jane Roe said.", None),
        ("The bridge was said to be safe.", None),
        ("Reuters was told that 12 people died.", None),
        ("The bridge opened in 1961.", None),
    ],
)
def test_finds_the_speaker_of_a_sentence(text, speaker):
    assert find_speakers(text) == [speaker]


def test_resolves_a_pronoun_to_the_previous_speaker():
    assert find_speakers("Jan Novak said wages rose. He called the plan good.") == [
        "Jan Novak",
        "Jan Novak",
    ]


def test_does_not_resolve_an_ambiguous_pronoun():
    assert find_speakers(
        "Critics of Jan Novak met Eva Malik in Rome. He said wages rose."
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


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Lind, whom Brandt called a liar, said 40 workers had left.", "Lind"),
        ("According to Lind, 40 workers left, but Brandt says it was 30.", None),
        ("Lind said 40 workers left, but Brandt says it was 30.", None),
        ("Lind said 40 workers left, but he added that it was too few.", "Lind"),
        ("If Lind says that 40 workers left, he is wrong.", None),
        ("Neither Lind nor Brandt said that 40 people were hurt.", None),
        ("Having said that, 40 people were hurt in 2020 at the yard.", None),
    ],
)
def test_names_no_speaker_where_it_may_be_another(text, speaker):
    assert find_speakers(text) == [speaker]


def test_a_pronoun_after_a_quotation_is_who_spoke_it():
    text = (
        '"We lost 40 people in 2020," said Bo Lind, the manager. "It was 30 in 2021."'
        '\n\n"In 2022 it was 20," he said.'
    )
    assert find_speakers(text) == ["Bo Lind", "Bo Lind", "Bo Lind"]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Marden called for the tolls to be scrapped.",
        "Ann Lee called off the match.",
    ],
)
def test_a_verb_with_a_particle_reports_no_speech(text):
    assert find_speakers(text) == [None]
