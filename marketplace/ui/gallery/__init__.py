"""Sample data for the gallery page."""
