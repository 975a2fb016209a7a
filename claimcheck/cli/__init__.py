"""The command line. It knows the API and the reports only; heavy imports wait for the command that needs them. Layer 7."""

from claimcheck.cli.main import main

__all__ = ["main"]
