"""Targeted offers (D7): a provider sends a coupon for one of its services to merchants it already knows."""
