"""Find messages in a text: replies, forwarded mail, signatures, disclaimers.

Everything is found by its form in the text, so that a pasted email is read like a saved
one. Forms of unknown programs remain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The [start, end) of a label, and the name of the person who speaks after it, if known.
from claimcheck.text.mapping import drop_overlaps

ReplyLabel = tuple[int, int, str | None]
Turns = list[tuple[int, str | None]]

_QUOTE_MARKS = re.compile(r"[ \t]*(?:>(?=[ \t>\r\n]|$)[ \t]?)+", re.M)
_STARTS_SENTENCE = re.compile(r"[\"“„«‘]|[A-Z][a-z]*\s")
# "On Mon, 13 May 2024 at 10:00, Bo Lind <bo@example.org> wrote:" above a reply. Mail
# programs break it after 76 characters, so it may have three lines.
_WROTE = re.compile(
    r"""
    (?P<who>
        (?:On|Am|Le|El|Il|Op|Em|Den|Dnia)[ ]
        (?=[^\n]{0,60}\d)
        [^\n]{4,200}?(?:\n[> \t]*\S[^\n]{0,200}?){0,2}?
    )
    \b(?:
        wrote | a[ ]écrit | escribió | ha[ ]scritto | escreveu
        | (?:schrieb|schreef|skrev|napisał(?:\(a\))?)
          (?P<after>[ ][^\n:]{2,120}(?:\n[> \t]*[^\n:]{2,120})?)?
    )
    [ \xa0]?:[ \t]*$
    """,
    re.M | re.X,
)
# "Bo Lind <bo@example.org> wrote on 13 May 2024:", "2024-05-13 10:00 GMT+02:00 Bo Lind
# <bo@example.org>:", and, before a quotation, "Bo Lind writes:", as others do
_NAME_WROTE = re.compile(
    r"""
    ^[> \t]*(?:
        (?P<who>[^\n<>:]{2,80}?[ ](?:<[^<>\s]{3,200}>[ ])?)
        (?:wrote|writes|a[ ]écrit|escribió|ha[ ]scritto|escreveu|schrieb|schreef|skrev)
        (?:[ ][^\n]{0,60}?\d[^\n]{0,40}:[ \t]*$ | [ \xa0]?:[ \t]*$(?=\s{1,9}>))
        |\d{4}-\d\d-\d\d[ ]\d\d?:\d\d(?:[ ]GMT\S{0,9})?[ ]
        (?P<dated>[^\n<>:]{2,80}[ ]<[^<>\s]{3,200}>):[ \t]*$
    )
    """,
    re.M | re.X,
)
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
_FIELD = re.compile(
    r"""
    \*?(?:
        (?P<sender>From|Von|De|Da|Van|Från|Fra)
        |(?P<other>Sent|Date|To|Cc|Subject|Reply-To|Gesendet|Datum|An|Betreff|Envoyé|À
            |Objet|Enviado|Para|Asunto|Fecha|Inviato|A|Oggetto|Data|Verzonden|Aan
            |Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne)
    )[ \xa0]?:\*?[ \t]+(?P<value>\S[^\r\n]{0,500})
    """,
    re.X,
)
_MIN_FIELDS = 3  # a sender and two more; minutes and letters may have one or two
_ADDRESS = re.compile(r"[<\[(][^<>\[\]()\s]{1,200}@[^<>\[\]()\s]{1,200}[>\])]")
_DATE_PART = re.compile(r"\d\S*(?: [AaPp]\.?[Mm]\b\.?)?(?: (?:Uhr|h|at|um|à)\b)?[, ]*")
_LINE_BREAK = re.compile(r"\n[> \t]*")
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
_MAX_DETAIL_WORDS = 4  # of a name, an office, or an address
_DISCLAIMER = re.compile(
    r"""
    (?:\*{1,2})?(?:
        (?:confidentiality|legal|privacy|important)[ ](?:notice|note|disclaimer)\b
        |(?:disclaimer|haftungsausschluss)\b\s?:
        |(?:caution|warning|external(?:[ ]e-?mail)?)\b\s?[:-]\s?
         (?:this|do[ ]not)\b(?=[^\n]{0,200}\b(?:sender|outside|links?|attachments?)\b)
        |(?:please[ ])?(?:consider|think[ ]of)[ ]the[ ]environment[ ]before[ ]printing\b
        |virus-free\b | to[ ]unsubscribe\b
        |(?:the[ ](?:information|contents?)[ ](?:contained[ ]|transmitted[ ])?
            (?:in|of|by)[ ])?
         this[ ](?:e-?mail|message|communication|transmission)\b
         (?=[^\n]{0,300}\b(?:confidential|privileged|intended|addressee|recipient)\b)
        |(?:diese|die[ ]in[ ]dieser)[ ]e-?mail\b(?=[^\n]{0,300}\bvertraulich)
        |(?:ce|le)[ ](?:message|courriel|présent[ ]message)\b
         (?=[^\n]{0,300}\b(?:confidentiel|destinataire))
        |if[ ]you[ ](?:are[ ]not[ ]the[ ](?:intended[ ]recipient|addressee)
            |(?:have[ ])?received?[ ]this[ ](?:e-?mail|message)[ ]in[ ]error)\b
    )
    """,
    re.I | re.X,
)


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
    labels = [*_find_attributions(text), *_find_forward_headers(text)]
    if not labels:
        return [], []
    labels = drop_overlaps(sorted(labels), lambda label: label[:2])
    return labels, _list_turns(text, labels)


def _split_lines(text: str) -> Iterator[_Line]:
    start = 0
    for whole in text.splitlines(keepends=True):
        end = start + len(whole)
        marks = _QUOTE_MARKS.match(text, start, end)
        content = marks.end() if marks else start
        depth = text.count(">", start, content)
        line = text[content:end]
        is_delimiter = line.rstrip("\r\n") == "-- "
        yield _Line(start, content, end, depth, line.strip(), is_delimiter)
        start = end


def _find_attributions(text: str) -> Iterator[ReplyLabel]:
    ends: set[int] = set()
    for match in _WROTE.finditer(text):
        ends.add(match.end())
        line_start = text.rfind("\n", 0, match.start()) + 1
        # Inside a sentence, "wrote:" only introduces a quotation.
        if text[line_start : match.start()].strip("> \t"):
            continue
        yield match.start(), match.end(), _extract_name(match)
    for match in _NAME_WROTE.finditer(text):
        name = (match["who"] or match["dated"]).lstrip("> \t")
        if match.end() not in ends:
            yield match.start(), match.end(), _extract_sender(name)


def _extract_name(match: re.Match[str]) -> str | None:
    """Return the name in "On DATE at TIME, NAME <address> wrote:"."""
    named = _LINE_BREAK.sub(" ", match["after"] or match["who"])
    address = _ADDRESS.search(named)
    named = named[: address.start()] if address else named
    start = 0
    if not match["after"]:
        for date_part in _DATE_PART.finditer(named):
            start = date_part.end()
    return _clean_name(named[start:], address)


def _clean_name(name: str, address: re.Match[str] | None) -> str | None:
    """Return a name, or else the address."""
    cleaned = " ".join(name.split()).partition(" via ")[0].strip(" ,:\"'“”*(")
    if not cleaned and address:
        return address.group()[1:-1]
    return cleaned or None


def _find_forward_headers(text: str) -> Iterator[ReplyLabel]:
    """Yield the header lines above a forwarded message, with its sender."""
    lines = list(_split_lines(text)) if ":" in text else []
    index = 0
    while index < len(lines):
        first = index
        is_separated = _SEPARATOR.fullmatch(lines[index].text) is not None
        if is_separated:
            index = _skip_blank(lines, index + 1)
        fields = _read_fields(lines, index)
        senders = [field["value"] for field in fields if field["sender"]]
        if senders and (is_separated or len(fields) >= _MIN_FIELDS):
            end = lines[index + len(fields) - 1].end
            yield lines[first].start, end, _extract_sender(senders[0])
        index = max(index + len(fields), first + 1)


def _skip_blank(lines: list[_Line], index: int) -> int:
    while index < len(lines) and not lines[index].text:
        index += 1
    return index


def _read_fields(lines: list[_Line], index: int) -> list[re.Match[str]]:
    """Return the fields "From: NAME" on consecutive lines."""
    fields: list[re.Match[str]] = []
    while index < len(lines) and (field := _FIELD.fullmatch(lines[index].text)):
        fields.append(field)
        index += 1
    return fields


def _extract_sender(value: str) -> str | None:
    address = _ADDRESS.search(value)
    return _clean_name(value[: address.start()] if address else value, address)


def _list_turns(text: str, labels: list[ReplyLabel]) -> Turns:
    """Return where speakers start, by labels and quotation depth."""
    turns: Turns = [(0, None)]
    speakers: dict[int, str | None] = {}
    pending: ReplyLabel | None = None
    waiting = list(labels)
    depth = 0
    for line in _split_lines(text):
        if waiting and line.end > waiting[0][0]:
            pending = waiting.pop(0)
            turns.append((pending[0], None))
        is_label = pending is not None and line.line_start < pending[1]
        if is_label or not line.text:
            continue
        if pending is not None:
            # Speakers at this depth or deeper end here.
            speakers = {key: who for key, who in speakers.items() if key < line.depth}
            if line.depth > depth or _names_message(text, pending):
                speakers[line.depth] = pending[2]
            pending = None
        elif line.depth == depth:
            continue
        depth = line.depth
        turns.append((line.line_start, speakers.get(depth)))
    return turns


def _names_message(text: str, label: ReplyLabel) -> bool:
    """Whether a label can introduce text without quotation marks.

    Without an address, "On 3 May the mayor wrote:" may be a sentence of the text.
    """
    words = text[label[0] : label[1]]
    return _ADDRESS.search(words) is not None or _FIELD.search(words) is not None


def _find_footers(lines: list[_Line]) -> Iterator[tuple[int, int, str]]:
    """Yield signatures and disclaimers."""
    index = 0
    while index < len(lines):
        line = lines[index]
        end = index + 1
        if line.text == "--":
            end = _find_signature_end(lines, index)
            if line.is_delimiter or not _has_sentence(lines[index + 1 : end]):
                yield line.start, lines[end - 1].end, "signature"
            else:
                end = index + 1
        elif _CLOSING.fullmatch(line.text.rstrip(",.! ")):
            end = _find_signature_end(lines, index)
            if _starts_paragraph(lines, index) and _is_address(lines[index + 1 : end]):
                yield line.start, lines[end - 1].end, "signature"
            else:
                end = index + 1
        elif _DEVICE_LINE.fullmatch(line.text):
            yield line.start, line.end, "signature"
        elif _DISCLAIMER.match(line.text) and _starts_paragraph(lines, index):
            end = _find_paragraph_end(lines, index)
            yield line.start, lines[end - 1].end, "disclaimer"
        index = end


def _has_sentence(lines: list[_Line]) -> bool:
    """Whether the lines after two hyphens are prose, or missing."""
    is_prose = any(_is_sentence(line.text) for line in lines)
    return is_prose or not any(line.text for line in lines)


def _is_address(lines: list[_Line]) -> bool:
    """Whether lines may be a name and its details."""
    return len(lines) <= _MAX_ADDRESS_LINES and not any(
        _is_sentence(line.text) or len(line.text.split()) > _MAX_ADDRESS_WORDS
        for line in lines
    )


def _is_sentence(text: str) -> bool:
    return len(text.split()) > _MAX_DETAIL_WORDS and text[-1] in ".!?"


def _find_signature_end(lines: list[_Line], index: int) -> int:
    """Return the index after a signature; `index + 1` if there is none."""
    depth = lines[index].depth
    end = index + 1
    while end < len(lines) and (lines[end].depth == depth or not lines[end].text):
        line = lines[end]
        if _SEPARATOR.fullmatch(line.text) or _WROTE.match(line.text):
            break
        end += 1
    return end if end - index <= _MAX_SIGNATURE_LINES else index + 1


def _starts_paragraph(lines: list[_Line], index: int) -> bool:
    return index == 0 or not lines[index - 1].text or lines[index - 1].text[0] in "-_*"


def _find_paragraph_end(lines: list[_Line], index: int) -> int:
    while index < len(lines) and lines[index].text:
        index += 1
    return index
