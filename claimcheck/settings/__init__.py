"""What the user sets: for runs, for searches, in files, and what a folder may set."""

from claimcheck.settings.run import Limits, Price, Settings
from claimcheck.settings.search import SearchEndpoint, SearchSettings

__all__ = ["Limits", "Price", "SearchEndpoint", "SearchSettings", "Settings"]
