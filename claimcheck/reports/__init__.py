"""Runs and checks in the formats that people and other programs read."""
