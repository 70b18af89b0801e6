"""Concepts that buyers name, as regular expressions over normalised text, with negation and conditions."""
