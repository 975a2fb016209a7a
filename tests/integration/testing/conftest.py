"""The project is run by a pytest of its own."""

collect_ignore = ["project"]
