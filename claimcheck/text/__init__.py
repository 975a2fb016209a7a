"""Pure views of a text: what to set aside, sentences, quantities, dates, names. Layer 2."""
