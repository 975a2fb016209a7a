"""What the user sets: for runs and searches, in files and in folders."""

from claimcheck.settings.run import Limits, Price, Settings
from claimcheck.settings.search import SearchEndpoint, SearchSettings

__all__ = ["Limits", "Price", "SearchEndpoint", "SearchSettings", "Settings"]
