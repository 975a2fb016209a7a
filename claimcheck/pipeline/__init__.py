"""Flows: from prompts and a model's answers to runs.

A flow is a generator: it yields lists of requests, receives their responses in the same
order, and returns a result. It knows neither clients nor threads; `driver` does.
"""
