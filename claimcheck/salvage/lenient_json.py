"""Parse JSON as models write it.

The parser accepts errors with an unambiguous meaning: an extra or missing comma between
objects, comments, keys and words without quotes, other quotes as delimiters, quotes and
line breaks inside strings, and other languages' words for null. It never completes
anything: if the text ends early, the unfinished value is left out.
"""

from __future__ import annotations

import re
from json import decoder
from typing import Any, NoReturn

# Our schemas have four levels. The limit keeps hostile text from exhausting the stack,
# and bounds how often a character is parsed again.
from claimcheck.json_lines import HALF_PAIR

MAX_DEPTH = 32

# Unescapes a string in C. The json package uses it, but its type stubs lack it.
_scan_string = getattr(decoder, "scanstring")  # noqa: B009

_GAP = r"[\s\u200b\u2060\ufeff]*"
# The length of a comment is limited, or every brace would scan the rest of a long text.
_SPACE = re.compile(
    rf"{_GAP}(?:(?:/\*[^*]{{0,200}}\*/|(?://|\#)[^\n]{{0,200}}(?=\n)){_GAP})*"
)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[\w.%+-]+(?:/[0-9]+)?")
_BARE_KEY = re.compile(r"[A-Za-z_]\w{0,40}(?=\s*:)")
# Including the forms that Chinese models write.
_COLONS = ":："
_COMMAS = ",，"
# An ellipsis in this position means items that the model did not write.
_LAST_COMMA = re.compile(rf"[{_COMMAS}]{_GAP}(?:\.\.\.|…)?{_GAP}(?=[\]}}])")
# Most parsers lose digits of longer numbers, and converting those is slow.
_MAX_INTEGER_DIGITS = 18
_WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "none": None,
    "nil": None,
    "undefined": None,
}
_TYPOGRAPHIC_QUOTES = "“”„‟«»＂"
_OPENING_QUOTES = f"\"'{_TYPOGRAPHIC_QUOTES}‘’"
_NEXT_KEY = rf'"[\w\x20-]{{1,40}}"\s*[{_COLONS}]'
_COMMENT = r"/[/*]|\#"
_NEXT_VALUE = rf"""
    [{_OPENING_QUOTES}{{}}\[\]\d.+-] | {_COMMENT}
    | (?:true|false|null|True|False|None|NaN|Infinity)\b
    | [A-Za-z_]\w{{0,40}}\s*:  # a key without quotes
    | \w*$
"""
# A bracket; a comma and the next element; a key without a comma; or the end.
_JSON_CONTINUES = rf"""
(?={_GAP}(?:
    [{_COLONS}}}\]] | {_COMMENT} | [{_COMMAS}]{_GAP}(?:{_NEXT_VALUE}|\.\.\.|…)
    | {_NEXT_KEY} | $
))
"""
# The next elements before which a comma may be missing, by the closing bracket.
_NEXT_ELEMENT = {"]": re.compile(r"\{"), "}": re.compile(_NEXT_KEY)}
# A delimiter may also occur inside the string. It ends the string only if valid JSON
# follows it.
_END_OF_STRING = {
    '"': re.compile(rf'"{_JSON_CONTINUES}', re.X),
    "'": re.compile(rf"['’]{_JSON_CONTINUES}", re.X),
    "“": re.compile(rf'[“”‟«»＂"]{_JSON_CONTINUES}', re.X),
}
_CONTINUES = re.compile(_JSON_CONTINUES, re.X)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_ESCAPED_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"} | {
    char: char for char in f"\\/{_OPENING_QUOTES}"
}
_STRING_CORRECTIONS = (
    'quotes other than " were read as delimiters',
    "quotes or escapes inside a string were read as part of it",
)


class InvalidError(Exception):
    """The text is not JSON at this position."""


class CutOffError(Exception):
    """The text ends inside a value; `value` is its complete part."""

    def __init__(self, value: Any = None, path: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.value = value
        self.path = path


class Parser:
    """Parses one object from its brace on; `position` is where it stopped."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._corrections: dict[str, None] = {}
        self.position = start
        self.has_key = False
        self.is_too_deep = False

    @property
    def corrections(self) -> tuple[str, ...]:
        """What is not strict JSON, in words."""
        return tuple(self._corrections)

    def parse_object(self, depth: int = 1) -> dict[str, Any]:
        """Parse the object at the position, which is a brace.

        Raises:
            CutOffError: the text ends inside it.
            InvalidError: it is not JSON.
        """
        if depth > MAX_DEPTH:
            self.is_too_deep = True
            self._fail("is nested too deeply")
        fields: dict[str, Any] = {}
        self.position += 1
        while True:
            if self._at_end_of_container("}", fields):
                return fields
            key = None
            try:
                key = self._parse_key()
                value = self._parse_value(depth)
            except CutOffError as cut:
                if key is None:
                    raise CutOffError(fields) from None
                if cut.value is not None:
                    self._add_field(fields, key, cut.value)
                raise CutOffError(fields, (key, *cut.path)) from None
            self._add_field(fields, key, value)

    def _parse_array(self, depth: int) -> list[Any]:
        if depth > MAX_DEPTH:
            self.is_too_deep = True
            self._fail("is nested too deeply")
        items: list[Any] = []
        self.position += 1
        while True:
            if self._at_end_of_container("]", items):
                return items
            try:
                items.append(self._parse_value(depth))
            except CutOffError:
                # An item that is not finished is not an item.
                raise CutOffError(items) from None

    def _at_end_of_container(self, closing: str, content: Any) -> bool:
        """Skip the comma before the next element, or the closing bracket."""
        char = self._peek(content)
        if char == closing:
            self.position += 1
            return True
        if not content:
            return False
        if _NEXT_ELEMENT[closing].match(self._text, self.position):
            self._corrections["a missing comma was added"] = None
            return False
        if char not in _COMMAS:
            self._fail(f"a comma or {closing!r} is missing")
        last = _LAST_COMMA.match(self._text, self.position)
        if last and self._text[last.end()] == closing:
            self._corrections["a comma before a closing bracket was ignored"] = None
            self.position = last.end() + 1
            return True
        self.position += 1
        return False

    def _parse_key(self) -> str:
        is_quoted = self._peek() in _OPENING_QUOTES
        bare = _BARE_KEY.match(self._text, self.position)
        if is_quoted:
            key = self._parse_string()
        elif bare:
            key = bare.group()
            self.position = bare.end()
            self._corrections["keys without quotes were read"] = None
        else:
            self._fail("a key is missing")
        if self._peek() not in _COLONS:
            self._fail("a colon is missing")
        self.position += 1
        self.has_key |= is_quoted
        return key

    def _parse_value(self, depth: int) -> Any:
        char = self._peek()
        if char == "{":
            return self.parse_object(depth + 1)
        if char == "[":
            return self._parse_array(depth + 1)
        if char in _OPENING_QUOTES:
            return self._parse_string()
        return self._parse_number_or_word()

    def _parse_number_or_word(self) -> Any:
        match = _WORD.match(self._text, self.position)
        if match is None:
            self._fail("a value is missing")
        if match.end() == len(self._text):  # "nul", or "0.8" that may become "0.85"
            raise CutOffError
        word = match.group()
        self.position = match.end()
        if word.lower() in _WORDS:
            return _WORDS[word.lower()]
        if _NUMBER.fullmatch(word):
            is_float = set(word) & set(".eE") or len(word) > _MAX_INTEGER_DIGITS
            return float(word) if is_float else int(word)
        # Several words may contain commas, so their end is ambiguous.
        if self._peek() not in f"{_COMMAS}}}]":
            self._fail(f"{word[:20]!r} is not a JSON value")
        self._corrections["a word without quotes was read as text"] = None
        return word

    def _parse_string(self) -> str:
        quote = self._text[self.position]
        value = self._parse_strict_string() if quote == '"' else None
        if value is None:
            value = self._parse_delimited_string(quote)
        if HALF_PAIR.search(value):
            self._corrections["half of a surrogate pair was replaced"] = None
            value = HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", value)
        return value

    def _parse_strict_string(self) -> str | None:
        """Return a strict JSON string; None if it ends too early."""
        try:
            value, end = _scan_string(self._text, self.position + 1, False)
        except ValueError as error:
            # An escape cut in two by the end of the text counts as unterminated.
            is_at_end = getattr(error, "pos", 0) + 6 > len(self._text)
            if is_at_end or str(error).startswith("Unterminated"):
                raise CutOffError from None
            return None
        if not _CONTINUES.match(self._text, end):
            return None
        self.position = end
        return str(value)

    def _parse_delimited_string(self, quote: str) -> str:
        """Parse a string up to where JSON continues, whatever it contains."""
        kind = '"' if quote == '"' else "'" if quote in "'‘’" else "“"
        start = position = self.position + 1
        while True:
            match = _END_OF_STRING[kind].search(self._text, position)
            if match is None:
                raise CutOffError
            if not _is_escaped(self._text, match.start(), start):
                break
            position = match.end()
        self._corrections[_STRING_CORRECTIONS[kind == '"']] = None
        self.position = match.end()
        return _unescape_text(self._text[start : match.start()])

    def _add_field(self, fields: dict[str, Any], key: str, value: Any) -> None:
        """Add a field; an empty second one does not replace the first."""
        first = fields.get(key)
        if key not in fields or first == value:
            fields[key] = value
            return
        self._corrections[f"the key {key[:40]!r} occurs twice"] = None
        if isinstance(first, list) and isinstance(value, list):
            fields[key] = first + value
        elif value not in (None, "", [], {}):
            fields[key] = value

    def _peek(self, content: Any = None) -> str:
        """Skip white space and return the next character.

        Raises:
            CutOffError: the text ends here.
        """
        match = _SPACE.match(self._text, self.position)
        if match is not None:
            if "/" in match.group() or "#" in match.group():
                self._corrections["comments were ignored"] = None
            self.position = match.end()
        if self.position >= len(self._text):
            raise CutOffError(content)
        return self._text[self.position]

    def _fail(self, message: str) -> NoReturn:
        line = self._text.count("\n", 0, self.position) + 1
        column = self.position - self._text.rfind("\n", 0, self.position)
        raise InvalidError(f"{message} (line {line}, column {column})")


def _is_escaped(text: str, position: int, start: int) -> bool:
    """Whether an odd number of backslashes precedes a character."""
    first = position
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (position - first) % 2 == 1


def _unescape_text(text: str) -> str:
    unescaped = _ESCAPE.sub(_unescape, text)
    # Two escapes may form one character.
    pairs = unescaped.encode("utf-16", "surrogatepass")
    return pairs.decode("utf-16", "surrogatepass")


def _unescape(match: re.Match[str]) -> str:
    code, byte, char = match.groups()
    if code or byte:
        return chr(int(code or byte, 16))
    return _ESCAPED_CHARACTERS.get(char, match.group())
