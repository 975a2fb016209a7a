"""What evidence refutes, what it does not support, and what only looks different."""

import pytest

from claimcheck import Document, Label
from claimcheck.verification.compare import Hypothesis, compare_sentences
from claimcheck.verification.decide import decide, list_objections
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.lexical import LexicalScorer

REFUTED = [
    ("12 people died in the fire.", "Nobody died in the fire."),
    ("12 people died in the fire.", "No people died in the fire."),
    ("12 people were injured in the crash.", "No one was injured in the crash."),
    ("There were 12 injuries in the crash.", "There were no injuries in the crash."),
    ("Nobody died in the fire.", "12 people died in the fire."),
    ("The plant employs 500 people.", "The plant employs 400 people."),
    ("Ann is 65 years old.", "Ann, a 56-year-old, won."),
    ("Prices rose by 3%.", "Prices rose by 8% in May."),
    ("The bridge opened in 1931.", "The bridge opened in 1937."),
    ("The vote was on 3 May 2021.", "The vote was on 5 May 2021."),
    ("It closed after 2005.", "It closed in 2001."),
    ("The ferry sank on Monday.", "The ferry sank on Tuesday."),
    ("The ferry sank on 3 May.", "The ferry sank on 4 May."),
    ("The ferry sank in June.", "The ferry sank on May 4th."),
    ("The ferry sank on 5 May 2021.", "The ferry sank on 4 May."),
    ("The mayor did not sign the bill.", "The mayor did sign the bill."),
    ("The mayor signed the bill.", "The mayor never signed the bill."),
    ("Oil exports rose last month.", "Oil exports fell last month."),
    ("The north wing burned.", "The south wing burned down."),
    ("Demand was weaker than expected.", "Demand was stronger than expected."),
    ("It is the cheapest ferry.", "It is the most expensive ferry."),
    ("Revenue fell 12% in May.", "Revenue was 9 euros, up 12% in May. Profit fell."),
    (
        "Operating profit rose to 131 euros.",
        "Order intake rose to 140 euros. Operating profit fell to 96 euros from 131 euros.",
    ),
    ("Ann Lee said the road is safe.", "Bo Dahl said the road is safe."),
    (
        "The highest flight was at 54 metres.",
        "The highest flight was at 62 metres. They climb to 54 metres.",
    ),
    ("It was the biggest crowd.", "It was the smallest crowd."),
    ("The water was warmer.", "The water was cooler."),
    ("It is larger than that of version 3.", "It is smaller than version 3."),
    ("She accepted the Order of Olav.", "She declined the Order of Olav."),
    ("She taught until 1968.", "She taught from 1968 on."),
    (
        "It was released on 4 July.",
        "It was released on 4 June. They hope for more in July.",
    ),
    ("Darkbox has a lens.", "Darkbox lacks a lens."),
    (
        "They learned of it from the company.",
        "They learned of it from a hiker, not from the company.",
    ),
]
# In doubt: other units, wordings, or ranks, and more than one value.
UNSUPPORTED = [
    ("12 people died in the fire.", "Nobody died in the second fire."),
    ("12 people died in the fire.", "No children died in the fire."),
    ("12 people died in the fire.", "No more than 12 people died in the fire."),
    ("12 people died in May.", "Nobody died in June."),
    ("The ferry carries 900 people.", "It carries 700 people a day."),
    ("More than 500 people came.", "Only 400 people came."),
    ("At least 90 ships sank.", "80 ships sank."),
    (
        "The fire injured 56 people and killed 265.",
        "The fire killed 56 people and injured 265.",
    ),
    (
        "The service gets 1,200 calls a day.",
        "The service gets 2,500 calls a day, of which 1,200 are false.",
    ),
    ("The firm agreed to pay.", "The firm refused to pay the fine."),
    (
        "The lenses reduced total sleep time.",
        "The lenses increased total sleep time but did not shorten the time to fall asleep.",
    ),
    ("The ban lasted two years.", "The ban lasted two months."),
    ("It cost NOK 42 million.", "It cost EUR 42 million."),
    ("It cost EUR 85 million.", "It cost 58 million euros."),
    ("It is the third largest port.", "It is the second biggest port."),
    (
        "Travel will cost 14 million kronor a month.",
        "Travel will cost 14 million kronor a year, or 36 kronor for each.",
    ),
    ("Children under 16 pay nothing.", "It is free for children under 12."),
    ("The vote was 9 to 3.", "The council voted 9-4 in the vote."),
    (
        "They finished third in the league.",
        "They finished second in the league and scored a third goal.",
    ),
    ("Maja Ek voted for the increase.", "Maja Ek voted against the increase."),
    ("She taught until 1968.", "She taught from 1968 until she retired in 2000."),
    ("They play on 9 June.", "They play on 19 June, and nowhere else in 2026."),
    ("The app is free.", "The app, which used to be free, costs 9 euros."),
    (
        "The tin was melted in Bristol, not at the mine.",
        "Tin from the mine was taken to Bristol, where it was melted.",
    ),
    (
        "The museum opened in Lyon; not in the old station.",
        "The museum in the old station of Lyon opened a second house.",
    ),
    (
        "The mill burned down in 1911.",
        "The mill reopened in 1923, twelve years after it had burned down.",
    ),
    (
        "Her first book appeared in 1990.",
        "In 1996, six years after her first book appeared, she won the prize.",
    ),
]
PARAPHRASED = [
    ("The app is no longer free.", "The app, which used to be free, costs 9 euros."),
    ("The mill has not fully recovered.", "The mill has recovered to 91 percent."),
    ("Lee did not take the money.", "Lee denied taking the money."),
    ("The bridge is not safe.", "The bridge is safe, the builder denied."),
    ("15 people were injured.", "At least 12 people were injured."),
    ("120 people came.", "More than 100 people came."),
    ("65 nations signed.", "More than 60 nations signed."),
    ("25 people died.", "Between 20 and 30 people died."),
    ("Some students passed.", "All students passed."),
    ("All students passed.", "Some students passed."),
    ("The ferry sails.", "The ferry does not sail on Sundays."),
    (
        "The company employs 650 people.",
        "The company employs 400 people in Oslo and 250 in Bergen.",
    ),
    ("The museum is open on Mondays.", "The museum was closed on Mondays until 2015."),
    (
        "Organizers said 5,000 people attended.",
        "About 3,000 people attended, police said.",
    ),
    ("The second edition sold 3,000 copies.", "The first edition sold 2,000 copies."),
    ("Ann was first in 2012.", "Ann was third in 2010."),
    (
        "The vaccine was 95 percent effective against death.",
        "The vaccine was 70 percent effective against infection.",
    ),
    ("Trains ran on Monday.", "No trains ran on Sunday."),
    (
        "The minister's deputy attended the meeting.",
        "The minister did not attend the meeting.",
    ),
    ("The ferry was delayed by fog.", "The strong wind did not delay the ferry."),
    ("The judge accepted the evidence.", "The judge rejected the appeal."),
    ("The team lost away.", "The team won at home."),
    (
        "Sales were up 2 percent on the quarter.",
        "Sales were up 10 percent on the year.",
    ),
    ("The south wing is open.", "The north wing is closed."),
    ("He lived in Paris until 2001.", "He has lived in Lyon since 2001."),
    (
        "About 50,000 barrels were lost.",
        "The leak cost 52,400 barrels, 49,000 barrels of them at sea.",
    ),
    ("It pumps 50 barrels a day.", "It pumps 1,500 barrels a month."),
    ("More than 300 people came.", "Some 340 people came."),
    ("Nearly 100 houses burned.", "In all 96 houses burned."),
    ("Up to 20 boats are missing.", "The coast guard looks for 14 boats."),
    ("Three million people fled.", "By March 2,980,000 people had fled."),
    ("Twenty-five euros is the price.", "It costs twenty five euros."),
    ("The plant employs 400 people.", "The plant employs 400 people and 30 robots."),
    ("The ban lasted two years.", "The ban lasted two years and two months."),
    ("It cost 42 million US dollars.", "It cost $42 million."),
    ("The port took almost NOK 4 billion.", "The port took NOK 3.9 billion."),
    (
        "It is the third largest port.",
        "It is the second busiest and the third biggest port.",
    ),
    (
        "They met on May 3rd, the second time.",
        "They met on May 3rd, for the first time in May.",
    ),
    ("Some 300 boats and 20 ferries came.", "They counted 20 ferries and 300 boats."),
    (
        "It opened on 1 May 1958 with 9 shops.",
        "The mall opened on May 1, 1958, with 9 shops.",
    ),
    (
        "The day ferry makes 12 trips a week.",
        "The day ferry makes 12 trips, the night ferry 6 a week.",
    ),
    ("The bridge opened in May 1937.", "The bridge opened on 27 May 1937."),
    ("He left office after 1921.", "He left office in 1923."),
    ("She lived there in 1994.", "She lived there from 1990 to 1997."),
    ("It was built in 1994.", "It was built in the 1990s."),
    ("It was built in 1994.", "It was built in May, people say."),
    ("The ferry sank on 4 May 2021.", "The ferry sank on 4 May, a Tuesday."),
    ("The ferry sank in May.", "The ferry sank on 4 May."),
    ("The ferry sank in May.", "2021-09-04: the ferry sank, and was raised."),
    ("The ferry sank on Monday.", "The ferry sank last Tuesday."),
    (
        "They won the cup in 2019.",
        "They won the cup this year, after the success of 2018.",
    ),
    ("The team did not lose.", "The team did not lose at home."),
    ("He was not able to walk.", "He was unable to walk."),
    (
        "She cashed the prize after Easter.",
        "She did not cash the prize until the day after Easter.",
    ),
    ("Sales saw a decline in May.", "In May sales were down."),
    ("Not only Ann came.", "Ann came, and so did Bo."),
    ("Lida defeated Holm in the cup.", "Lida beat Holm in the cup to win it."),
    ("Holm lost the cup to Lida.", "Lida beat Holm to win the cup."),
    ("Ann Lee joined Lida in May.", "Ann Lee will leave the firm in May."),
    ("Ann grew up in York.", "Ann is of Niagara Falls, York."),
    (
        "Streets with trees are cooler than streets without trees.",
        "Streets with trees are cooler than those without.",
    ),
    (
        "More than 11 trees were planted.",
        "In all 12 trees were planted, which lowered the heat.",
    ),
    (
        "The crowd was smaller than in 1988.",
        "The crowd was the largest of the season, below that of 1988.",
    ),
    ("It has no lens.", "It lacks a lens."),
    ("They hired 3 nurses.", "How many of the 5 nurses have they hired?"),
    ("The price goes up by 4 kronor.", "The price goes up from 32 to 36 kronor."),
    ("They had not won a cup since 2002.", "They last won a cup in 2002."),
    ("The vote was 4 to 9.", "The council voted 9-4 for the plan."),
    ("It took 5 to 10 days.", "It took 20 to 30 people."),
    ("She argued for a ban.", "She was against the wind, and for the ban."),
    ("Dahl said Lida were better.", '"We deserved it," said Lida coach Petra Novak.'),
    ("Sales did not grow.", "Sales of the firm fell."),
    ("Sales fell in May.", "Sales of the firm did not grow in May."),
    ("Profit rose and sales fell in May.", "Sales fell in May, and profit rose."),
    (
        "Ann Lee was against a rise in fares.",
        "Ann Lee was for a rise in wages. She was against a rise in fares.",
    ),
    (
        "The shop gives 15% on the first order.",
        "The first order: 15% off with this code.",
    ),
    ("Ajax was defeated by Real Madrid.", "Real Madrid defeated Ajax on Sunday."),
    ("Ann Lee and Bo Dahl met.", "Bo Dahl and Ann Lee met."),
    ("Lee said the road is safe.", "Ann Lee told reporters the road is safe."),
    ("The winner said the road is safe.", "Ann Lee said the road is safe."),
    ("Police said the road is safe.", "Ann Lee said the road is safe."),
    ("Ann Lee is 65 years old.", "Ann Lee has lived in Malmo for 20 years."),
    ("Ann Lee turned up in Malmo.", "Ann Lee of Malmo broke down in tears."),
    (
        "Ann Lee has not done her work and takes care of the people she should get rid of.",
        "All Ann Lee has done is take care of the people she should get rid of. She has not done her work.",
    ),
]


# The evidence has another value, but asserts it of something else, or not at all.
DOUBTFUL = [
    ("The firm is not profitable.", "The firm is anything but profitable."),
    ("The bridge is not safe.", "It is doubtful that the bridge is safe."),
    ("The mayor has not resigned.", "The mayor has offered to resign."),
    ("The president did not attend.", "The vice president attended."),
    ("The council did not pass the budget.", "The council passed the draft budget."),
    ("The deal is not final.", "The deal is expected to be final in May."),
    ("The suspect was not armed.", "The suspect was reportedly armed."),
    ("No children were hurt.", "Children were hurt, the rumor went."),
    ("The president earned $400,000.", "The former president earned $300,000."),
]

# Plans, dates of writing, rounded and vague numbers.
VAGUE = [
    ("50,000 people marched.", "49,876 people marched."),
    ("The firm lost 5 million.", "The firm feared it had lost 8 million."),
    ("The bridge cost 48 million.", "The bridge was planned to cost 60 million."),
    ("A crash killed 12 on 4 March 2024.", "Brenn, 5 March 2024 - A crash killed 12."),
    ("The road closed on 12 May.", "LONDON, May 14 (Reuters) - The road closed."),
    ("The road closed on 12 May.", "(Updated 14 May 2024) The road closed."),
    ("Ms Orr received 52% of the vote.", "Ms Orr received 52.4% of the vote."),
    ("About 30,000 people marched.", "About 33,000 people marched."),
    ("Around 50 people died.", "Around 45 people died."),
    ("Over 1 million people came.", "Over 2 million people came."),
    ("Some 31,450 people came.", "About 31,000 people came."),
]


def find(claim, evidence):
    document = EvidenceDocument(Document.from_text(evidence))
    return decide(Hypothesis.from_text(claim), document, LexicalScorer())


def find_label(claim, evidence):
    return find(claim, evidence).label


@pytest.mark.parametrize(("claim", "evidence"), REFUTED)
def test_refutes_one_value_set_against_another(claim, evidence):
    assert find_label(claim, evidence) is Label.REFUTED


@pytest.mark.parametrize(("claim", "evidence"), UNSUPPORTED)
def test_abstains_when_it_is_unclear_what_differs(claim, evidence):
    assert find_label(claim, evidence) is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(("claim", "evidence"), DOUBTFUL)
def test_names_what_is_otherwise_but_not_asserted(claim, evidence):
    finding = find(claim, evidence)
    assert finding.label is Label.NOT_ENOUGH_EVIDENCE
    assert finding.differences
    assert "may not say so as a fact" in finding.rationale


@pytest.mark.parametrize(("claim", "evidence"), VAGUE)
def test_decides_nothing_by_vague_values(claim, evidence):
    assert find_label(claim, evidence) is Label.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(("claim", "evidence"), PARAPHRASED)
def test_does_not_refute_a_paraphrase(claim, evidence):
    assert find_label(claim, evidence) is not Label.REFUTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "It spent 1.5 million kronor on books.",
            "It spent 1,500,000 kronor on books.",
        ),
        (
            "It spent 1,500,000 kronor on books.",
            "It spent 1.5 million kronor on books.",
        ),
        ("300 people work there.", "Three hundred people work there."),
        ("The tower is forty-eight meters high.", "The tower is 48 meters high."),
        ("About 50,000 readers came in May.", "Some 52,400 readers came in May."),
        (
            "The line will cost 4,200,000 euros.",
            "The line will cost 4.2 million euros and carry 300 people a day.",
        ),
    ],
)
def test_a_number_written_otherwise_is_the_same_number(claim, evidence):
    finding = find(claim, evidence)
    assert finding.label is Label.SUPPORTED
    assert "Not found" not in finding.rationale


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (
            "It spent 1.5 million kronor on books.",
            "It spent 1,600,000 kronor on books.",
        ),
        ("300 people work there.", "Three people work there, 100 on Mondays."),
        (
            "It will cost 300 million euros and carry 4.2 people a day.",
            "It will cost 4.2 million euros and carry 300 people a day.",
        ),
    ],
)
def test_another_number_is_not_the_same_however_it_is_written(claim, evidence):
    assert find(claim, evidence).label is not Label.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("No one came.", "Nobody came."),
        ("The last one came out in 2007.", "The last novel came out in 2007."),
        ("They know one another.", "They know each other."),
    ],
)
def test_a_pronoun_is_no_number_that_the_evidence_lacks(claim, evidence):
    document = EvidenceDocument(Document.from_text(evidence))
    comparisons = compare_sentences(Hypothesis.from_text(claim), document)
    assert comparisons
    assert list_objections(comparisons, strict=False) == []


# What is planned, denied, or rumored, numbers of something else in the sentence, and
# words that more words turn around.
UNREAL = [
    (
        "Mr Dunne said the tolls would be lowered.",
        'Asked whether the tolls would be lowered, Mr Dunne said: "Not this year."',
    ),
    (
        "Eva Holm said she would resign.",
        'Asked if she would resign, Minister Eva Holm said: "Absolutely not."',
    ),
    ("The dam collapsed in 1998.", "It is false that the dam collapsed in 1998."),
    (
        "The bank closed its branch.",
        "A rumour that the bank had closed its branch spread in May.",
    ),
    (
        "Officers fired on the crowd.",
        "Police denied that officers had fired on the crowd.",
    ),
    ("The mayor took bribes.", "The senator accused the mayor of taking bribes."),
    ("The boiler was replaced in 2019.", "The boiler was due to be replaced in 2019."),
    ("The minister resigned.", "The minister threatened to resign."),
    (
        "The council closed the two libraries.",
        "The council rejected a plan to close the two libraries.",
    ),
    (
        "The council closed the two libraries.",
        "The council plans to close the two libraries.",
    ),
    ("The airline flies to Oslo.", "The airline stopped flying to Oslo."),
    ("The firm cut 200 jobs.", "The firm considered cutting 200 jobs."),
    (
        "The bridge was opened in 2021.",
        "The bridge was supposed to be opened in 2021 and was almost closed in 2023.",
    ),
    (
        "The tower is 120 metres tall.",
        "The tower was planned to be 120 metres tall; it is 98.",
    ),
    (
        "The district will hire 50 teachers.",
        "If the levy passes, the district will hire 50 teachers.",
    ),
    (
        "The museum opened in spring 2026.",
        "The museum will open in spring 2026 at the earliest.",
    ),
    (
        "The repair cost £2.1 million.",
        "The repair cost £4.7m, more than twice the £2.1 million budgeted.",
    ),
    (
        "The regulator imposed a fine of $5 million.",
        "The regulator imposed a fine of $3 million, well below the $5 million it sought.",
    ),
    (
        "The trial enrolled 900 patients.",
        "The trial was meant to enrol 900 patients but enrolled 400.",
    ),
    ("The price was 30 euros.", "The price was 20 euros, up from 30 euros in 2019."),
    (
        "He was born in Geneva in 1962.",
        "He was born in Lyon in 1962 and moved to Geneva in 1980.",
    ),
    (
        "He moved to Geneva in 1962.",
        "He was born in Lyon in 1962 and moved to Geneva in 1980.",
    ),
    (
        "It spent $4 million on roads in 2023.",
        "It spent $4 million on roads in 2022 and $6 million in 2023.",
    ),
    (
        "It spent $40 million at home.",
        "It spent $40 million abroad and $12 million at home.",
    ),
    (
        "The firm pledged to cut 300 jobs in Oslo.",
        "The firm pledged to cut no jobs, but 300 in Oslo may go.",
    ),
    ("The library is the largest.", "The library is the second largest."),
    ("The library is the largest.", "The library is one of the largest."),
    ("Five schools passed.", "Only two of the five schools passed."),
    ("300 people came.", "More than 300 people came."),
    ("300 people came.", "Up to 300 people came."),
    ("Residents backed the plan.", "Few residents backed the plan."),
    ("The mayor bought it.", "The mayor's brother bought it."),
    ("The mayor bought it.", "The former mayor bought it."),
    ("Sales doubled.", "Sales nearly doubled."),
    ("The price fell by 40 euros.", "The price fell by half to 40 euros."),
    ("The lake is 40 km wide.", "The lake is 40 km long and 12 km wide."),
    ("Mia Ek employs 450 people.", "The firm, run by Mia Ek, employs 450 people."),
    ("Bo Lind left.", "Ann Berg, who succeeded Bo Lind, left."),
    ("The strike ended on Monday.", "The strike began on Monday and ended on Friday."),
    ("Bo Dahl won.", "Ann Lee, not Bo Dahl, won."),
    ("The ferry sank.", "The ferry neither sank nor burned."),
    ("Bo resigned.", "Ann met Bo. She resigned."),
    ("Growth was 0.4 percent in 2023.", "Growth was -0.4 percent in 2023."),
    ("Profit was $3 million.", "Profit was -$3 million."),
    ("The temperature was 5 degrees.", "The temperature was −5 degrees."),
    (
        "Victor Hahn sued the company for $2 million.",
        "Victor Hahn fired Emil Braun in 2020. He sued the company for $2 million.",
    ),
    (
        "Robin Hale had stolen $3 million.",
        "Judge Robin Hale sentenced Mark Dunn to 12 years. He had stolen $3 million.",
    ),
    (
        "The clinic had 300 pupils.",
        "The clinic closed in 2019. The school is in the same street. It had 300 pupils.",
    ),
    (
        "The clinic received $2 million in 2020.",
        "The clinic paid the ministry. It received $2 million in 2020.",
    ),
    ("Northway's bid was the lowest.", "Northway's bid was the lowest but one."),
    ("The law applies to all.", "The law applies to all but the smallest firms."),
    ("Prices rose everywhere.", "Prices rose everywhere but in Utah."),
    ("The minister took bribes.", "The minister took bribes, prosecutors believe."),
    ("The minister took bribes.", "The minister took bribes, some suspect."),
    ("The minister took bribes.", "The minister took bribes, a court was told."),
    ("The minister took bribes.", "The minister took bribes, in his enemies' view."),
    ("The minister took bribes.", "The minister took bribes, her opponents say."),
    (
        "The governor accepted bribes.",
        "The governor accepted bribes, or so the story goes.",
    ),
    (
        "The governor accepted bribes.",
        "The governor accepted bribes: a claim that she rejects.",
    ),
    (
        "The storm killed 12 people.",
        "The storm killed 12 people, it was wrongly reported.",
    ),
    ("The mayor was arrested.", "According to the rumor, the mayor was arrested."),
    (
        "The mayor was arrested.",
        "The mayor was arrested, according to a parody account.",
    ),
    ("The mayor was arrested.", "The mayor was arrested (this is disputed)."),
    (
        "The vaccine causes autism.",
        "Myth: The vaccine causes autism. Fact: It does not.",
    ),
    ("The governor accepted bribes.", "The myth: The governor accepted bribes."),
    ("The minister took bribes.", "Bo Larsen: The minister took bribes."),
    ("Snow is black.", '"Snow is black." Nobody believes that.'),
    (
        "The governor accepted bribes.",
        '"The governor accepted bribes." That was the headline of a satire.',
    ),
    (
        "We received one letter, in 2021.",
        'Quist rejected that. "We received one letter, in 2021."',
    ),
    (
        "The clinic had 88 beds.",
        "Ida Holm spoke on Tuesday. The clinic had 88 beds, she added, and 40 of them were empty.",
    ),
    ("Ann Lee told Bo Dahl sales fell.", "Bo Dahl told Ann Lee sales fell."),
    ("Bo Dahl told Ann Lee sales fell.", "Sales fell, Ann Lee told Bo Dahl."),
    ("Bo Dahl said Ann Lee said sales fell.", "Ann Lee said Bo Dahl said sales fell."),
    ("Bo Dahl said sales fell.", "Sales fell, Bo Dahl falsely said."),
    ("Bo Dahl said “Sales fell”.", "“I doubt that sales fell,” Bo Dahl said."),
    ("Bo Dahl said “Sales fell”.", "“Sales fell,” Bo Dahl said, “if you ask them.”"),
    ("Ann Lee can vote.", "Ann Lee can't vote."),
    ("The vaccine is safe.", "The vaccine is safe, but not for children."),
    ("The drug works.", "The drug works in mice."),
    ("The bank was robbed.", "The bank was robbed in the film."),
    ("The bridge is safe.", "The bridge is safe on paper."),
    ("The mine is closed.", "The mine is closed on Sundays."),
    ("The offer is free.", "The offer is free for the first month."),
    (
        "The vaccine prevents infection.",
        "The vaccine prevents infection in 60 percent of adults.",
    ),
    ("Crime fell by 10 percent.", "Crime fell by 10 percent in the north."),
    ("Unemployment is 20 percent.", "Unemployment is 20 percent for men."),
    ("The company paid all taxes.", "The company paid all taxes until 2015."),
    ("The law applies to all firms.", "The law applies to all firms from 2030."),
    (
        "The judges voted for the ruling.",
        "Two of the three judges voted for the ruling.",
    ),
    ("Unemployment fell by 2 percent.", "Unemployment fell by 2 percentage points."),
    ("Turnout was 60.", "Turnout was 60 percent."),
    ("500 people attended the concert.", "Nearly 500 people attended the concert."),
    ("Half of voters stayed home.", "Nearly half of voters stayed home."),
    ("12 people were injured.", "At least 12 people were injured."),
    ("The tower is 298 meters tall.", "The tower is about 300 meters tall."),
    ("104 people came.", "About 100 people came."),
]
ASSERTED = [
    (
        "The line will cost 4.2 million euros.",
        "The line will cost 4.2 million euros and carry 300 passengers a day.",
    ),
    ("The council approved a ferry.", "The council approved a ferry on Monday."),
    ("The first boat leaves in 2027.", "The first boat leaves in March 2027."),
    ("Ann Lee did not vote.", "Ann Lee didn't vote."),
    ("Ann Lee cannot vote.", "Ann Lee can't vote."),
    ("Lee will not vote for the budget.", "Lee won’t vote for the budget."),
    ("Holm and Sons closed the mill.", "Holm & Sons closed the mill."),
    ("Bo Dahl said sales fell.", "Sales fell, Bo Dahl said."),
    ("Sales fell, said Bo Dahl.", "Bo Dahl said that sales fell."),
    ("Bo Dahl said “Sales will fall”.", "“Sales will fall,” said Bo Dahl."),
    ("According to Bo Dahl, sales fell.", "Sales fell, according to Bo Dahl."),
    ("About 50,000 readers came last year.", "Some 52,400 readers came last year."),
    ("The firm plans to cut 200 jobs.", "The firm plans to cut 200 jobs in May."),
    ("Ann Lee denied the report.", "Ann Lee denied the report on Friday."),
    ("The mayor may resign.", "The mayor may resign in June."),
    ("Sales rose in May.", "In May, sales rose."),
    ("In May sales rose.", "Sales rose in May."),
    ("A judge dismissed the suit.", "A judge dismissed his suit."),
    ("It opened on July 1, 2025.", "It opened on 1 July 2025."),
    (
        "Bo Dahl said that sales in Oslo fell.",
        "Bo Dahl said that costs in Oslo rose and that sales in Oslo fell.",
    ),
]


@pytest.mark.parametrize(("claim", "evidence"), UNREAL)
def test_what_a_sentence_does_not_assert_supports_nothing(claim, evidence):
    assert find_label(claim, evidence) is not Label.SUPPORTED


@pytest.mark.parametrize(("claim", "evidence"), ASSERTED)
def test_what_a_sentence_asserts_in_the_same_words_is_supported(claim, evidence):
    assert find_label(claim, evidence) is Label.SUPPORTED
