"""Levels and scores, computed from events by a published formula."""
