"""Read RTF (specification 1.9.1) as Word shows it, with changes accepted.

RTF is text with control words in nested groups. The state of a group, such as hidden
text, ends with the group.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from claimcheck.counting import format_count
from claimcheck.readers.content import (
    Content,
    clean_metadata,
    list_changes,
    refuse_empty,
)
from claimcheck.readers.docx_symbols import decode_symbols
from claimcheck.readers.xml_blocks import raise_number

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+"
)
# Groups that are not text: tables of fonts and styles, pictures, page headers, the
# instructions of fields, comments, and old forms of text boxes. Groups that start with
# "\*" are not text either.
_SKIPPED = frozenset(
    "fonttbl colortbl stylesheet info pict header headerl headerr headerf footer"
    " footerl footerr footerf fldinst atnid atnauthor xe tc listtable listoverridetable"
    " rsidtbl generator themedata objdata mmathPr bkmkstart bkmkend nonesttables"
    " template ftnsep ftnsepc aftnsep aftnsepc sn sv sp shprslt pntxta pntxtb"
    " annotation".split()
)
# In place, they would interrupt a sentence.
_NOTES = frozenset(("footnote", "shptxt"))
_CELL = "\ue000"
_CHARACTERS = {
    "par": "\n\n", "sect": "\n\n", "page": "\n\n", "row": "\n\n", "nestrow": "\n\n",
    "line": "\n", "tab": "\t", "cell": _CELL, "nestcell": _CELL,
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ",
    "~": "\xa0", "_": "-", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp850",
}  # fmt: skip
_CODE_PAGES = frozenset(
    (437, 850, 852, 866, 874, 932, 936, 949, 950, *range(1250, 1259), 65001)
)
_SYMBOL_CHARSET, _SYMBOL_OFFSET = 2, 0xF000
_TITLE = re.compile(rb"\{\\title\s([^{}]{1,300})\}")
_AUTHOR = re.compile(rb"\{\\author\s([^{}]{1,300})\}")
_BULLET = re.compile(
    r"(?:[\uf000-\uf0ff•·▪■◦○●‣➢–*o-]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\t\s*"
)


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the end of a group.

    `is_skipped` is for groups that are not text, `is_hidden` for text. After a
    character in Unicode are `fallback_length` bytes for programs that don't know it.
    """

    output: list[str]
    is_skipped: bool = False
    is_font_table: bool = False
    is_hidden: bool = False
    is_raised: bool = False
    font: int = -1
    fallback_length: int = 1


@dataclass(slots=True)
class _Font:
    charset: int = 0
    name: str = ""


def parse_rtf(data: bytes, source: str) -> Content:
    """Return the text of an RTF document, then its notes and text boxes.

    Raises:
        InputError: the document has no text.
    """
    reader = _RtfReader()
    reader.read(data)
    blocks: list[str] = []
    for output in reader.outputs:
        blocks += _split_blocks("".join(output))
    content = Content(
        "\n\n".join(blocks),
        title=_read_property(_TITLE, data, reader.encoding),
        author=_read_property(_AUTHOR, data, reader.encoding),
        left_out=reader.list_left_out(),
    )
    return refuse_empty(content, source, "the RTF document")


def _read_property(
    pattern: re.Pattern[bytes], data: bytes, encoding: str
) -> str | None:
    found = pattern.search(data)
    if found is None:
        return None
    reader = _RtfReader(encoding)
    reader.read(found[1])
    return clean_metadata("".join(reader.outputs[0]))


def _split_blocks(text: str) -> list[str]:
    """Return paragraphs and tables, whose rows are lines with tabs."""
    blocks: list[str] = []
    was_row = False
    for block in text.split("\n\n"):
        is_row = _CELL in block
        if is_row:
            cells = [" ".join(cell.split()) for cell in block.split(_CELL)]
            line = "\t".join(cells).rstrip()
        else:
            line = " ".join(_BULLET.sub("- ", block.strip(), count=1).split())
        if is_row and was_row:
            blocks[-1] += f"\n{line}"
        elif line:
            blocks.append(line)
            was_row = is_row
    return blocks


class _RtfReader:
    """Reads the tokens of a document; the first output is its text."""

    def __init__(self, encoding: str = "cp1252") -> None:
        self.encoding = encoding
        self.outputs: list[list[str]] = [[]]
        self._state = _State(self.outputs[0])
        self._outer_states: list[_State] = []
        self._fonts: defaultdict[int, _Font] = defaultdict(_Font)
        self._bytes = bytearray()
        self._fallback = 0  # the number of bytes to skip
        self._found: Counter[str] = Counter()

    def read(self, data: bytes) -> None:
        """Read tokens until the end, or one that is not RTF."""
        position = 0
        while token := _TOKEN.match(data, position):
            position = token.end()
            word, argument, code, symbol, brace, plain = token.groups()
            if code or plain:
                self._add_bytes(plain or bytes.fromhex(code.decode()))
                continue
            self._end_bytes()
            if word == b"bin":
                position += max(0, int(argument or 0))  # the data of a picture
            elif word:
                number = int(argument) if argument else None
                self._read_word(word.decode(), number)
            elif symbol:
                self._read_symbol(symbol)
            elif brace:
                self._read_brace(brace)
        self._end_bytes()

    def list_left_out(self) -> tuple[str, ...]:
        """Name what the document has and the text does not."""
        found = list_changes(self._found["deleted"] + self._found["revised"])
        if comments := self._found["annotation"]:
            found.append(format_count(comments, "comment"))
        if self._found["v"]:
            found.append("hidden text")
        return tuple(found)

    def _read_brace(self, brace: bytes) -> None:
        self._fallback = 0
        if brace == b"{":
            self._outer_states.append(self._state)
        elif self._outer_states:
            self._state = self._outer_states.pop()

    def _read_symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._state = replace(self._state, is_skipped=True, is_font_table=False)
        else:
            self._add(_CHARACTERS.get(symbol.decode("latin-1"), ""))

    def _read_word(self, word: str, number: int | None) -> None:
        is_on = number != 0
        if is_on:
            self._found[word] += 1
        if word in _SKIPPED:
            in_fonts = word == "fonttbl"
            self._state = replace(self._state, is_skipped=True, is_font_table=in_fonts)
        elif word in _NOTES:
            self.outputs.append([])
            self._state = replace(
                self._state, is_skipped=False, output=self.outputs[-1]
            )
        elif word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        else:
            self._read_format(word, number or 0, is_on=is_on)

    def _read_format(self, word: str, number: int, *, is_on: bool) -> None:
        """Read a word that changes how what follows it is read."""
        match word:
            case "u":
                self._add(chr(number % 0x10000))
                self._fallback = self._state.fallback_length
            case "uc":
                self._state = replace(self._state, fallback_length=number)
            case "f":
                self._state = replace(self._state, font=number)
            case "v" | "deleted":
                self._state = replace(self._state, is_hidden=is_on)
            case "super":
                self._state = replace(self._state, is_raised=is_on)
            case "nosupersub" | "sub":
                self._state = replace(self._state, is_raised=False)
            case "plain":
                self._state = replace(self._state, is_hidden=False, is_raised=False)
            case "fcharset":
                self._fonts[self._state.font].charset = number
            case "ansicpg" if number in _CODE_PAGES:
                self.encoding = f"cp{number}"

    def _add_bytes(self, content: bytes) -> None:
        skipped = min(self._fallback, len(content))
        self._fallback -= skipped
        self._bytes += content[skipped:]

    def _end_bytes(self) -> None:
        """Decode bytes, of which several may be one character."""
        if not self._bytes:
            return
        font = self._fonts[self._state.font]
        if self._state.is_font_table:
            font.name += self._bytes.decode("latin-1").strip("; ")
        elif font.charset == _SYMBOL_CHARSET:
            self._add("".join(chr(_SYMBOL_OFFSET + byte) for byte in self._bytes))
        else:
            encoding = _CHARSETS.get(font.charset, self.encoding)
            self._add(self._bytes.decode(encoding, "replace"))
        self._bytes = bytearray()

    def _add(self, text: str) -> None:
        state = self._state
        if state.is_skipped or state.is_hidden or not text:
            return
        if text == _CELL:
            while state.output and state.output[-1].isspace():
                state.output.pop()
        text = decode_symbols(text, self._fonts[state.font].name)
        state.output.append(raise_number(text) if state.is_raised else text)
