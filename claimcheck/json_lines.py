"""JSON Lines: one JSON value a line, and only "\\n" ends a line.

https://jsonlines.org. `str.splitlines` also splits at U+2028, U+0085, and others, which
may be part of a JSON string. A broken line costs itself: the others are still read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

# As much as a file of one document may have; a file without line breaks would otherwise
# fill the memory.
MAX_LINE_BYTES = 50 * 2**20
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line that is not blank: its number and value, or a `problem` instead.

    `has_half_pair`: see the function of that name.
    """

    number: int
    value: Any = None
    problem: str | None = None
    has_half_pair: bool = False


def has_half_pair(value: Any, source: bytes) -> bool:
    """Return whether a JSON value contains half of a surrogate pair.

    `source` is its JSON. `json` accepts the escapes of half a pair, but no file, store,
    or terminal accepts the text.
    """
    if not _SURROGATE_ESCAPE.search(source):
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def read_json_lines(
    file: IO[bytes], max_line_bytes: int = MAX_LINE_BYTES, *, errors: str = "strict"
) -> Iterator[JsonLine]:
    """Yield the lines of a file in UTF-8, with or without byte-order marks.

    Nothing is read after a line that is too long. `errors` is that of `bytes.decode`.
    """
    number = 0
    while line := file.readline(max_line_bytes + 1):
        number += 1
        if len(line) > max_line_bytes:
            problem = f"has more than {max_line_bytes >> 20} MB"
            yield JsonLine(number, problem=problem)
            return
        if line.strip():
            yield _parse_line(number, line, errors)


def _parse_line(number: int, line: bytes, errors: str) -> JsonLine:
    try:
        # Any line may begin with a mark: files are joined with `cat`. `json` itself
        # would take bytes, but also those of half a surrogate pair.
        # Not strict: some programs leave tabs and the like in strings as they are.
        value = json.loads(line.decode("utf-8-sig", errors), strict=False)
    except UnicodeDecodeError as error:
        return JsonLine(number, problem=f"is not UTF-8: {error.reason}")
    except (ValueError, RecursionError) as error:
        # RecursionError: brackets nested thousands deep, which `json` cannot parse.
        return JsonLine(number, problem=f"is not JSON: {error}")
    return JsonLine(number, value, has_half_pair=has_half_pair(value, line))
