"""The command line: one file per command, named after it.

Imports only the API, the models, the reports, the settings, and the server.
"""

from claimcheck.cli.main import main

__all__ = ["main"]
