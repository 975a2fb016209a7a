"""Remove what people do not see in a page, and what misleads extractors."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Any

from claimcheck.readers.content import SUPERSCRIPTS, has_words

# Attributes of notes, and of the parts of pages that have several.
NOTE = "data-claimcheck-note"
PART = "data-claimcheck-part"
# Names of what surrounds an article, as extractors know them.
SURROUNDING_NAME = re.compile(
    r"ad-|advert|banner|breadcrumb|card|comment|cookie|foot|header|menu|meta|modal|nav"
    r"|newsletter|popup|promo|recommend|related|share|sharing|sidebar|social|sponsor"
    r"|subscri|tags|teaser|tool|widget",
    re.I,
)
# Elements without text for readers, also those of AMP pages. <head> may have a body.
_SKIPPED_ELEMENTS = (
    "script style svg template iframe object video audio canvas textarea select option "
    "button title amp-ad amp-embed amp-sidebar"
).split()
# Scripts show whole pages when they are ready. Dialogs are about cookies, mostly, and
# what has this class is "[edit]" on pages of MediaWiki.
_HIDDEN = """
    //*[@hidden or @layout='nodisplay' or @role='dialog' or @role='alertdialog'
        or @class='mw-editsection']
       [not(self::html or self::body or self::main or self::article)]
"""
_STYLED = "//*[@style][not(self::html or self::body or self::main or self::article)]"
_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.I
)
# In <noscript>, some pages have the article for readers without JavaScript. Most have
# only a request to enable it, or a picture that counts visits. Chosen by hand.
_MIN_NOSCRIPT_WORDS = 50
_TEX = "string(.//annotation[contains(@encoding, 'tex')])"
_NOTE_NUMBER = re.compile(r"\[?(\d{1,3})\]?")
_MAX_NOTE_TEXTS = 5  # "[", "1", "]" may be elements of their own
_NOTE_LINKS = "//a[starts-with(@href, '#')][ancestor::sup]"
_NOTES = "//*[@id][self::li or self::p or self::dd or self::div or self::aside]"
_SECTIONS = ("article", "main", "section", "h1", "h2", "h3")
# What schema.org calls answers and posts.
_POSTS = (
    "//*[contains(@itemtype, 'schema.org/Answer') or contains(@itemtype, 'Posting')]"
)


def clean_page(tree: Any, *, keep_hidden: bool = False) -> None:
    """Keep what people see, under names that do not mislead extractors."""
    from lxml import etree

    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction, "embed")
    for noscript in list(tree.iter("noscript")):
        words = " ".join(noscript.itertext()).split()
        noscript.tag = "div" if len(words) >= _MIN_NOSCRIPT_WORDS else "script"
    for formula in tree.xpath("//math[not(ancestor::math)]"):
        _replace_formula(formula)
    if not keep_hidden:
        _rename(tree.xpath(_HIDDEN), "script")
        styled = tree.xpath(_STYLED)
        hidden = [part for part in styled if _HIDING_STYLE.search(part.get("style"))]
        _rename(hidden, "script")
    # This is the content of a component, not for scripts.
    _rename(tree.xpath("//template[@shadowrootmode]"), "div")
    _mark_notes(tree)
    etree.strip_elements(tree, *_SKIPPED_ELEMENTS, with_tail=False)
    for number in list(tree.iter("sup")):
        _raise_number(number)
    # Extractors drop all footers and figures: most are page footers and pictures.
    _rename(tree.xpath("//footer[ancestor::blockquote]"), "p")
    _rename(list(tree.iter("figure", "figcaption")), "div")
    _mark_parts(tree)
    _rename_series(tree)


def _rename(elements: list[Any], tag: str) -> None:
    for element in elements:
        element.tag = tag


def _replace_formula(formula: Any) -> None:
    """Replace MathML by its TeX, or by its text if it states none."""
    source = formula.xpath(_TEX).strip()
    text = rf"\({source}\)" if source else formula.text_content()
    _replace_content(formula, text)


def _mark_notes(tree: Any) -> None:
    """Mark the notes that raised numbers link to; remove the links back."""
    targets = {link.get("href")[1:] for link in tree.xpath(_NOTE_LINKS)}
    for note in tree.xpath(_NOTES):
        has_sections = next(note.iter(*_SECTIONS), None) is not None
        if note.get("id") in targets and not has_sections:
            note.set(NOTE, "")
    for link in tree.xpath("//a[starts-with(@href, '#')]"):
        if not any(map(has_words, link.itertext())):
            link.tag = "script"


def _raise_number(element: Any) -> None:
    """Keep the number of a note apart from the word before it."""
    text = "".join(itertools.islice(element.itertext(), _MAX_NOTE_TEXTS))
    number = _NOTE_NUMBER.fullmatch(text.strip())
    if number:
        _replace_content(element, number[1].translate(SUPERSCRIPTS))


def _replace_content(element: Any, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag = "span"
    element.text = text
    element.tail = tail


def _mark_parts(tree: Any) -> None:
    """Mark articles next to each other, answers, and posts."""
    articles = list(tree.iter("article"))
    siblings = Counter(article.getparent() for article in articles)
    for article in articles:
        if siblings[article.getparent()] > 1:
            article.set(PART, "")
    for post in tree.xpath(_POSTS):
        post.set(PART, "")


def _rename_series(tree: Any) -> None:
    """Take the names from elements that share them: posts, answers.

    Extractors take the first one that has the name of an article for the whole of it.
    """
    elements = list(tree.iter("article", "div", "section"))
    counts = Counter((element.tag, element.get("class")) for element in elements)
    for element in elements:
        name = element.get("class", "")
        is_alone = counts[element.tag, element.get("class")] == 1
        if is_alone or SURROUNDING_NAME.search(name):
            continue
        element.tag = "div"
        element.attrib.pop("class", None)
        element.attrib.pop("id", None)
