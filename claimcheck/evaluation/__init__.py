"""Scores engines on labeled data."""
