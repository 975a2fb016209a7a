"""Claims against evidence without a model: alignment, fitted weights, and rules.

English only. It abstains rather than guesses.
"""
