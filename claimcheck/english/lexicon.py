"""The words whose change changes what a sentence says, by what they carry, and those that carry little. English."""

from __future__ import annotations

from functools import cache, lru_cache

import Stemmer

from claimcheck.resources import read_packed_lines

# irregular forms of weighty and of common words; the stemmer knows the regular ones
BASE_FORMS = {
    form: base
    for line in """
        be am is are was were been being | have has had having | do does did done doing | say says said saying
        rise rose risen | fall fell fallen | grow grew grown | shrink shrank shrunk | lose lost | win won | go went gone
        come came | take took taken | give gave given | make made | see saw seen | know knew known | think thought
        tell told | get got gotten | find found | leave left | feel felt | bring brought | begin began begun
        keep kept | hold held | write wrote written | stand stood | hear heard | meet met | pay paid | sell sold
        buy bought | send sent | build built | break broke broken | speak spoke spoken | spend spent | lead led
        choose chose chosen | show showed shown | run ran | become became | drive drove driven | fight fought
        teach taught | catch caught | draw drew drawn | fly flew flown | forget forgot | hide hid hidden
        sink sank sunk | steal stole stolen | strike struck | swear swore sworn | throw threw thrown | wear wore worn
        arise arose arisen | awake awoke awoken | bear borne | beat beaten | bite bitten | bleed bled | blow blew |
        breed bred | cling clung | creep crept | deal dealt | eat ate eaten | flee fled | fling flung | forbid forbade |
        foresee foresaw foreseen | forgive forgave forgiven | freeze froze | hang hung | kneel knelt | leap leapt |
        learn learnt | lend lent | mean meant | mislead misled | mistake mistook | outdo outdid outdone |
        overcome overcame | override overrode overridden | overrun overran | oversee oversaw overseen |
        overtake overtook overtaken | overthrow overthrew overthrown | prove proven | rebuild rebuilt | redo redid redone |
        repay repaid | resell resold | rethink rethought | retake retook retaken | retell retold | rewrite rewrote rewritten |
        ride rode ridden | ring rang rung | sew sewn | shake shook | shine shone | sing sang sung | sit sat | sleep slept |
        slide slid | sling slung | spin spun | spring sprang sprung | stick stuck | stride strode | strive strove |
        sweep swept | swell swollen | swim swam swum | swing swung | tear tore | tread trod | undergo underwent undergone |
        undertake undertook undertaken | unwind unwound | uphold upheld | wake woke woken | weave wove | weep wept |
        withdraw withdrew withdrawn | withhold withheld | withstand withstood
        child children | man men | woman women | person people | foot feet | life lives | wife wives
        deny denies denied denying | die dies died dying | lie lies lied lying
        """.replace("\n", " | ").split("|")
    for base, *forms in [line.split() or [""]]
    for form in forms
}

_CRITICAL_WORDS_BY_KIND = {
    "negation": """
        not no never none nobody nothing neither nor without cannot fail failure deny denial refuse refusal reject
        rejection lack hardly barely scarcely unable unlikely stop cease avoid prevent decline nowhere except unless
        ne pas non nicht kein keine keinen nie não nunca niet geen ikke inte nie
    """,
    "direction": """
        rise fall increase decrease grow growth shrink up down more less fewer most least above below over under higher
        lower high low gain lose loss win before after first last against all some few many every only any both each
        better worse best worst always often sometimes rarely seldom accept support oppose approve disapprove agree
        disagree allow ban legal illegal lawful unlawful true false open close start end begin finish early late
        earlier later ahead behind cheaper dearer rich poor strong weak stronger weaker old young older younger near
        far inside outside expand contract strengthen weaken raise cut import export arrive depart enter exit
        include exclude hire fire attack defend ally enemy guilty innocent safe dangerous major minor maximum minimum
        until since from by off out into buy sell lend borrow ascend descend advance retreat succeed success
        upgrade downgrade profit victory defeat surplus deficit majority minority male female man woman boy girl
        north south east west northern southern eastern western left right public private son daughter father mother
        brother sister husband wife king queen alive dead kill injure wound death
    """,
    "modality": """
        will would may might must shall should could can if whether or because although though despite maybe perhaps
        possible possibly probable probably likely certain certainly almost nearly about approximately roughly around
        former ex current acting deputy alleged allegedly attempt attempted suspect suspected accuse accused charge
        charged convict convicted acquit reported reportedly potential potentially partial partially planned propose
        proposed proposal so-called unconfirmed confirmed preliminary fake counterfeit would-be apparent apparently
        seem appear supposed supposedly mostly mainly partly entirely fully temporarily permanently
        force voluntary willing expect hope fear want intend consider seek try threaten promise vow
    """,
    "attribution": """
        say claim allege report tell believe think announce admit confess confirm according suggest estimate warn
        argue insist assert
    """,
    "number": """
        double twice triple thrice quarter once several hundreds thousands millions billions dozens half pair per
        percentage basis point
    """,
    "date": """
        yesterday today tomorrow tonight morning afternoon evening night week month year day hour minute second decade
        century spring summer autumn winter ago weekend midnight noon
    """,
    "unit": """
        kilometer mile meter foot inch yard centimeter millimeter kilogram gram ton tonne pound ounce liter gallon
        barrel acre hectare degree celsius fahrenheit watt kilowatt megawatt gigawatt volt dollar euro yen rouble ruble
        yuan rupee cent franc percent km mi kg lb mph kph kmh
    """,
    "person": "i you he she we they me him her us them myself himself herself ourselves themselves",
}
_FUNCTION_WORD_LIST = """
    a an the of and to in on at is as with for that this these those which who whom it its their his my our your
    be am are was were been being have has had do does did also just really even still very quite indeed however then
    so now there here but while too well rather thus therefore moreover furthermore meanwhile such what when where
    's than upon towards toward among between through during within along across via
    highly extremely certainly simply actually basically
"""
_BRITISH_TO_AMERICAN = (
    ("ise", "ize"),
    ("isation", "ization"),
    ("our", "or"),
    ("yse", "yze"),
    ("tre", "ter"),
)

WORD_CACHE_SIZE = 200_000  # words: a process that reads on and on must not grow
_stemmer = Stemmer.Stemmer("english", 0)  # `stem` remembers


@lru_cache(maxsize=WORD_CACHE_SIZE)
def stem(word: str) -> str:
    """The form that the inflections and spellings of a lower-case word share."""
    base = BASE_FORMS.get(word, word)
    if len(base) > 5:
        for british, american in _BRITISH_TO_AMERICAN:
            if british in base and len(base) > len(british) + 2:
                base = base.replace(british, american)
    return str(_stemmer.stemWord(base.replace("ll", "l")))


CRITICAL_WORD_KINDS: dict[str, str] = {
    **{
        stem(word): kind
        for kind, words in _CRITICAL_WORDS_BY_KIND.items()
        for word in words.split()
    },
    **{
        word: kind
        for kind, words in _CRITICAL_WORDS_BY_KIND.items()
        for word in words.split()
    },
}
FUNCTION_WORDS = frozenset(_FUNCTION_WORD_LIST.split())
FORMS_OF_BE = frozenset("be am is are was were been being".split())
NEGATION_WORDS = frozenset(_CRITICAL_WORDS_BY_KIND["negation"].split())


def are_synonyms(left: str, right: str) -> bool:
    """Whether WordNet lists the base forms of two lowercase words as synonyms."""
    sets = _load_synonym_sets()
    return bool(sets.get(stem(left), frozenset()) & sets.get(stem(right), frozenset()))


@cache
def _load_synonym_sets() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(read_packed_lines("synonyms")):
        for word in line.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}
