"""Evidence from outside: search providers, and the pages that they lead to."""
