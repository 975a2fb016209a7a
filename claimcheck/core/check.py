"""A check: the verdicts of many claims, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

from claimcheck.core.document import Document
from claimcheck.core.run import CheckFailure, Signature, Usage
from claimcheck.core.verdict import Verdict

CHECK_SCHEMA_VERSION = "1.1"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: for each claim, in order, a verdict, or else a failure.

    `claimed_in` is the document that makes the claims, where it is known; `documents` are those that evidence is quoted
    from; `searched` is how many were looked through.
    """

    verdicts: tuple[Verdict, ...]
    failures: tuple[CheckFailure, ...]
    claimed_in: Document | None
    documents: tuple[Document, ...]
    searched: int
    usage: Usage
    signature: Signature
    schema_version: str = field(default=CHECK_SCHEMA_VERSION)

    def to_json(self, *, text: bool = True) -> str:
        """This check as JSON that follows `schemas/check.schema.json`; `text=False` leaves documents' texts out."""
        from claimcheck.core.codec import dump

        return dump(self, text=text)

    @classmethod
    def from_json(cls, data: str | bytes) -> Check:
        """The check that `to_json` wrote.

        Raises:
            InputError: the data is not JSON, or not a check of this schema version.
        """
        from claimcheck.core.codec import load

        return load(data, cls)
