"""Ten and more small texts of each kind, and what is right: text to sentences."""

from datetime import date

import pytest

from claimcheck.english.publication import find_publication_date
from claimcheck.english.quantities import find_quantities
from claimcheck.english.time_resolution import find_first_time
from claimcheck.readers.file import build_document
from tests.support.sentences import read_sentences, read_texts

PUBLISHED = date(2024, 5, 14)  # a Tuesday

WRAPPED = [
    [
        "The publisher was sued in 1998 for a breach of the",
        "copyright law of 1976, and paid two million dollars",
        "to the heirs of the singer.",
    ],
    [
        "The money for the new bridge was granted in March",
        "by the Danish Ministry of Transport and two banks,",
        "which the mayor confirmed on Friday evening.",
    ],
    [
        "In the second half of the year the company began to",
        "advertise its cars in nine countries, a spokeswoman",
        "said in Oslo.",
    ],
    [
        "Most of the people who were asked in the survey did",
        "not click here or anywhere else on the page, though",
        "the bank had paid 3 million for it.",
    ],
    [
        "The museum asked its visitors in the year of 2019 to",
        "follow us on our way through the seven rooms, which",
        "4,000 people did.",
    ],
    [
        "The committee counted all of the votes again, and on",
        "page 12 of 40 found that nine of them were invalid,",
        "which changed nothing.",
    ],
    [
        "The charity asked 4,000 people in its last letter to",
        "subscribe now, and 300 of them did so within a week,",
        "its director said.",
    ],
    [
        "The court said that the firm may not share this",
        "article of faith with its 200 employees, and that it",
        "has to pay 40,000 euros.",
    ],
    [
        "The painting was bought in London for 2 million by",
        "Anna Maria Brandt, whose family had owned it until",
        "the war began in 1939.",
    ],
    [
        "The train left Bergen on a cold Friday morning at",
        "10:30",
        "with 200 people on board, and arrived three hours late.",
    ],
    [
        "The contract of 2014 lists the rights of the owner,",
        "photo by photo, and gives the rest to the museum, as",
        "the lawyers of both sides agreed.",
    ],
]


@pytest.mark.parametrize("lines", WRAPPED)
def test_wrapped_lines_are_one_sentence(lines):
    assert read_texts("\n".join(lines) + "\n") == [" ".join(lines)]


BUSES = "The council bought 40 buses for 2 million euros in May."
YARD_SOLD = "The yard was sold in June."


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Share this article",
        "Read more: Ferry sold to Oslo",
        "© 2024 Daily News. All rights reserved.",
        "Photo: Anna Brandt/AP",
        "By ANNA BRANDT",
        "Sign up for our newsletter",
        "Page 3 of 12",
        "Copyright 2024 The Daily News",
        "Subscribe now",
    ],
)
def test_furniture_on_a_line_of_its_own_is_no_sentence(line):
    assert read_texts(f"{BUSES}\n\n{line}\n\n{YARD_SOLD}\n") == [BUSES, YARD_SOLD]


# Sentences end at each bar.
ENDS = [
    "The U.S. Army said no.|It left.",
    "He was born on Jan. 5, 1950.|He died in May.",
    "It costs approx. 5.5 million.|That is a lot.",
    "Dr. Lee met Prof. Kim at 10 a.m. in Oslo.|They agreed.",
    "Version 2.0 came out in May.|It sold well.",
    "He works for Acme Inc. in Oslo.|It is big.",
    "See Fig. 3 for details.|It shows the port.",
    'She asked, "Why?" and left.|Nobody knew.',
    "The meeting ended at 5 p.m.|It had begun at noon.",
    "Mr. J. R. Lind Jr. spoke first.|He was calm.",
    "It is 3.5 km long, i.e. too long.|We turned back.",
    "The price rose to $3.5 bn. in May.|It fell again.",
    "Lt. Gov. Ann Lee met Sgt. Kim.|They left.",
    "She lives at 5 Main St. in Troy.|It is small.",
    "St. Louis won 3-1.|Troy lost.",
    'He said "It is over."|Then he left.',
    "What happened?!|Nobody knows...|It was late.",
    "Yahoo! bought it in 2005.|It was cheap.",
    "The No. 2 team lost to the No. 1 team.|It was close.",
    "Cllr. Baker abstained.|The plan passed.",
    "Rep. Kim, D-Ore., voted no.|It failed.",
    "The e.g. is odd.|So is vs. in a text.",
    "It weighed 5 lbs. and 3 oz. at birth.|It grew.",
    "The firm (founded in 1950.) is old.|It is rich.",
    "He paid Rs. 500 for it.|That is cheap.",
    "Sen. Lee (R-Utah) spoke.|Others did not.",
    "It rose 3 pct. from Sept. to Nov. 2020.|Then it fell.",
    "A. Smith et al. found it in 2019.|Others agreed.",
    "Art. 5 of the law says so.|It is old.",
    "Visit example.com today.|It is free.",
]


@pytest.mark.parametrize("text", ENDS)
def test_sentences_end_where_a_reader_ends_them(text):
    assert read_texts(text.replace("|", " ")) == text.split("|")


FOREIGN_ENDS = [
    (
        "Der Hafen wurde 1957 gebaut.|Er ist 3,5 km lang, d. h. sehr lang.|31 Abgeordnete stimmten zu.",
        "de",
    ),
    ("Am 12. März kam Dr. Meier.|Er ging um 5 Uhr.", "de"),
    ("Das kostet ca. 5 Mio. Euro.|Es ist teuer.", "de"),
    ("M. Dupont est venu le 3 mai.|Il est reparti.", "fr"),
    ("Le port mesure 3,5 km, p. ex. au nord.|Il est long.", "fr"),
    ("El Sr. Ruiz llegó a las 5 p. m. del lunes.|Se fue pronto.", "es"),
    ("Il porto è lungo 3,5 km.|È vecchio.", "it"),
    ("De haven kost 5 mln. euro.|Dat is veel.", "nl"),
    ("港は1957年に建設された。|長さは3キロだ。", "ja"),
    ("港口建于1957年。|它长3公里！", "zh"),
    ("Порт построен в 1957 г. в Осло.|Он длинный.", "ru"),
]


@pytest.mark.parametrize(("text", "language"), FOREIGN_ENDS)
def test_sentences_end_in_other_languages(text, language):
    space = "" if language in ("ja", "zh") else " "
    written = text.replace("|", space)
    assert read_texts(written, language=language) == text.split("|")


TIMES = [
    ("The yard closed on Tuesday.", "2024-05-14"),
    ("The yard closed on Friday, May 10.", "2024-05-10"),
    ("The yard will close on Friday.", None),
    ("It closed on Good Friday.", None),
    ("Black Friday sales rose.", None),
    ("It closed on 3 May 2019.", "2019-05-03"),
    ("It closed on May 3rd, 2019.", "2019-05-03"),
    ("It closed in March.", "2024-03"),
    ("It closed yesterday.", "2024-05-13"),
    ("It closed last year.", "2023"),
    ("It closed on 2019-05-03.", "2019-05-03"),
    ("It closed every Friday.", None),
    ("Wednesday, January 29, 1997 was cold.", "1997-01-29"),
    ("It was born on May 3.", None),
    ("It closed on March 3 last year.", None),
    ("It closed in 1957.", "1957"),
    ("It opens on May 20.", "2024-05-20"),
    ("It closed on Monday morning.", "2024-05-13"),
    ("It closed on the 3rd of May 2019.", "2019-05-03"),
    ("It closed in mid-March 2019.", "2019-03"),
    ("It closed on 05/03/2019.", None),
    ("It closed on 3.5.2019.", None),
    (
        "PORT ELLERY, March 12, 2024 - The bridge will close from July 1, the port announced.",
        "2024-07-01",
    ),
]


@pytest.mark.parametrize(("text", "resolved"), TIMES)
def test_a_time_is_resolved_only_if_it_is_certain(text, resolved):
    time = find_first_time(text, PUBLISHED)
    assert (time.resolved if time else None) == resolved


DATED = [
    ("Ferry sold\n\nPublished May 3, 2019\n\nThe ferry was sold.", "2019-05-03"),
    ("Ferry sold\n\nBy Ann Lee | 3 May 2019\n\nThe ferry.", "2019-05-03"),
    ("Ferry sold\n\n2019-05-03\n\nThe ferry.", "2019-05-03"),
    ("OSLO, May 3, 2019 (Reuters) - The ferry was sold.", "2019-05-03"),
    ("The ferry was sold on May 3, 2019 in Oslo.", None),
    ("Version 2.0, released May 3, 2019, is out.", None),
    ("Updated: 3 May 2019, 10:00\n\nThe ferry.", "2019-05-03"),
    ("The accident of May 3, 2019\n\nIt was bad.", None),
    ("Friday, May 3, 2019\n\nThe ferry.", "2019-05-03"),
    ("- May 3, 2019: sold\n- May 4, 2019: closed\n", None),
]


@pytest.mark.parametrize(("text", "published"), DATED)
def test_a_date_of_publication_is_one_that_says_so(text, published):
    found = find_publication_date(text)
    assert (str(found[0]) if found else None) == published


QUANTITIES = [
    ("It carried 1,500 people.", [1500]),
    ("It carried 1.500 people.", [1500]),
    ("It cost 1.5 million euros.", [1.5e6]),
    ("It cost €1.500.000.", [1.5e6]),
    ("It rose by 3.5 percent.", [3.5]),
    ("It cost $3.50 a kilo.", [3.5]),
    ("Two hundred thousand people left.", [2e5]),
    ("It grew from 12 to 15 percent.", [12, 15]),
    ("In 2019 it closed.", []),
    ("On 12. März it closed.", []),
    ("The 3rd ship sank.", []),
    ("Half of the 40 ships sank.", [40]),
    ("It carried 1 500 people.", [1500]),
    ("It was 12.500 kilometers away.", [12.5]),
    ("It measured 0.125 mm.", [0.125]),
    ("a dozen ships sank.", [12]),
    ("It carried 1'500 people.", [1500]),
    ("It cost 3m euros.", [3e6]),
]


@pytest.mark.parametrize(("text", "values"), QUANTITIES)
def test_numbers_have_their_value_in_every_notation(text, values):
    assert [quantity.value for quantity in find_quantities(text)] == values


ENCODED = [
    (
        "Der Hafen wurde für 3 Millionen Euro verkauft, sagte der Bürgermeister von Köln. Die Fähre trug im Jahr 2020 täglich 900 Menschen über den Fluss.",
        ["cp1252", "utf-16", "utf-8-sig", "utf-16-le", "utf-32"],
    ),
    (
        "Le port a été vendu pour trois millions d’euros, a déclaré le maire de Besançon. Le ferry transportait neuf cents personnes par été.",
        ["cp1252", "utf-16-be"],
    ),
    (
        "Порт был продан за три миллиона евро, сообщил мэр города. Паром перевозил девятьсот человек в день летом 2020 года.",
        ["cp1251", "koi8-r", "iso8859-5", "cp866", "utf-16"],
    ),
    (
        "Port został sprzedany za trzy miliony złotych, powiedział burmistrz miasta Łódź. Prom przewoził dziewięćset osób dziennie, które płaciły więcej.",
        ["cp1250", "iso8859-2"],
    ),
    (
        "Το λιμάνι πουλήθηκε για τρία εκατομμύρια ευρώ, είπε ο δήμαρχος της πόλης. Το πλοίο μετέφερε εννιακόσια άτομα την ημέρα.",
        ["cp1253", "iso8859-7"],
    ),
    (
        "Liman üç milyon avroya satıldı, dedi belediye başkanı. Feribot 2020 yazında günde dokuz yüz kişi taşıdı ve iyiydi.",
        ["cp1254"],
    ),
    (
        "港は三百万ユーロで売却されたと市長は述べた。フェリーは二〇二〇年の夏に一日九百人を運んだ。",
        ["shift_jis", "euc_jp", "iso2022_jp"],
    ),
    (
        "市长说，港口以三百万欧元的价格出售。渡轮在二〇二〇年夏天每天运送九百人。",
        ["gb18030", "gbk", "utf-16"],
    ),
    ("市長說，港口以三百萬歐元的價格出售。渡輪在2020年夏天每天運送九百人。", ["big5"]),
    (
        "시장은 항구가 삼백만 유로에 팔렸다고 말했다. 여객선은 이천이십년 여름에 하루 구백 명을 실어 날랐다.",
        ["euc_kr", "cp949"],
    ),
    (
        "הנמל נמכר בשלושה מיליון אירו, אמר ראש העיר. המעבורת נשאה תשע מאות איש ביום בקיץ.",
        ["cp1255"],
    ),
    (
        "بيع الميناء بثلاثة ملايين يورو، قال رئيس البلدية. حملت العبارة تسعمائة شخص يوميا في الصيف.",
        ["cp1256"],
    ),
    ("“The yard is closed,” she said – it cost €3 million…", ["cp1252"]),
    (
        "Přístav byl prodán za tři miliony eur, řekl starosta města Plzeň. Trajekt převážel devět set lidí denně.",
        ["cp1250", "iso8859-2"],
    ),
    (
        "Порт було продано за три мільйони євро, повідомив мер міста Київ. Пором перевозив дев'ятсот осіб щодня влітку, і їх було більше.",
        ["cp1251", "koi8-u"],
    ),
]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, encoding) for text, encodings in ENCODED for encoding in encodings],
)
def test_the_encoding_of_a_text_is_found(text, encoding):
    assert build_document(text.encode(encoding), "a").full_text == text


SPEAKERS = [
    ('Anna Brandt: "We lost 40 jobs in May."', ["Anna Brandt"]),
    ('"We lost 40 jobs in May" – Anna Brandt, mayor of Bergen', ["Anna Brandt"]),
    ('"We lost 40 jobs in May." (Cllr. Chowdhury)', ["Chowdhury"]),
    ('"Slow Harbour" (Blue Note Records)', [None]),
    ('Question: "Who paid for the yard?"', [None]),
    ("Councilman Raj Patel said the plan cost 3 million.", ["Raj Patel"]),
    ("Sgt. Ann Lee said two people were hurt.", ["Ann Lee"]),
    ("Did Bo Lind say that 40 jobs were lost?", [None]),
    (
        '"We lost 40 jobs," Anna Brandt said. "It will not stop there."',
        ["Anna Brandt", "Anna Brandt"],
    ),
    (
        "Anna Brandt, the mayor of Bergen, said that the ferry carried 900 people.",
        ["Anna Brandt"],
    ),
    (
        "The ferry carried 900 people, according to the port authority.",
        ["the port authority"],
    ),
    ("The ferry, which Bo Lind said was unsafe, carried 900 people.", [None]),
    (
        "Asked about the ferry, Anna Brandt said it had carried 900 people.",
        ["Anna Brandt"],
    ),
    ("Police said two people were killed on Friday.", ["Police"]),
    # He says the opposite.
    ("Bo Lind denied that the ferry carried 900 people.", [None]),
    ("“The yard is closed,” said Bo Lind, a spokesman for the port.", ["Bo Lind"]),
    ('"The yard," said Bo Lind, "is closed."', ["Bo Lind"]),
    ("The report said the yard lost 3 million euros.", [None]),
    ("Anna Brandt told the BBC that 40 jobs were lost.", ["Anna Brandt"]),
    ("He said 40 jobs were lost.", [None]),
    (
        "A spokeswoman for Novatek Inc. said 40 jobs were lost.",
        ["A spokeswoman for Novatek Inc."],
    ),
    ("Acme Inc. first said that 40 jobs were lost.", ["Acme Inc."]),
    ("Acme Corp. later said that 40 jobs were lost.", ["Acme Corp."]),
    ("Bo Lind also said that 40 jobs were lost.", ["Bo Lind"]),
    ("Novatek Inc. today announced that it would close the yard.", ["Novatek Inc."]),
    ("Its president, Ines Mora, said the boathouse needs a new roof.", ["Ines Mora"]),
    ("Ines Mora said 300 votes were stolen; Bo Larsen said the number was 3.", [None]),
    (
        "Ines Mora, whose opponent Bo Larsen said 300 votes were stolen, won by 12 points.",
        [None],
    ),
    ("Neither Ines Mora nor Bo Larsen said that votes were stolen.", [None]),
    ("The mayor said last week the yard would close.", ["The mayor"]),
    (
        "“We will not sell,” Lind said in a statement on Friday. “The yard is ours.”",
        ["Lind", "Lind"],
    ),
    (
        "In a letter to the council, Dr. Anna Brandt wrote that the water was unsafe.",
        ["Anna Brandt"],
    ),
    ("The company initially said that nobody was hurt.", ["The company"]),
    ("Voss Ltd. then said that it would pay.", ["Voss Ltd."]),
    ("Critics say the plan would cost 3 million.", ["Critics"]),
    ("The plan would cost 3 million, critics say.", ["critics"]),
    ("The plan, Lind said, would cost 3 million.", ["Lind"]),
    ("Lind was quoted as saying that the plan would cost 3 million.", ["Lind"]),
    (
        "Three people familiar with the matter said the deal was dead.",
        ["Three people familiar with the matter"],
    ),
    (
        "The minister of health, Ana Ruiz, on Monday said that 40 people had died.",
        ["Ana Ruiz"],
    ),
]


@pytest.mark.parametrize(("text", "speakers"), SPEAKERS)
def test_the_speaker_is_who_says_it_or_nobody(text, speakers):
    assert [speaker for speaker, _ in read_sentences(text)] == speakers


PARAGRAPHS = [
    (
        "“We lost 40 jobs.\n\n“The yard is closed now.\n\n“It was a bad year,” Anna Brandt"
        " said.",
        ["Anna Brandt"] * 3,
    ),
    (
        'Anna Brandt said she was sad. "We lost 40 jobs," she said.',
        ["Anna Brandt", "Anna Brandt"],
    ),
    (
        '"We lost 40 jobs," Anna Brandt said.\n\n"How many will follow?" Bo Lind asked.'
        '\n\n"Nobody knows."',
        ["Anna Brandt", "Bo Lind", None],
    ),
    (
        '"We lost 40 jobs," Anna Brandt said. The yard opened in 1950.',
        ["Anna Brandt", None],
    ),
    (
        '"We lost 40 jobs," said Anna Brandt. Bo Lind, her deputy, said the yard would'
        " close. He said it was a bad year.",
        ["Anna Brandt", "Bo Lind", "Bo Lind"],
    ),
    ('The report was clear. "The yard lost 40 jobs," it said.', [None, None]),
    (
        '"We lost 40 jobs, and more will be lost in the year to come.\n\n"The yard is closed now," Anna Brandt said.',
        ["Anna Brandt", "Anna Brandt"],
    ),
    (
        'Anna Brandt said: "We lost 40 jobs this year.\n\n"The yard is closed now."',
        ["Anna Brandt", "Anna Brandt"],
    ),
    (
        '"We lost 40 jobs," Anna Brandt said.\n\n"The yard is closed now."\n\nBo Lind disagreed with her.',
        ["Anna Brandt", "Anna Brandt", None],
    ),
    (
        "Anna Brandt met Bo Lind on Friday. He said the yard was closed.",
        [None, "Bo Lind"],
    ),
    ("Anna Brandt met Kim Lee on Friday. She said the yard was closed.", [None, None]),
]


@pytest.mark.parametrize(("text", "speakers"), PARAGRAPHS)
def test_a_quotation_keeps_its_speaker_over_paragraphs(text, speakers):
    assert [speaker for speaker, _ in read_sentences(text)] == speakers
