"""The demo market: providers, listings and their story."""
