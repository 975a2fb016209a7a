"""The marks of Markdown are set aside, and its text is kept."""

import pytest

from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

FERRY = "The ferry carried 900 people in May."
YARD = "The yard employs 40 people in Voss."

LINK = '[ferry](/a_(b) "A. B")'


def texts(source):
    return [sentence.text for sentence in split_sentences(Reading(source), "en")]


@pytest.mark.parametrize(
    "text",
    [
        f"{FERRY}\n\n    def ferry(x):\n        return 900.\n\n{YARD}\n",
        f"{FERRY}\n\n    $ pip install ferry\n\n{YARD}\n",
        f"- {FERRY}\n\n    {YARD}\n",
        f"---\ntitle: A ferry. It sank.\ntags:\n  - a\n---\n{FERRY}\n\n{YARD}\n",
        f'+++\ntitle = "A. It sank."\n[params]\n+++\n\n{FERRY} {YARD}\n',
        f"---\n\n{FERRY}\n\n---\n\n{YARD}\n",
        f"{FERRY}\n\n| Year | People |\n|------|-----:|\n| 2019 | 9. |\n\n{YARD}\n",
        f"{FERRY}[^1]\n\n[^1]: {YARD}\n",
        f"{FERRY.replace('ferry', '[ferry][1]')} {YARD}\n\n[1]: https://x.example 'A. B'\n",
        f"{FERRY.replace('May', '[May]')} {YARD}\n\n[may]: <https://x.example>\n",
        f"{FERRY.replace('ferry', LINK)} {YARD}\n",
        f"{FERRY.replace('ferry', '[[boat|ferry]]')} {YARD.replace('Voss', '[[Voss]]')}\n",
        f"[![It builds. It passes.](https://x/y)](https://x) {FERRY} {YARD}\n",
        f"<div>\n<h1>Ferry</h1>\n</div>\n\n{FERRY}\n\n<!-- Not.\nShown. -->\n\n{YARD}\n",
        f"- [ ] {FERRY}\n- [x] {YARD}\n",
        f"Ferry\n=====\n\n{FERRY}\n\nYard\n----\n{YARD}\n",
        f"**{FERRY.replace('carried', 'carried**')} {YARD}\n",
        f"**{FERRY.replace(' carried', chr(10) + 'carried**')} {YARD}\n",
        f"{FERRY}\n\n~~~\nIt sank.\n~~~\n\n{YARD}\n",
        f"{FERRY}\n\n````\n```\nIt sank.\n```\n````\n\n{YARD}\n",
        f"{FERRY}\n\n```\n{YARD}\n",
        f"> [!NOTE]\n> {FERRY}\n>\n> > {YARD}\n",
        f'!!! note "Ferry"\n    {FERRY}\n\n::: warning\n{YARD}\n:::\n',
        f"Ferry\n:   {FERRY}\n\nYard\n: {YARD}\n",
        f"{FERRY}\\\n{YARD}\n",
        f"{FERRY.replace(' carried', '<br/>carried')}<br>{YARD}\n",
    ],
)
def test_only_the_text_is_read(text):
    assert texts(text) == [FERRY, YARD]


@pytest.mark.parametrize(
    "text",
    [
        "    import taxes rose by 3 percent in May.\n",
        "    The class of 2019 met.\n    It was late (at nine).\n",
        "The value 2*3*4 is 24, and snake_case_name is a name.\n",
        "He wrote [sic] it [in May]: it was late.\n",
        "It is \\*late\\*.\n",
    ],
)
def test_text_that_looks_like_marks_is_kept(text):
    plain = " ".join(text.replace("\\", "").split())
    assert " ".join(texts(text)) == plain
