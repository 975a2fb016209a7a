"""Find messages in a text: replies, forwarded mail, signatures, disclaimers.

Everything is found by its form in the text, so that a pasted email is read like a saved
one. Forms of unknown programs remain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from typing import NamedTuple

from claimcheck.resources import read_words
from claimcheck.text.common_words import get_genders
from claimcheck.text.mapping import drop_overlaps

Turns = list[tuple[int, str | None]]

_QUOTE_MARKS = re.compile(r"(?:[ \t]*(?:>(?=[ \t>\r\n]|$)[ \t]?)+)?", re.M)
_STARTS_SENTENCE = re.compile(r"[\"“„«‘]|[A-Z][a-z]*\s")
# "wrote" in the lines that mail programs write above a reply
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|skrev|napisał(?:\(a\))?|a écrit|escribió"
    r"|ha scritto|escreveu|kirjoitti|написал|пишет)(?!\w)"
)
_TIME_WORD = re.compile(r"(?:[AP]\.?M\.?|Uhr|UTC|[A-Z]{2,4}T),?")  # "CEST"
_MAX_ATTRIBUTION_LINES = 3  # mail programs break them after 76 characters
_MAX_ATTRIBUTION_CHARACTERS = 400
# These match lines without white space at their ends.
_SEPARATOR = re.compile(
    r"""
    (?:
        -{2,}[ ]?(?:
            (?:begin[ ])?forwarded[ ]message|original[ ]message|original[ ]appointment
            |weitergeleitete[ ]nachricht|ursprüngliche[ ]nachricht
            |message[ ](?:transféré|d['’]origine)|mensaje[ ](?:reenviado|original)
            |messaggio[ ](?:inoltrato|originale)
        )[ ]?(?:from[ ][^\n-]{1,80})?-*
        |(?:begin[ ]forwarded[ ]message|anfang[ ]der[ ]weitergeleiteten[ ]e-mail
            |début[ ]du[ ]message[ ](?:réexpédié|transféré)):
        |_{20,}
    )
    """,
    re.I | re.X,
)
_SENDER_FIELDS = "|".join(map(re.escape, read_words("mail_sender_fields")))
_OTHER_FIELDS = "|".join(map(re.escape, read_words("mail_fields")))
_FIELD = re.compile(
    rf"\*?(?:(?P<sender>{_SENDER_FIELDS})|{_OTHER_FIELDS})[ \xa0]?[:：]\*?[ \t]+"
    r"(?P<value>\S[^\r\n]{0,500})"
)
_RULE = re.compile(r"[-_=]{20,}")
_MIN_FIELDS = 3  # a sender and two more; minutes and letters may have one or two
_ADDRESS = re.compile(r"[<\[(]\s?[^<>\[\]()\s]{1,200}@[^<>\[\]()\s]{1,200}[>\])]")
_DEVICE_LINE = re.compile(
    r"(?:sent[ ]from[ ](?:my|mail[ ]for|outlook|yahoo)|get[ ]outlook[ ]for"
    r"|von[ ]meinem[ ].{1,30}[ ]gesendet|envoyé[ ]de[ ]mon)\b[^\n]{0,80}",
    re.I | re.X,
)
_CLOSING = re.compile(
    r"""
    (?:(?:kind(?:est)?|best|warm)[ ])?regards | best(?:[ ]wishes)? | cheers
    |(?:yours[ ])?sincerely | yours[ ](?:truly|faithfully) | (?:many[ ])?thanks
    |(?:mit[ ]freundlichen|viele|liebe|beste|schöne)[ ]grü(?:ß|ss)en?
    |(?:bien[ ])?cordialement | (?:un[ ])?saludos? | atentamente
    |(?:cordiali|distinti)[ ]saluti | med[ ]vennlig[ ]hilsen | atenciosamente
    |(?:met[ ])?vriendelijke[ ]groet(?:en)?
    """,
    re.I | re.X,
)
# Longer "signatures" are the rest of a text that has a line of two hyphens.
_MAX_SIGNATURE_LINES = 30
_MAX_ADDRESS_LINES, _MAX_ADDRESS_WORDS = 12, 8  # after "Kind regards,"
_WORD = re.compile(r"[^\W\d_]{2,}")
_MAX_DETAIL_WORDS = 4  # of a name, an office, or an address
_SIGNATURE = "signature"
_ARMOR_START = re.compile(r"-----BEGIN PGP ([A-Z ]{1,40})-----")  # RFC 9580
_MAX_ARMOR_LINES = 1_000
_DISCLAIMER = re.compile(
    r"""
    (?:\*{1,2})?(?:
        (?:confidentiality|legal|privacy|important)[ ](?:notice|note|disclaimer)\b
        |(?:disclaimer|haftungsausschluss)\b\s?:
        |(?:caution|warning|external(?:[ ]e-?mail)?)\b\s?[:-]\s?
         (?:this|do[ ]not)\b(?=[^\n]{0,200}\b(?:sender|outside|links?|attachments?)\b)
        |(?:please[ ])?(?:consider|think[ ]of)[ ]the[ ]environment[ ]before[ ]printing\b
        |virus-free\b | to[ ]unsubscribe\b
        |(?:you[ ](?:are[ ])?receiv(?:ed|ing)|this[ ](?:e-?mail|message)[ ]was[ ]sent)\b
         (?=[^\n]{0,200}\b(?:because|subscribed|signed[ ]up|opted|e-?mail)\b)
        |(?:the[ ](?:information|contents?)[ ](?:contained[ ]|transmitted[ ])?
            (?:in|of|by)[ ])?
         this[ ](?:e-?mail|message|communication|transmission)\b
         (?=[^\n]{0,300}\b(?:confidential|privileged|intended|addressee|recipient
            |scanned|viruses)\b)
        |(?:diese|die[ ]in[ ]dieser)[ ]e-?mail\b(?=[^\n]{0,300}\bvertraulich)
        |(?:ce|le)[ ](?:message|courriel|présent[ ]message)\b
         (?=[^\n]{0,300}\b(?:confidentiel|destinataire))
        |(?:est[ea][ ](?:mensaje|correo|mensagem|e-?mail)|dit[ ]bericht|deze[ ]e-?mail
            |(?:il[ ]presente|questo|questa)[ ](?:messaggio|e-?mail))\b
         (?=[^\n]{0,300}\b(?:confidencial|destinatari|vertrouwelijk|riservat))
        |if[ ]you[ ](?:are[ ]not[ ]the[ ](?:intended[ ]recipient|addressee)
            |(?:have[ ])?received?[ ]this[ ](?:e-?mail|message)[ ]in[ ]error)\b
    )
    """,
    re.I | re.X,
)


class ReplyLabel(NamedTuple):
    """The range [start, end) that names who wrote the text below, if known.

    `depth` is the number of ">" marks of that text.
    """

    start: int
    end: int
    speaker: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its ">" marks: text[start:end]; `depth` is their number.

    `text` has no white space at its ends. `is_delimiter` is true for the line "-- "
    that starts a signature (RFC 3676).
    """

    line_start: int
    start: int
    end: int
    depth: int
    text: str
    is_delimiter: bool


def find_message_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the parts that mail programs add: [start, end) and a reason."""
    lines = list(_split_lines(text))
    quoted = [line for line in lines if line.depth]
    # A single ">" before a number means "more than".
    is_quotation = any(_STARTS_SENTENCE.match(line.text) for line in quoted)
    if len(quoted) > 1 or is_quotation or find_reply_labels(text)[0]:
        for line in quoted:
            yield line.line_start, line.start, "quotation mark of a reply"
    yield from _find_footers(lines)


def find_reply_labels(text: str) -> tuple[list[ReplyLabel], Turns]:
    """Find the authors of quoted and forwarded messages in a text.

    Returns the lines that name them, and the offsets at which each starts to speak.
    """
    lines = list(_split_lines(text))
    labels = [*_find_attributions(lines), *_find_forward_headers(lines)]
    if not labels:
        return [], []
    labels.sort(key=lambda label: label.start)
    labels = drop_overlaps(labels, lambda label: (label.start, label.end))
    return labels, list(_list_turns(lines, labels))


def _split_lines(text: str) -> Iterator[_Line]:
    start = 0
    for whole in text.splitlines(keepends=True):
        end = start + len(whole)
        line = _QUOTE_MARKS.sub("", whole, count=1)
        content = end - len(line)
        depth = text.count(">", start, content)
        # In a signed text, "- " is before each line that starts with a hyphen.
        is_delimiter = line.rstrip("\r\n") in ("-- ", "- -- ")
        yield _Line(start, content, end, depth, line.strip(), is_delimiter)
        start = end


def _find_attributions(lines: list[_Line]) -> Iterator[ReplyLabel]:
    """Yield the lines "On 3 May, Ann Lee <ann@example.org> wrote:".

    Only their form is the same in all languages: they end in a colon, and have two of
    three things: an address, a verb of writing, and a quoted line below.
    """
    for index, line in enumerate(lines):
        if not line.text.endswith((":", "：")):
            continue
        first = _find_attribution_start(lines, index)
        words = " ".join(line.text for line in lines[first : index + 1])
        depth = _get_depth_below(lines, index)
        is_quoted = depth > line.depth
        signs = (_ADDRESS.search(words), _WROTE.search(words), is_quoted)
        if len(words) <= _MAX_ATTRIBUTION_CHARACTERS and sum(map(bool, signs)) > 1:
            author = _extract_author(words)
            yield ReplyLabel(lines[first].start, line.end, author, depth)


def _get_depth_below(lines: list[_Line], index: int) -> int:
    """Return the depth of the text that a line introduces."""
    depth = lines[index].depth
    below = _skip_blank(lines, index + 1)
    # The first quoted line may be a quotation in the quoted message.
    return min(depth + 1, lines[below].depth) if below < len(lines) else depth


def _find_attribution_start(lines: list[_Line], index: int) -> int:
    """Return the first line of an attribution, which has its date."""
    first = max(0, index + 1 - _MAX_ATTRIBUTION_LINES)
    for start in range(index, first - 1, -1):
        line = lines[start]
        if not line.text or line.depth != lines[index].depth:
            break
        if _has_digit(_ADDRESS.sub("", line.text)):
            return start
    return index


def _extract_author(words: str) -> str | None:
    """Return the name in an attribution, or else the address, if certain."""
    # Usenet has the address of the message first.
    if addresses := list(_ADDRESS.finditer(words)):
        start = addresses[-2].end() if len(addresses) > 1 else 0
        named = _drop_date(words[start : addresses[-1].start()])
        return _clean_name(named, addresses[-1])
    before, _, after = _WROTE.sub("\n", words, count=1).partition("\n")
    after = after.strip(" :：")
    # "schrieb Ann Lee:", "wrote on 6 June:"
    is_after = after and not _has_digit(after)
    name = _clean_name(after if is_after else _drop_date(before), None) or ""
    # "On 3 May the mayor wrote:" and "She wrote:" are sentences.
    parts = name.split()
    is_name = not any(part[0].islower() for part in parts)
    is_full = len(parts) > 1 or get_genders(name.lower())
    return name if is_name and is_full else None


def _drop_date(words: str) -> str:
    """Return what follows the date in "On 3 May 2024 at 3:14 PM, Ann Lee "."""
    parts = words.split()
    dated = [index for index, part in enumerate(parts) if _has_digit(part)]
    rest = parts[dated[-1] + 1 :] if dated else parts
    if verb := _WROTE.search(" ".join(rest)):
        return verb.string[verb.end() :]
    return " ".join(dropwhile(_is_time_word, rest))


def _is_time_word(word: str) -> bool:
    return word[0].islower() or _TIME_WORD.fullmatch(word) is not None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _clean_name(name: str, address: re.Match[str] | None) -> str | None:
    """Return a name, or else the address."""
    cleaned = " ".join(name.split()).partition(" via ")[0].strip(" ,:\"'“”*(<")
    if not cleaned and address:
        return address.group()[1:-1].strip()
    return cleaned or None


def _find_forward_headers(lines: list[_Line]) -> Iterator[ReplyLabel]:
    """Yield the header lines above a forwarded message, with its sender."""
    index = 0
    while index < len(lines):
        first = index
        is_separated = _SEPARATOR.fullmatch(lines[index].text) is not None
        if is_separated:
            index = _skip_blank(lines, index + 1)
        fields, end = _read_fields(lines, index)
        senders = [field["value"] for field in fields if field["sender"]]
        if senders and (is_separated or len(fields) >= _MIN_FIELDS):
            depth = _get_depth_below(lines, end - 1)
            sender = _extract_sender(senders[0])
            yield ReplyLabel(lines[first].start, lines[end - 1].end, sender, depth)
        index = max(end, first + 1)


def _skip_blank(lines: list[_Line], index: int) -> int:
    while index < len(lines) and not lines[index].text:
        index += 1
    return index


def _read_fields(lines: list[_Line], index: int) -> tuple[list[re.Match[str]], int]:
    """Return the fields "From: NAME" from a line on, and the index after them.

    Some programs leave a line blank after each field.
    """
    fields: list[re.Match[str]] = []
    end = index
    for number in range(index, len(lines)):
        field = _FIELD.fullmatch(lines[number].text)
        if field:
            fields.append(field)
            end = number + 1
        elif lines[number].text or not fields or number > end:
            break
    return fields, end


def _extract_sender(value: str) -> str | None:
    return _clean_name(_ADDRESS.split(value, maxsplit=1)[0], _ADDRESS.search(value))


def _list_turns(
    lines: list[_Line], labels: list[ReplyLabel]
) -> Iterator[tuple[int, str | None]]:
    """Yield where speakers start, by labels and quotation depth."""
    labels_by_start = {label.start: label for label in labels}
    speakers: dict[int, str | None] = {}  # by depth
    label_end = 0
    before: tuple[int, str | None] | None = None
    yield 0, None
    for line in lines:
        if label := labels_by_start.get(line.start):
            # Those who spoke at this depth or deeper have ended.
            shallower = [depth for depth in speakers if depth < label.depth]
            speakers = {depth: speakers[depth] for depth in shallower}
            speakers[label.depth] = label.speaker
            label_end, before = label.end, None
            yield line.start, None
        if line.start < label_end or not line.text:
            continue
        if _RULE.fullmatch(line.text):
            speakers.pop(line.depth, None)  # below it, anybody may speak
        now = line.depth, speakers.get(line.depth)
        if now != before:
            yield line.line_start, now[1]
        before = now


def _find_footers(lines: list[_Line]) -> Iterator[tuple[int, int, str]]:
    """Yield signatures and disclaimers."""
    index = 0
    while index < len(lines):
        end, reason = _read_footer(lines, index)
        if reason:
            yield lines[index].start, lines[end - 1].end, reason
        index = end


def _read_footer(lines: list[_Line], index: int) -> tuple[int, str]:
    """Return the index after a footer that starts here, and its reason."""
    line = lines[index]
    if armor := _ARMOR_START.fullmatch(line.text):
        return _find_armor_end(lines, index, armor[1]), _SIGNATURE
    if _DEVICE_LINE.fullmatch(line.text):
        return index + 1, _SIGNATURE
    if _starts_signature(lines, index):
        return _find_signature_end(lines, index), _SIGNATURE
    if _DISCLAIMER.match(line.text) and _starts_paragraph(lines, index):
        return _find_paragraph_end(lines, index), "disclaimer"
    return index + 1, ""


def _starts_signature(lines: list[_Line], index: int) -> bool:
    line = lines[index]
    if line.is_delimiter:
        return True
    is_closing = _CLOSING.fullmatch(line.text.rstrip(",.! ")) is not None
    if not is_closing and line.text != "--":
        return False
    below = lines[index + 1 : _find_signature_end(lines, index)]
    if is_closing:
        return _starts_paragraph(lines, index) and _is_address(below)
    is_prose = any(_is_sentence(line.text) for line in below)
    return not is_prose and any(line.text for line in below)


def _is_address(lines: list[_Line]) -> bool:
    """Whether lines may be a name and its details."""
    return len(lines) <= _MAX_ADDRESS_LINES and not any(
        _is_sentence(line.text) or len(_WORD.findall(line.text)) > _MAX_ADDRESS_WORDS
        for line in lines
    )


def _is_sentence(text: str) -> bool:
    return len(text.split()) > _MAX_DETAIL_WORDS and text[-1] in ".!?"


def _find_armor_end(lines: list[_Line], index: int, kind: str) -> int:
    """Return the index after the header of a signed text, or a signature."""
    if kind == "SIGNED MESSAGE":
        return _find_paragraph_end(lines, index)
    for end in range(index + 1, min(index + _MAX_ARMOR_LINES, len(lines))):
        if lines[end].text == f"-----END PGP {kind}-----":
            return end + 1
    return index + 1


def _find_signature_end(lines: list[_Line], index: int) -> int:
    """Return the index after a signature; `index + 1` if there is none."""
    depth = lines[index].depth
    end = index + 1
    while end < len(lines) and (lines[end].depth == depth or not lines[end].text):
        line = lines[end]
        if _SEPARATOR.fullmatch(line.text):
            break
        if _DISCLAIMER.match(line.text) and _starts_paragraph(lines, end):
            break
        end += 1
    return end if end - index <= _MAX_SIGNATURE_LINES else index + 1


def _starts_paragraph(lines: list[_Line], index: int) -> bool:
    return index == 0 or not lines[index - 1].text or lines[index - 1].text[0] in "-_*"


def _find_paragraph_end(lines: list[_Line], index: int) -> int:
    while index < len(lines) and lines[index].text:
        index += 1
    return index
