"""Messages in HTML: all that is shown, and who wrote it."""

import pytest

from claimcheck.errors import InputError
from claimcheck.readers.html_mail import read_html_message
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

FERRY = "The ferry carried 900 people in May."
YARD = "The yard employs 40 people."
SALE = "It was sold in 2019 for 3 million."
WROTE = "On 6 Jun 2024, at 15:14, Bo Lind &lt;bo@example.org&gt; wrote:"
FIELDS = (
    "<b>From:</b> Bo Lind &lt;bo@example.org&gt;<br><b>Sent:</b> Thursday, June 6, 2024"
    " 3:14 PM<br><b>To:</b> Ida Holm<br><b>Subject:</b> Yard"
)
REPLY = [(None, FERRY), ("Bo Lind", YARD)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            f"<div>{FERRY}</div><div class=gmail_quote><div>{WROTE}<br></div>"
            f"<blockquote>{YARD}</blockquote></div>",
            REPLY,
        ),
        (
            f"{FERRY}<div><br><blockquote type=cite><div>{WROTE}</div><br><div>{YARD}"
            f"</div><blockquote>{SALE}</blockquote></blockquote></div>{SALE}",
            [*REPLY, (None, SALE), (None, SALE)],
        ),
        (
            "<div class=moz-cite-prefix>On 06.06.24 15:14, Bo Lind wrote:<br></div>"
            f"<blockquote><p>{YARD}</p></blockquote><p>{FERRY}</p>",
            REPLY[::-1],
        ),
        (f"<div>{FERRY}</div><hr><div>{FIELDS}</div><div>{YARD}</div>", REPLY),
        (f"<p class=MsoNormal>{FERRY}</p><p>{FIELDS}</p><p>{YARD}</p>", REPLY),
        (
            f"<div style='display:none;max-height:0'>Preview &zwnj;</div><table><tr><td>"
            f"<h1>The week</h1><p>{FERRY}</p></td><td>{SALE}</td></tr></table>",
            [(None, FERRY), (None, SALE)],
        ),
        (f"<ul><li>{FERRY}</li><li>{SALE}</li></ul>", [(None, FERRY), (None, SALE)]),
        (f"<div>{FERRY}</div><div>-- <br></div><div>Ida<br>Editor</div>", REPLY[:1]),
        (f"<pre>{FERRY}\n\n{SALE}</pre>", [(None, FERRY), (None, SALE)]),
        ("<p>The <b>fer</b>ry carried\n<a href=x>900</a> people<br>in May.", REPLY[:1]),
        (f"<style>a.</style><script>b.</script><!-- c. --><p>{FERRY}", REPLY[:1]),
        ("<p>Fish &amp; chips: 9&nbsp;&euro;.", [(None, "Fish & chips: 9 €.")]),
        (f"<div>{FERRY}</div><div>{FERRY}</div>", [(None, FERRY), (None, FERRY)]),
        ("", []),
        (f"{'<div>' * 900}{FERRY}", REPLY[:1]),
    ],
)
def test_reads_what_is_shown(page, expected):
    text, _ = read_html_message(page.encode(), "a", None)
    sentences = split_sentences(Reading(text), "en")
    assert [(sentence.speaker, sentence.text) for sentence in sentences] == expected


def test_reads_the_charset_that_the_page_states():
    page = '<meta charset="windows-1251"><p>Паром ушёл.'.encode("cp1251")
    assert read_html_message(page, "a", None) == ("Паром ушёл.", "cp1251")


def test_a_message_is_refused_if_the_parser_would_lose_its_text():
    with pytest.raises(InputError, match="nested too deeply"):
        read_html_message(f"{'<div>' * 5_000}{FERRY}".encode(), "a", None)
