"""Find the speaker of each sentence, using the sentences around it.

* An open quotation keeps its speaker in the following sentences and paragraphs.
* A sentence that is only a quotation has the speaker of the quotation before it.
* "She said" refers to the only woman named shortly before, or else to the last speaker.
If two readings remain, the speaker is unknown. People are recognized by their given
name, which also decides who may be "she"; a name of women and men may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from claimcheck.english.dates import WEEKDAY
from claimcheck.english.lexicon import FUNCTION_WORDS
from claimcheck.english.names import find_names
from claimcheck.english.speech import (
    UNKNOWN_SPEAKER,
    Speech,
    detect_speech,
    is_third_person_pronoun,
    mask_quotations,
)
from claimcheck.text.common_words import get_genders, may_be_name, may_speak
from claimcheck.text.sentences import Sentence

_GENDERS = {"he": "m", "she": "f"}
# The distance within which a named person can be meant by a pronoun. Chosen by hand.
_MAX_BLOCKS_BACK, _MAX_SENTENCES_BACK = 2, 12
_MAX_FULL_NAME_WORDS = 4
_WORD = re.compile(r"\w")
_WEEKDAY_BEFORE = re.compile(rf"^{WEEKDAY}\s", re.I)  # "On Monday Lee said"
# The subject "The mayor", but not "The mayor of Bergen" or "The mayor's office"
_UNNAMED_PERSON = re.compile(r"(?:The|A|An|His|Her|Their)\s(?P<noun>[a-z]+)\s(?!of\s)")
_QUOTATION = re.compile("¤+")
_ENDS_BEFORE_QUOTATION = re.compile(r"(?:^|[:,–—-])\s*$")
# With fewer words, a quotation may be a title or a word for something. Chosen by hand.
_MIN_QUOTED_WORDS, _MIN_WORDS_WITHIN_SENTENCE = 4, 6


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence and its quotations.

    If a quotation is open at the start of the sentence (`continues`), `text` begins
    with its mark. In `masked`, quoted characters are "¤".
    """

    text: str
    masked: str
    continues: bool

    @property
    def has_quotation(self) -> bool:
        return "¤" in self.masked

    @property
    def is_quotation(self) -> bool:
        """Whether the sentence consists only of quotations."""
        return self.has_quotation and not _WORD.search(self.masked)

    @property
    def quotes_sentence(self) -> bool:
        """Whether somebody's sentence is quoted, in any language."""
        return any(map(self._is_sentence, _QUOTATION.finditer(self.masked)))

    def _is_sentence(self, quotation: re.Match[str]) -> bool:
        text = self.text[slice(*quotation.span())]
        words = text.strip('"“”‘’„«» ').split()
        lowercase = [word for word in words if not word[0].isupper()]
        is_english = text[0] not in "„«»"
        is_apart = _ENDS_BEFORE_QUOTATION.search(self.masked[: quotation.start()])
        if not is_apart and (is_english or len(words) < _MIN_WORDS_WITHIN_SENTENCE):
            return False
        # Only the small words of English titles have no capitals. The nouns of German
        # sentences have capitals, too.
        is_title = 2 * len(lowercase) < len(words) and FUNCTION_WORDS.issuperset(
            lowercase
        )
        return len(words) >= _MIN_QUOTED_WORDS and not is_title


class Attribution:
    """The speakers of the sentences of a text."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._sentences = sentences
        self._parts = _find_quotations(sentences)

    @cached_property
    def full_names(self) -> dict[str, str]:
        """Each last name with its full name, if the text has only one."""
        full_names: dict[str, set[str]] = {}
        for sentence in self._sentences:
            for name in find_names(sentence.text):
                words = _WEEKDAY_BEFORE.sub("", name).split()
                if 2 <= len(words) <= _MAX_FULL_NAME_WORDS and words[-1].isalpha():
                    full_names.setdefault(words[-1], set()).add(" ".join(words))
        unique = {last: full for last, full in full_names.items() if len(full) == 1}
        return {last: names.pop() for last, names in unique.items()}

    @cached_property
    def speeches(self) -> list[Speech | None]:
        """The speech in each sentence, completed from the other sentences."""
        speeches: list[Speech | None] = []
        for index in range(len(self._sentences)):
            speech = self._find_speech(index, speeches)
            if speech:
                full_name = self.full_names.get(speech.speaker, speech.speaker)
                speech = replace(speech, speaker=full_name)
                self._attribute_beginning(index, speech.speaker, speeches)
            speeches.append(speech)
        return speeches

    def find_antecedent(self, index: int) -> str | None:
        """Return the person an initial "He" or "She" means, if certain."""
        pronoun = self._sentences[index].text.partition(" ")[0].lower()
        if pronoun not in _GENDERS or self._parts[index].continues:
            return None
        person = self._resolve_pronoun(index, pronoun, "", self.speeches)
        return person if person and self._is_topic(person, index, pronoun) else None

    def _is_topic(self, person: str, index: int, pronoun: str) -> bool:
        """Whether the sentence before names this person and no other."""
        people: set[str] = set()
        for earlier in range(index - 1, -1, -1):
            text, speech = self._sentences[earlier].text, self.speeches[earlier]
            names = [*find_names(text), speech.speaker if speech else ""]
            people.update(self.full_names.get(name, name) for name in names)
            if text.partition(" ")[0].lower() != pronoun:
                break
        others = people - {person, *person.split()}
        return others < people and not any(map(_may_be_unlisted, others))

    def _find_speech(
        self, index: int, speeches: Sequence[Speech | None]
    ) -> Speech | None:
        """Return a sentence's speech, given the speeches before it."""
        sentence, part = self._sentences[index], self._parts[index]
        speech = detect_speech(part.text)
        if speech is None:
            return self._find_unreported_speech(index, speeches)
        if speech.content_start:
            # A continued quotation has no opening mark within the sentence.
            start = speech.content_start + len(sentence.text) - len(part.text)
            speech = replace(speech, content_start=start)
        if is_third_person_pronoun(speech.speaker):
            return self._resolve_speaker(index, speech, speeches)
        return speech

    def _find_unreported_speech(
        self, index: int, speeches: Sequence[Speech | None]
    ) -> Speech | None:
        """Return the speech in a sentence without a verb of speech."""
        quoted = self._find_quoted_speaker(index, speeches)
        for speaker in (quoted, self._sentences[index].speaker):
            if speaker not in (None, UNKNOWN_SPEAKER):
                return Speech(speaker, 0)
        if quoted:
            return Speech(quoted, 0)
        quotes_sentence = self._parts[index].quotes_sentence
        return Speech(UNKNOWN_SPEAKER, None) if quotes_sentence else None

    def _resolve_speaker(
        self, index: int, speech: Speech, speeches: Sequence[Speech | None]
    ) -> Speech | None:
        """Replace the pronoun that says who speaks."""
        part, pronoun = self._parts[index], speech.speaker.lower()
        before = part.masked.partition(f" {speech.speaker} ")[0]
        if speaker := self._resolve_pronoun(index, pronoun, before, speeches):
            return replace(speech, speaker=speaker)
        if pronoun != "it" or part.quotes_sentence:
            return replace(speech, speaker=UNKNOWN_SPEAKER)
        return None

    def _find_quoted_speaker(
        self, index: int, speeches: Sequence[Speech | None]
    ) -> str | None:
        """Return the speaker of a quotation without a verb of speech."""
        part, previous = self._parts[index], speeches[-1] if speeches else None
        if previous is None:
            return None
        if part.continues:
            return previous.speaker
        if not part.is_quotation or not self._parts[index - 1].has_quotation:
            return None
        if blocks := self._count_blocks(index - 1, index):
            # After a question, somebody else answers.
            is_question = "?" in self._sentences[index - 1].text
            return previous.speaker if blocks == 1 and not is_question else None
        return previous.speaker

    def _attribute_beginning(
        self, index: int, speaker: str, speeches: list[Speech | None]
    ) -> None:
        """Set the speaker of the first sentences of a quotation."""
        while index and self._parts[index].continues:
            before = speeches[index - 1]
            if before is not None and before.speaker != UNKNOWN_SPEAKER:
                return
            index -= 1
            speeches[index] = Speech(speaker, 0)

    def _resolve_pronoun(
        self, index: int, pronoun: str, before: str, speeches: Sequence[Speech | None]
    ) -> str | None:
        """Return whom a pronoun means; `before` is its sentence up to it."""
        if pronoun not in _GENDERS:
            return self._get_speaker_before(index, speeches)
        people = set(self._find_people([before], pronoun))
        if not people and self._follows_unnamed_person(index):
            return None
        for earlier in self._iter_earlier(index):
            speech = speeches[earlier]
            texts = [self._parts[earlier].masked, speech.speaker if speech else ""]
            found = set(self._find_people(texts, pronoun))
            if speech and not people and found == {speech.speaker}:
                return speech.speaker
            people |= found
            if speech and _may_be_full_name(speech.speaker):
                people.add(speech.speaker)
        return people.pop() if len(people) == 1 else None

    def _follows_unnamed_person(self, index: int) -> bool:
        """Whether the sentence before has "the mayor", who may be meant."""
        if not index or self._count_blocks(index - 1, index):
            return False
        text = self._parts[index - 1].masked
        person = _UNNAMED_PERSON.match(text)
        if person is None or find_names(text[len("The") :]):
            return False
        return may_speak(person["noun"])

    def _get_speaker_before(
        self, index: int, speeches: Sequence[Speech | None]
    ) -> str | None:
        """Return the previous sentence's speaker, if in the same block."""
        if not index or self._count_blocks(index - 1, index):
            return None
        previous = speeches[index - 1]
        return previous.speaker if previous else None

    def _iter_earlier(self, index: int) -> Iterator[int]:
        """Yield the sentences that may have the name, the closest first."""
        for earlier in range(index - 1, max(-1, index - _MAX_SENTENCES_BACK), -1):
            if self._count_blocks(earlier, index) > _MAX_BLOCKS_BACK:
                return
            yield earlier

    def _count_blocks(self, earlier: int, index: int) -> int:
        return self._sentences[index].block - self._sentences[earlier].block

    def _find_people(self, texts: Iterable[str], pronoun: str) -> Iterable[str]:
        """Yield the people in some texts that a pronoun may mean."""
        for text in texts:
            for name in find_names(text):
                short = name.rpartition(" of ")[2]  # "Critics of Ann Lee"
                full_name = self.full_names.get(short, short)
                first_name = full_name.split()[0] if " " in full_name else ""
                if _GENDERS[pronoun] in get_genders(first_name.lower()):
                    yield full_name


def resolve_speeches(sentences: Sequence[Sentence]) -> list[Speech | None]:
    """Return each sentence's speech, if its speaker is known."""
    speeches = Attribution(sentences).speeches
    return [
        None if speech and speech.speaker == UNKNOWN_SPEAKER else speech
        for speech in speeches
    ]


def _find_quotations(sentences: Sequence[Sentence]) -> list[_Part]:
    """Follow the quotations of a text from sentence to sentence."""
    parts: list[_Part] = []
    opening = ""
    for index, sentence in enumerate(sentences):
        text = sentence.text
        # Each paragraph of a quotation repeats its opening mark.
        if not index or sentence.block != sentences[index - 1].block:
            opening = opening if opening and text.startswith(opening) else ""
        elif opening:
            text = opening + text
        masked, unclosed = mask_quotations(text)
        parts.append(_Part(text, masked, bool(opening)))
        opening = unclosed
    return parts


def _may_be_full_name(speaker: str) -> bool:
    """Whether the speaker is two words that may be an unlisted name."""
    first_name, _, last = speaker.lower().partition(" ")
    is_listed = bool(get_genders(first_name))
    return bool(last) and not is_listed and all(map(may_be_name, (first_name, last)))


def _may_be_unlisted(name: str) -> bool:
    """Whether a person of either gender may have this name, with any title."""
    first_name, _, last = name.lower().rpartition(" ")
    is_listed = bool(get_genders(first_name.partition(" ")[0]))
    return bool(first_name) and not is_listed and may_be_name(last)
