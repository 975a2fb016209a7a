"""The Python API: one module for each verb. Import names from the modules."""
