"""The data model: frozen values that flow from reader to report. Layer 1."""
