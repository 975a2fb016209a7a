"""Parse files from strangers in a child process, within limits.

A malicious small file can make a parser of PDF, Word, HTML, or email use all memory, or
hours. In a child process, this costs only that file: at the limit, the child is killed,
and the next file gets a new one.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import IO, Any

from claimcheck.errors import InputError
from claimcheck.models.span import Rectangle
from claimcheck.readers.content import Content
from claimcheck.readers.detect import detect_format, parse_content, parse_scanned
from claimcheck.readers.pdf import NoTextLayerError
from claimcheck.readers.pdf_places import PageExcerpt, locate_excerpts

# Ordinary files of the maximum size need a tenth of these. Chosen by hand.
MAX_SECONDS = 60.0
MAX_MEMORY_BYTES = 2 * 2**30
# Text recognition takes seconds per page, and the machine may be busy.
_MAX_OCR_SECONDS = 1_800.0
_OCR_MEMORY_BYTES = 8 * 2**30  # of address space; it uses half a gigabyte

_UNLIMITED_FORMATS = ("text", "markdown", "subtitles")
# `-P` keeps the working folder, which may come from a stranger, out of the module path.
_START_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from claimcheck.readers.sandbox import run_child; run_child()"
)
_PACKAGE_PARENT = Path(__file__).parent.parent.parent


def parse_within_limits(
    data: bytes, source: str, *, name: str = "", charset: str | None = None
) -> tuple[str, Content]:
    """Do the same as `parse_content`, within limits on time and memory.

    Raises:
        InputError: as for `parse_content`, or a limit was exceeded.
    """
    kind = detect_format(data, name)
    is_limited = kind not in _UNLIMITED_FORMATS
    # An interpreter embedded in another program has no executable to start.
    if not is_limited or not sys.executable:
        return parse_content(data, source, name=name, charset=charset)
    header = {"source": source, "name": name, "charset": charset, "bytes": len(data)}
    answer = _ask_child({**header, "is_scan": kind == "scan"}, data)
    if answer and answer.get("is_scan"):
        answer = _ask_child({**header, "is_scan": True}, data)
    if answer is None:
        raise InputError(
            f"{source}: cannot be read within {MAX_SECONDS:.0f} s and "
            f"{MAX_MEMORY_BYTES >> 30} GB of memory; convert it to plain text, and use "
            "that"
        )
    if "error" in answer:
        raise InputError(answer["error"])
    content = Content(**answer["content"])
    if answer["published"]:
        content = replace(content, published=date.fromisoformat(answer["published"]))
    return answer["kind"], content


def locate_within_limits(
    data: bytes, excerpts: list[PageExcerpt]
) -> list[list[Rectangle]]:
    """Return the rectangles of each excerpt of a PDF; none above a limit."""
    if not sys.executable:
        return locate_excerpts(data, excerpts)
    answer = _ask_child({"excerpts": excerpts, "bytes": len(data)}, data)
    if answer is None or "error" in answer:
        return [[] for _ in excerpts]
    return [
        [(left, bottom, right, top) for left, bottom, right, top in rectangles]
        for rectangles in answer["rectangles"]
    ]


def _ask_child(header: dict[str, Any], data: bytes) -> dict[str, Any] | None:
    """Return a child's answer; None if a new child fails as well."""
    child = _take_child()
    while True:
        answer = child.ask(header, data)
        if answer is not None:
            _children.idle.append(child)
            return answer
        # Memory left over from earlier files must not fail this one: try a new child.
        if child.is_new:
            return None
        child = _Child()


class _Child:
    """A process that parses one file after another."""

    def __init__(self) -> None:
        self.is_new = True
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-P", "-c", _START_CODE, str(_PACKAGE_PARENT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent
        )

    def ask(self, header: dict[str, Any], data: bytes) -> dict[str, Any] | None:
        """Return the answer; None if the child was killed, or crashed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        seconds = _MAX_OCR_SECONDS if header.get("is_scan") else MAX_SECONDS
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        line = b""
        try:
            _write_frame(self._process.stdin, header)
            self._process.stdin.write(data)
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass  # the child is gone
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):  # nothing, or half a line from a killed child
            self.close()
            return None
        answer: dict[str, Any] = json.loads(line)
        self.is_new = False
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        # Closing flushes the buffer, but nobody reads it.
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except BrokenPipeError:
                pass
        self._process.wait()


@dataclass
class _Children:
    """The children that are waiting for a file."""

    idle: list[_Child] = field(default_factory=list)


_children = _Children()


def _take_child() -> _Child:
    try:
        return _children.idle.pop()
    except IndexError:
        return _Child()


def _close_children() -> None:
    while _children.idle:
        _children.idle.pop().close()


atexit.register(_close_children)
# A forked process would read answers that are meant for its parent.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_children.idle.clear)


def run_child() -> None:
    """Parse the files that come on standard input until it ends."""
    requests = sys.stdin.buffer
    # Output of libraries must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while line := requests.readline():
        header = json.loads(line)
        data = requests.read(header["bytes"])
        _limit_memory(_OCR_MEMORY_BYTES if header.get("is_scan") else MAX_MEMORY_BYTES)
        _write_frame(answers, _parse(header, data))
        answers.flush()


def _limit_memory(limit: int = MAX_MEMORY_BYTES) -> None:
    try:
        import resource
    except ImportError:  # Windows, which has no such limits
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _parse(header: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Return the kind and content, or the error message, as JSON fields."""
    source = header.get("source", "PDF")
    try:
        if "excerpts" in header:
            return {"rectangles": locate_excerpts(data, header["excerpts"])}
        if header.get("is_scan"):
            kind, content = "scan", parse_scanned(data, source)
        else:
            kind, content = parse_content(
                data, source, name=header["name"], charset=header["charset"]
            )
    except NoTextLayerError:
        return {"is_scan": True}
    except InputError as error:
        return {"error": str(error)}
    except MemoryError:
        os._exit(1)  # there may be too little memory left to report it
    except Exception as error:  # noqa: BLE001 - parsers raise anything
        # Third-party parsers have bugs, which files from strangers trigger.
        return {"error": f"{source}: can't be read: {type(error).__name__}: {error}"}
    published = content.published.isoformat() if content.published else None
    fields = asdict(replace(content, published=None))
    return {"kind": kind, "content": fields, "published": published}


def _write_frame(stream: IO[bytes], value: dict[str, Any]) -> None:
    """Write a value as a line of JSON, in ASCII: texts may have surrogates."""
    stream.write(json.dumps(value).encode("ascii") + b"\n")
