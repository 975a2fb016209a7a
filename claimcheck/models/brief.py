"""What the user asks of a model beyond the shipped prompts.

All of it is stored by value: a batch that runs on another machine or resumes a week
later must not depend on files that may have changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, NamedTuple

from claimcheck.arguments import iter_items, require_kind
from claimcheck.errors import SettingsError

# What a shipped prompt says without a brief. Not a character of such a request may
# change: stored and recorded answers are looked up by their request.
_KINDS = ("event", "quantity", "statement", "relation", "prediction", "opinion")


class Length(NamedTuple):
    """The length of a summary: words for the prompt, and limits as numbers.

    `min_sentences` applies only to documents that are long enough for them.
    """

    sentences: str
    key_points: str
    max_sentences: int
    max_key_points: int
    min_sentences: int


_LENGTHS: Mapping[str, Length] = {
    "short": Length("one or two", "two", 2, 2, 1),
    "medium": Length("three or four", "five", 4, 5, 3),
    "long": Length("five to eight", "ten", 8, 10, 5),
}
LENGTHS = tuple(_LENGTHS)
GROUNDED_KEYWORD = "x-grounded"


@dataclass(frozen=True, slots=True)
class Field:
    """A user-defined property of each claim.

    `schema_json` is the JSON Schema of its value. If `is_grounded`, the value must
    appear in the document.
    """

    name: str
    # As text, because a dict would make the field, and the brief, unhashable.
    schema_json: str
    description: str = ""
    is_grounded: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        schema: dict[str, Any] = json.loads(self.schema_json)
        return schema

    @property
    def instruction(self) -> str:
        """The line of a prompt that asks for this field."""
        text = f"{self.name}: {self.description}" if self.description else self.name
        if self.is_grounded:
            # Only a copied value can be found in the document again.
            text += " (copied letter by letter from the document)"
        return text

    def published(self) -> dict[str, Any]:
        """Return the field as a property of a JSON Schema."""
        published = self.schema
        if self.description:
            published["description"] = self.description
        if self.is_grounded:
            published[GROUNDED_KEYWORD] = True
        return published


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and the claims that a model should find in it, as JSON."""

    text: str
    claims: str


_ITEMS: Mapping[str, tuple[type, str]] = {
    "prompts": (tuple, "a pair of name and text"),
    "kinds": (str, "a string"),
    "fields": (Field, "a Field, as read_brief makes"),
    "examples": (Example, "an Example, as read_brief makes"),
}


@dataclass(frozen=True, slots=True)
class Brief:
    """What the user changes about the requests to a model; hashable.

    `prompts` has the user's own templates as (name, text); a signature states their
    hashes, not their texts. `kinds` replaces the standard kinds of claims. `fields`
    adds properties to each claim. `instructions` goes into every prompt of a summary.
    `focus` is the topic the user is interested in. `audience`, `length` (short, medium,
    or long), and `language` ("auto" is the document's) apply to the summary. `examples`
    are worked examples for the model.
    """

    prompts: tuple[tuple[str, str], ...] = ()
    kinds: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    instructions: str | None = None
    focus: str | None = None
    audience: str | None = None
    length: str | None = None
    language: str | None = None
    examples: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        for name, (kind, advice) in _ITEMS.items():
            items = iter_items(
                getattr(self, name), name.removesuffix("s"), kind, advice
            )
            # A list would make the brief unhashable, far from where it was given.
            object.__setattr__(self, name, tuple(items))
        for name in ("instructions", "focus", "audience", "language"):
            require_kind(getattr(self, name), (str, NoneType), name, "a string")
        if self.length is not None and self.length not in LENGTHS:
            raise SettingsError(
                f"length {self.length!r} is unknown; choose from {', '.join(LENGTHS)}"
            )

    @property
    def size(self) -> Length:
        """The limits and words for the chosen length."""
        return _LENGTHS[self.length or "medium"]

    def list_variables(self) -> dict[str, Any]:
        """Return the prompt variables that the user controls."""
        kinds = self.kinds or _KINDS
        # The prompt names the kinds in a sentence.
        names = ", ".join(kinds[:-1])
        return {
            "kinds": f"{names} or {kinds[-1]}" if names else kinds[-1],
            "fields": [field.instruction for field in self.fields],
            "instructions": self.instructions,
            "focus": self.focus,
            "audience": self.audience,
            "sentence_count": self.size.sentences,
            "key_point_count": self.size.key_points,
            "language": self.language,
            "examples": [
                # One line, so that the form of the examples stays recognizable.
                replace(example, text=" ".join(example.text.split()))
                for example in self.examples
            ],
            # The example in the shipped prompts fits only the standard claims.
            "has_standard_claims": not (self.kinds or self.fields),
        }

    def published(self) -> dict[str, Any]:
        """Return what a run's signature states, without unset values."""
        published: dict[str, Any] = {
            "kinds": list(self.kinds),
            # By name, so that a reader of the run can rebuild the columns of its table.
            "fields": {field.name: field.published() for field in self.fields},
            "instructions": self.instructions,
            "focus": self.focus,
            "audience": self.audience,
            "length": self.length,
            "language": self.language,
            "examples": [
                {"text": example.text, **json.loads(example.claims)}
                for example in self.examples
            ],
        }
        # Without unset values, a run looks the same as one from before the setting
        # existed.
        return {name: value for name, value in published.items() if value}


EMPTY_BRIEF = Brief()
