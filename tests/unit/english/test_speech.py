"""The speakers that single sentences name."""

import pytest

from claimcheck.english.speech import detect_speech


def find_speaker(text):
    speech = detect_speech(text)
    return speech.speaker if speech else None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ('"It is late," said Jane Roe.', "Jane Roe"),
        ("A spokesman for Acme Inc. said it closed.", "A spokesman for Acme Inc."),
        ('"It closed," said a lawyer for Smith & Co.', "a lawyer for Smith & Co"),
        ("A lawyer for Mr. Holm said it closed.", "A lawyer for Mr. Holm"),
        (
            "A friend of Prime Minister Holm said it rose.",
            "A friend of Prime Minister Holm",
        ),
        ("Officials who work for the state said it rose.", None),
        ("Holm said for the third time that wages rose.", "Holm"),
        ('"It is late," said Holm for the third time.', "Holm"),
        ('"It is late," Jane Roe told reporters in Paris.', "Jane Roe"),
        (
            '"It is late," said the company\'s managing director, Erik Sandahl.',
            "Erik Sandahl",
        ),
        ('"It is late," said Dr. Ines Calder, who led the study.', "Ines Calder"),
        ('"Wages fell," wrote its leader, Petra Dvorak, on X.', "Petra Dvorak"),
        ("Prime Minister Jan Novak said that wages rose.", "Jan Novak"),
        ("Chair Jane Roe said that wages rose.", "Jane Roe"),
        ("Roe revealed that fees would rise.", "Roe"),
        ("Roe stressed that fees would rise.", "Roe"),
        ("Jane Roe wrote in a blog that fees would rise.", "Jane Roe"),
        ("Roe wrote in a blog post on Friday that fees would rise.", "Roe"),
        ('"We lost," Roe wrote in a letter to members.', "Roe"),
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
        ("Its president, Jane Roe, said the hall needs a new roof.", "Jane Roe"),
        ("Its head, a former sailor, said the hall needs a new roof.", "Its head"),
        ("Prices in Oslo, Norway, rose by 3%, said the ministry.", "the ministry"),
        ("Wages fell in May, said Supt. Roe.", "Roe"),
        ("Voss Inc. today announced that it sold 300 mills.", "Voss Inc."),
        ("Voss Inc. tonight announced that it sold 300 mills.", "Voss Inc."),
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
        ('Engineer Olga Dunn disagreed: "It is safe for 900 cars."', "Olga Dunn"),
        ("Engineer Olga Dunn disagreed: it is safe.", "Olga Dunn"),
        ("Ann Lee, 54, a welder from Voss, said it employs 40 people.", "Ann Lee"),
        ("Roe, 54, said it employs 40 people.", "Roe"),
        ("Roe has long said that it employs 40 people.", "Roe"),
        ("Several residents said that it was late.", "Several residents"),
        ("About 300 people said it was late.", None),
        ("More than 40 economists said it was late.", None),
        ("Many voters said it was late.", None),
        ("Hundreds of students told the paper that it was late.", None),
        ("People say it is late.", None),
        ("A report said it was late.", None),
        ("A new book says it was late.", None),
        ("The law says that 40 people must work there.", None),
        ("The ministry's figures say prices rose.", None),
        ("Data said prices rose.", None),
        ('"It is late," the report said.', None),
        ("The author of the report said it was late.", "The author of the report"),
        ("Roe, Lind and Dahl said it was late.", None),
        ("In Oslo, Lind and Dahl said it was late.", "Lind and Dahl"),
        ("When Roe said it was sold, 40 people wept.", None),
        ("Although Lind said it was sold, Roe kept it.", None),
        ("Roe kept it, because Lind said it was sold.", None),
        ("When asked, Roe said it was sold.", "Roe"),
        ("On Monday Roe said it was sold.", "Roe"),
        ("The union that Roe leads said it was sold.", None),
        ('Said Roe: "It was sold to a group in 2019."', None),
        ('Roe tweeted: "It was sold in 2019."', "Roe"),
        ("Roe denied that it was sold.", None),
        ("Lind disagreed.", None),
        ("The company added 300 jobs.", None),
        ("The Wizard of Oz tells the story of a girl.", None),
        ("The march was not as long as Mao said it was.", None),
        ("The bill was higher than Jane Roe said.", None),
        ("The bridge was said to be safe.", None),
        ("Reuters was told that 12 people died.", None),
        ("The bridge opened in 1961.", None),
        ("An earlier version of this article said it opened in 1961.", None),
        ("Almost 60% of voters say it is late.", None),
        ("Half of voters say it is late.", None),
        ("Two thirds of voters said it was late.", None),
        ("Most voters said it was late.", None),
        ("Nine in ten doctors say it is late.", None),
        ("A survey by the charity Roof said it was late.", None),
        ("Our source said it was late.", None),
        ("They told nobody.", None),
        ("The most senior clerk said it was late.", "The most senior clerk"),
        ("The House majority leader said it was late.", "The House majority leader"),
        ("A third man said it was late.", "A third man"),
    ],
)
def test_finds_the_speaker_of_a_sentence(text, speaker):
    assert find_speaker(text) == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Lind, whom Brandt called a liar, said 40 workers had left.", "Lind"),
        ("According to Lind, 40 workers left, but Brandt says it was 30.", None),
        ("Lind said 40 workers left, but Brandt says it was 30.", None),
        ("Lind said 40 workers left, but he added that it was too few.", "Lind"),
        ("Lind said 40 workers left; Brandt said it was 30.", None),
        ("Lind says 40 workers left and Brandt says 30 did.", None),
        ("Lind said 40 workers left, the paper reported.", "Lind"),
        ("Lind, whose rival Bo Brandt said 40 workers left, won in May.", None),
        ("If Lind says that 40 workers left, he is wrong.", None),
        ("Neither Lind nor Brandt said that 40 people were hurt.", None),
        ("Having said that, 40 people were hurt in 2020 at the yard.", None),
    ],
)
def test_names_no_speaker_where_it_may_be_another(text, speaker):
    assert find_speaker(text) == speaker


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Marden called for the tolls to be scrapped.",
        "Ann Lee called off the match.",
    ],
)
def test_a_verb_with_a_particle_reports_no_speech(text):
    assert find_speaker(text) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("According to figures, wages fell 1.4%.", None),
        ("Rents rose 12%, according to the latest figures.", None),
        ("According to estimates seen on Monday, 300 jobs may go.", None),
        ("According to a survey of 1,000 adults, 40 percent cannot pay.", None),
        ("According to the terms of the deal, the city pays 3 million.", None),
        ("According to Reuters, the plant closed.", "Reuters"),
        ("According to a spokesman, the plant closed.", "a spokesman"),
        ("According to the county, the plant closed.", "the county"),
    ],
)
def test_figures_and_documents_are_no_source_that_speaks(text, speaker):
    assert find_speaker(text) == speaker


@pytest.mark.parametrize(
    "text",
    [
        '"They [the council] promised it," said Ann Berg.',
        'Ann Berg said the council "[had] lied" in 2020.',
        "Ann Berg (Labor) said it would cost 90 million.",
        "Ann Berg [who is 61] said she would retire.",
        "‘It’s the worst year we’ve had,’ said Ann Berg, the manager.",
    ],
)
def test_brackets_and_single_quotation_marks_hide_no_speaker(text):
    assert find_speaker(text) == "Ann Berg"


def test_saying_nothing_is_no_speech():
    assert find_speaker("The bank's lawyers said nothing.") is None
