"""Subtitles, and transcripts as JSON: each phrase once.

The text has cues in the form of WebVTT, with times, and with `<v NAME>` where the
speaker changes. Identifiers, settings, and marks inside the text are left out. Rolling
captions, which show each line several times, are written once.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import webvtt
from webvtt.errors import MalformedFileError

from claimcheck.errors import InputError
from claimcheck.readers.content import Content, import_required, refuse_empty
from claimcheck.readers.transcripts import list_segments
from claimcheck.readers.xml_blocks import get_attribute, get_name, parse_xml

_VOICE = re.compile(r"<v(?:\.[\w.-]{1,60})?(?:[ \t]+([^<>\n]{1,120}))?>")
# The text in <rt> is a note above the line.
_TAG = re.compile(r"<rt>[^<>\n]{0,60}(?:</rt>)?|<[^<>\n]{0,200}>|\{\\[^{}\n]{1,60}\}")
# ">> ANNA BRANDT: " in broadcasts, "- ANNA: " in films; without a name, an unknown
# person speaks.
_SPEAKER_CHANGE = re.compile(
    r"(?:>>+[ \t]*(?:([A-Z][\w .,'’-]{1,60}):(?=[ \t]|$))?"
    r"|[-–—‐][ \t]*(?:([A-Z][A-Z .'’-]{1,40}):(?=[ \t])|(?=[^\W\da-z])))[ \t]*"
)
# The share of cues that begin with lines of the previous cue. Chosen by hand: a few
# repeat by chance, and in rolling captions almost all do.
_MIN_ROLLING_SHARE = 0.3
_MAX_ROLLING_GAP_S = 0.5

_UNTIMED_FIELDS = frozenset(("text", "usage", "language", "duration", "task"))
_ASS_HEADER = "[Script Info]"
_ASS_NAME, _ASS_TEXT = 4, 9  # the fields of a line of dialogue
_ASS_DRAWING = re.compile(r"\{[^{}]{0,60}\\p[1-9]")  # its text has coordinates
_ASS_SPACES = (("\\N", "\n"), ("\\n", "\n"), ("\\h", " "))
# The elements with text, in TTML and in two formats of YouTube: the attributes with the
# start and the end, or the duration, and the unit of numbers.
_TIMED_ELEMENTS = {
    "tt": ("p", "begin", "end", "dur", ""),
    "transcript": ("text", "start", "", "dur", "s"),
    "timedtext": ("p", "t", "", "d", "ms"),
}
_UNITS_S = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_TIME_UNIT = re.compile(r"([\d.]{1,20})([a-z]{0,2})")
_CUE_TIMES = re.compile(r"^[^\w\n]*\d.*-->")


@dataclass(frozen=True, slots=True)
class _Cue:
    """Lines visible from `start_s` to `end_s`; `voices` has their speakers.

    A voice is None if no speaker is named, and empty if it changes to an unknown
    person.
    """

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    voices: tuple[str | None, ...]


def parse_subtitles(text: str, encoding: str, source: str) -> Content:
    """Return the cues of WebVTT, SubRip, SubViewer, or SubStation Alpha.

    Raises:
        InputError: the cues have no text.
    """
    # The parser takes "1 " for text, and leading blank lines for damage.
    lines = [line.rstrip() for line in text.strip().split("\n")]
    if lines[0] == _ASS_HEADER:
        return _build_content(list(_read_ass(lines)), encoding, source)
    kind = "vtt" if lines[0].startswith("WEBVTT") else "srt"
    if "," in lines[0]:
        kind = "sbv"  # "0:00:01.000,0:00:03.000"
    try:
        captions = webvtt.from_buffer(io.StringIO("\n".join(lines)), format=kind)
    except MalformedFileError as error:
        raise _make_damage_error(source, str(error)) from None
    # The parser silently drops cues with invalid times, so count them separately.
    cue_count = _count_cues(lines)
    if len(captions) < cue_count:
        missing = cue_count - len(captions)
        raise _make_damage_error(source, f"{missing} of {cue_count} cues")
    cues = [
        _read_cue(_to_seconds(item.start), _to_seconds(item.end), item.raw_text)
        for item in captions
    ]
    if "<v" not in text:
        cues = list(_continue_voices(cues))
    return _build_content(cues, encoding, source)


def _continue_voices(cues: Iterable[_Cue]) -> Iterator[_Cue]:
    """Give each cue the last voice: ">> ANN:" is in the first cue only."""
    current: str | None = None
    for cue in cues:
        voices: list[str | None] = []
        for voice in cue.voices:
            is_continued = voice is None and current
            voices.append(current if is_continued else voice)
            current = voices[-1]
        yield replace(cue, voices=tuple(voices))


def _count_cues(lines: Sequence[str]) -> int:
    """Count the lines that seem to be times and are followed by text."""
    count = 0
    for line, text, after in zip(lines, lines[1:], [*lines[2:], ""], strict=False):
        is_next_cue = _CUE_TIMES.search(text) or _CUE_TIMES.search(after)
        if _CUE_TIMES.search(line) and text and not is_next_cue:
            count += 1
    return count


def _make_damage_error(source: str, damage: str) -> InputError:
    return InputError(
        f"{source}: has damaged subtitles ({damage}); save their text and use that"
    )


def parse_caption_json(value: Any, encoding: str, source: str) -> Content | None:
    """Return the cues of a transcript as JSON; None for another value.

    One without times, as OpenAI's API returns it by default, has no cues.

    Raises:
        InputError: the cues have no text.
    """
    cues: list[_Cue] = []
    for start_s, end_s, text, voice in list_segments(value):
        lines = tuple(" ".join(line.split()) for line in text.strip().split("\n"))
        if any(lines):
            cues.append(_Cue(start_s, end_s, lines, (voice,) * len(lines)))
    if cues:
        return _build_content(cues, encoding, source)
    is_untimed = isinstance(value, dict) and _UNTIMED_FIELDS.issuperset(value)
    whole = value.get("text") if is_untimed else None
    return Content(whole, encoding) if isinstance(whole, str) else None


def _build_content(cues: list[_Cue], encoding: str, source: str) -> Content:
    if _is_rolling(cues):
        cues = list(_drop_repeated_lines(cues))
    else:
        cues = _join_growing(cues)
    content = Content("".join(_format_cues(cues)), encoding)
    return refuse_empty(content, source, "the file of subtitles")


def parse_timed_xml(data: bytes, source: str) -> Content:
    """Return the timed texts of TTML 2, or of YouTube's XML.

    Raises:
        InputError: it is damaged, or has no text.
    """
    etree = import_required("lxml.etree", "docx", source, "a file of subtitles in XML")
    try:
        cues = list(_read_timed_elements(parse_xml(data)))
    except (etree.XMLSyntaxError, ValueError, KeyError) as error:
        raise _make_damage_error(source, str(error)) from None
    return _build_content(cues, "utf-8", source)


def _read_timed_elements(root: Any) -> Iterator[_Cue]:
    name, start, end, duration, unit = _TIMED_ELEMENTS[get_name(root)]
    units = _UNITS_S | {
        "f": 1 / float(get_attribute(root, "frameRate") or 30),
        "t": 1 / float(get_attribute(root, "tickRate") or 1),
    }

    def read_seconds(value: str) -> float:
        amount = _TIME_UNIT.fullmatch(value)
        if amount is None:
            return _to_seconds(value)
        return float(amount[1]) * units[amount[2] or unit]

    for element in root.iter(f"{{*}}{name}"):
        for line_break in element.iter("{*}br"):
            line_break.tail = f"\n{line_break.tail or ''}"
        text = "".join(element.itertext()).strip()
        # YouTube escapes text twice.
        text = html.escape(html.unescape(text) if unit else text)
        times = dict(element.items())
        start_s = read_seconds(times.get(start, "0s"))
        end_s = start_s + read_seconds(times.get(duration, "0s"))
        if end in times:
            end_s = read_seconds(times[end])
        yield _read_cue(start_s, end_s, text)


def _read_ass(lines: Sequence[str]) -> Iterator[_Cue]:
    """Yield cues of "Dialogue: Layer,Start,End,Style,Name,,,,Effect,Text"."""
    for line in lines:
        kind, _, values = line.partition(":")
        fields = values.split(",", _ASS_TEXT)
        if kind != "Dialogue" or len(fields) <= _ASS_TEXT:
            continue
        text = fields[_ASS_TEXT]
        if _ASS_DRAWING.match(text):
            continue
        for mark, space in _ASS_SPACES:
            text = text.replace(mark, space)
        voice = f"<v {fields[_ASS_NAME]}>" if fields[_ASS_NAME].strip() else ""
        yield _read_cue(_to_seconds(fields[1]), _to_seconds(fields[2]), voice + text)


def _read_cue(start_s: float, end_s: float, raw_text: str) -> _Cue:
    """Return a cue with its speakers, and without marks in its text."""
    lines: list[str] = []
    voices: list[str | None] = []
    voice: str | None = None
    for line in raw_text.splitlines():
        for part, text in _split_voices(line):
            voice = part if part is not None else voice
            words = " ".join(html.unescape(_TAG.sub("", text)).split())
            if change := _SPEAKER_CHANGE.match(words):
                voice = change[1] or change[2] or ""
                words = words[change.end() :]
            if words:
                lines.append(words)
                voices.append(voice)
    return _Cue(start_s, end_s, tuple(lines), tuple(voices))


def _split_voices(line: str) -> Iterator[tuple[str | None, str]]:
    """Yield the parts of a line with the voice that starts each, if any."""
    parts = _VOICE.split(line)
    yield None, parts[0]
    for voice, text in zip(parts[1::2], parts[2::2], strict=True):
        yield " ".join((voice or "").split()), text


def _to_seconds(timestamp: str) -> float:
    # TTML may have frames after the seconds: "00:00:01:12".
    hours, minutes, seconds = timestamp.split(":")[:3]
    return int(hours) * 3_600 + int(minutes) * 60 + float(seconds)


def _is_rolling(cues: list[_Cue]) -> bool:
    repeated = [_count_repeated(*pair) for pair in pairwise(cues)]
    return sum(map(bool, repeated)) >= _MIN_ROLLING_SHARE * max(1, len(cues))


def _count_repeated(before: _Cue, cue: _Cue) -> int:
    """Return how many of a cue's first lines ended the previous cue."""
    if cue.start_s - before.end_s > _MAX_ROLLING_GAP_S:
        return 0
    for count in range(min(len(before.lines), len(cue.lines)), 0, -1):
        if before.lines[-count:] == cue.lines[:count]:
            return count
    return 0


def _drop_repeated_lines(cues: list[_Cue]) -> Iterator[_Cue]:
    before = _Cue(0, 0, (), ())
    for cue in cues:
        count = _count_repeated(before, cue)
        yield replace(cue, lines=cue.lines[count:], voices=cue.voices[count:])
        if cue.lines:
            before = cue


def _join_growing(cues: list[_Cue]) -> list[_Cue]:
    """Return live captions, which grow with each word, only when complete."""
    joined: list[_Cue] = []
    for cue in cues:
        if joined and _grows(joined[-1], cue):
            joined[-1] = replace(cue, start_s=joined[-1].start_s)
        else:
            joined.append(cue)
    is_growing = len(cues) - len(joined) >= _MIN_ROLLING_SHARE * len(cues)
    return joined if is_growing else cues


def _grows(before: _Cue, cue: _Cue) -> bool:
    is_next = cue.start_s - before.end_s <= _MAX_ROLLING_GAP_S
    shown = " ".join(before.lines)
    return is_next and bool(shown) and " ".join(cue.lines).startswith(f"{shown} ")


def _format_cues(cues: Iterable[_Cue]) -> Iterator[str]:
    """Write cues, with a voice tag only where the speaker changes."""
    current: str | None = None
    for cue in cues:
        if not cue.lines:
            continue
        yield f"{_format_time(cue.start_s)} --> {_format_time(cue.end_s)}\n"
        for line, voice in zip(cue.lines, cue.voices, strict=True):
            speaker = voice or None
            has_changed = speaker != current or voice == ""
            current = speaker
            yield (_format_voice(speaker) if has_changed else "") + f"{line}\n"
        yield "\n"


def _format_voice(speaker: str | None) -> str:
    return f"<v {speaker}>" if speaker else "<v>"


def _format_time(seconds: float) -> str:
    milliseconds = round(seconds * 1_000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest / 1_000:06.3f}"
