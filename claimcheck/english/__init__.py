"""Everything that is English and nothing that is not: terms, lexicon, WordNet, dates, quantities, names, quotations."""
