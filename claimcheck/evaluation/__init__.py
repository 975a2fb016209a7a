"""Scores of engines on labeled data."""
