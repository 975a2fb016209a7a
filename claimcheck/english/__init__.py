"""English words, numbers, dates, names, and quotations, by rules and lists."""
