"""Transcripts as JSON: of speech recognizers, YouTube, and podcasts.

Each program has its own fields; the functions here are named after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_MAX_SEGMENT_WORDS = 40  # where a recognizer writes no full stops; chosen by hand
_TICKS_PER_S = 10_000_000


class Segment(NamedTuple):
    """What one person says from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    text: str
    voice: str | None


def list_segments(value: Any) -> list[Segment]:
    """Return the segments of a transcript; none for other JSON.

    Reads those of Whisper and its descendants (OpenAI, whisper.cpp, WhisperX,
    Transformers), YouTube, youtube-transcript-api, Podcasting 2.0, AssemblyAI,
    Deepgram, ElevenLabs, Amazon Transcribe, Azure, Google, Rev, and Speechmatics.
    """
    try:
        return list(_find_segments(value))
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        return []


def _find_segments(value: Any) -> Iterator[Segment]:
    if isinstance(value, list):
        yield from map(_read_youtube_transcript, value)
        return
    results = value.get("results")
    if isinstance(results, list):
        yield from _read_results(results)
        return
    for fields in (value, results or {}):
        for field, read in _SEGMENT_READERS.items():
            if fields.get(field):
                yield from map(read, fields[field])
                return
        for field, read_words in _WORD_READERS.items():
            if fields.get(field):
                yield from _join_words(read_words(fields[field]))
                return


def _read_results(results: list[Any]) -> Iterator[Segment]:
    """Read Google's passages, or the words of Speechmatics."""
    if "content" in results[0]["alternatives"][0]:
        yield from _join_words(_read_items(results))
        return
    end_s = 0.0
    for result in results:
        # The last result may repeat all words, with speakers and without a transcript.
        best = result["alternatives"][0]
        start_s = end_s
        if words := best.get("words"):
            start_s = _read_seconds(words[0]["startTime"])
        end_s = _read_seconds(result.get("resultEndTime") or start_s)
        if "transcript" in best:
            yield Segment(start_s, end_s, best["transcript"], None)


def _read_seconds(value: Any) -> float:
    """Read seconds as a number, or as in "1.5s"."""
    return float(value.removesuffix("s") if isinstance(value, str) else value)


def _read_whisper(part: Any) -> Segment:
    if "startTime" in part:  # Podcasting 2.0
        start_s, end_s, text = part["startTime"], part["endTime"], part["body"]
    else:
        start_s, end_s, text = part["start"], part["end"], part["text"]
    return Segment(float(start_s), float(end_s), text, _read_voice(part))


def _read_voice(part: Any) -> str | None:
    voice = part.get("speaker", part.get("speaker_label"))
    # Most programs only number the speakers.
    return f"Speaker {voice}" if isinstance(voice, int) else voice


def _read_transformers(part: Any) -> Segment:
    start_s, end_s = part["timestamp"]
    return Segment(start_s, end_s or start_s, part["text"], None)


def _read_whisper_cpp(part: Any) -> Segment:
    offsets = part["offsets"]
    start_s, end_s = offsets["from"] / 1_000, offsets["to"] / 1_000
    return Segment(start_s, end_s, part["text"], None)


def _read_youtube(event: Any) -> Segment:
    text = "".join(part.get("utf8", "") for part in event.get("segs") or ())
    start_s = event.get("tStartMs", 0) / 1_000
    return Segment(start_s, start_s + event.get("dDurationMs", 0) / 1_000, text, None)


def _read_youtube_transcript(part: Any) -> Segment:
    start_s = float(part["start"])
    return Segment(start_s, start_s + float(part["duration"]), part["text"], None)


def _read_utterance(part: Any) -> Segment:
    if "transcript" in part:  # Deepgram counts seconds, AssemblyAI milliseconds
        return Segment(
            part["start"], part["end"], part["transcript"], _read_voice(part)
        )
    voice = f"Speaker {part['speaker']}" if part.get("speaker") else None
    return Segment(part["start"] / 1_000, part["end"] / 1_000, part["text"], voice)


def _read_amazon(part: Any) -> Segment:
    start_s, end_s = float(part["start_time"]), float(part["end_time"])
    return Segment(start_s, end_s, part["transcript"], _read_voice(part))


def _read_azure(phrase: Any) -> Segment:
    start_s = phrase["offsetInTicks"] / _TICKS_PER_S
    end_s = start_s + phrase["durationInTicks"] / _TICKS_PER_S
    return Segment(start_s, end_s, phrase["nBest"][0]["display"], _read_voice(phrase))


def _read_rev(monologue: Any) -> Segment:
    elements = monologue["elements"]
    times = [(part["ts"], part["end_ts"]) for part in elements if "ts" in part]
    text = "".join(part["value"] for part in elements)
    return Segment(times[0][0], times[-1][1], text, _read_voice(monologue))


_SEGMENT_READERS: dict[str, Callable[[Any], Segment]] = {
    "segments": _read_whisper,
    "chunks": _read_transformers,
    "transcription": _read_whisper_cpp,
    "events": _read_youtube,
    "utterances": _read_utterance,
    "audio_segments": _read_amazon,
    "recognizedPhrases": _read_azure,
    "monologues": _read_rev,
}


def _read_items(items: Any) -> Iterator[Segment]:
    """Read words of Amazon and Speechmatics; punctuation may lack a time."""
    start_s = end_s = 0.0
    for item in items:
        best = item["alternatives"][0]
        start_s = float(item.get("start_time", end_s))
        end_s = float(item.get("end_time", start_s))
        space = "" if item["type"] == "punctuation" else " "
        voice = _read_voice(item) or best.get("speaker")
        yield Segment(start_s, end_s, space + best["content"], voice)


def _read_channels(channels: Any) -> Iterator[Segment]:
    """Read the words of Deepgram."""
    for channel in channels:
        for word in channel["alternatives"][0]["words"]:
            text = word.get("punctuated_word", word["word"])
            yield Segment(word["start"], word["end"], f" {text}", _read_voice(word))


def _read_words(words: Any) -> Iterator[Segment]:
    """Read words of AssemblyAI, or ElevenLabs, which also lists spaces."""
    for word in words:
        text = f" {word['text']}"
        if word.get("type") == "spacing":
            continue
        if "type" in word:
            yield Segment(word["start"], word["end"], text, word.get("speaker_id"))
        else:
            yield _read_utterance({**word, "text": text})


_WORD_READERS: dict[str, Callable[[Any], Iterator[Segment]]] = {
    "items": _read_items,
    "channels": _read_channels,
    "words": _read_words,
}


def _join_words(words: Iterator[Segment]) -> Iterator[Segment]:
    """Join words to segments that end with a sentence or a speaker."""
    current: list[Segment] = []
    for word in words:
        is_punctuation = not word.text.startswith(" ")
        if current and not is_punctuation and _ends_segment(current, word):
            yield _join(current)
            current = []
        current.append(word)
    if current:
        yield _join(current)


def _ends_segment(current: list[Segment], word: Segment) -> bool:
    is_sentence = current[-1].text.endswith((".", "?", "!"))
    has_changed = word.voice != current[0].voice
    return is_sentence or has_changed or len(current) >= _MAX_SEGMENT_WORDS


def _join(words: list[Segment]) -> Segment:
    text = "".join(word.text for word in words)
    return Segment(words[0].start_s, words[-1].end_s, text, words[0].voice)
