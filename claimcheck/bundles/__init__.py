"""Results in one file with all that they follow from; verification."""
