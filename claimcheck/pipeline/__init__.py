"""Flows: generators that yield requests and are sent responses. Layer 4."""
