"""The Python API. Layer 6."""

from claimcheck.api.checking import acheck, check
from claimcheck.api.grounding import GroundedQuote, ground
from claimcheck.api.probing import Probe, probe
from claimcheck.api.summarizing import asummarize, summarize

__all__ = [
    "GroundedQuote",
    "Probe",
    "acheck",
    "asummarize",
    "check",
    "ground",
    "probe",
    "summarize",
]
