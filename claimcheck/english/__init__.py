"""English: words, numbers, dates, names and quotations, by rules and word lists."""
