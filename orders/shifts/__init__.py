"""Shifts of counted contracts, clocked by what happened in the merchant's customer service (F10)."""
