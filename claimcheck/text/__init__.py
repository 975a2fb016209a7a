"""Views of a text in any language: reading view, noise, sentences."""
