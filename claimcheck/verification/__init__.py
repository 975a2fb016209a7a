"""Claims against evidence without a model: alignment, weights, and rules.

English only. It abstains rather than guesses.
"""
