"""Flows: from prompts and a model's answers to runs.

A flow is a generator: it yields lists of requests, is sent their responses in the same
order, and returns a result. It knows no client and no thread; `driver` does.
"""
