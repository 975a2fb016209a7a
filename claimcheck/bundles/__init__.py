"""Results in one file with everything they follow from, and their verification."""
