"""The Python API, one module for each verb; import names from their modules."""
